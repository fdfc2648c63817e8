import OctetDiagnostics

extension OpCases {
  static let resizeBilinear = OpCases(
    "resize_bilinear",
    answers: [
      Answer(
        "%x: u8[1,1,2,1]{0.5:3}",
        "%s = const [1, 4] : i32[2]\n%y = resize_bilinear(%x, %s) : u8[1,1,4,1]{0.5:3}",
        [[0, 255]], gives: "u8[1,1,4,1]", [0, 128, 255, 255]),
      Answer(
        "%x: i16[1,1,2,1]{0.5:0}",
        "%s = const [1, 4] : i32[2]\n%y = resize_bilinear(%x, %s) : i16[1,1,4,1]{0.5:0}",
        [[0, 1000]], gives: "i16[1,1,4,1]",
        [0, 500, 1000, 1000]),
      // Places 0, 1/2, 1, 3/2 of each direction; beyond the last pixel it is repeated.
      Answer(
        "%x: f32[1,2,2,1]", "%s = const [4, 4] : i32[2]\n%y = resize_bilinear(%x, %s)",
        [[0, 4, 8, 16]], gives: "f32[1,4,4,1]",
        [0, 2, 4, 4, 4, 7, 10, 10, 8, 12, 16, 16, 8, 12, 16, 16]),
      // Places 0, 1/2, 1 of two pixels with two channels.
      Answer(
        "%x: f32[1,1,2,2]",
        "%s = const [1, 3] : i32[2]\n%y = resize_bilinear(%x, %s) {align_corners = true}",
        [[1, 10, 2, 20]], gives: "f32[1,1,3,2]", [1, 10, 1.5, 15, 2, 20]),
      // Places -1/4, 1/4, 3/4 and 5/4 of two pixels.
      Answer(
        "%x: f32[1,1,2,1]",
        "%s = const [1, 4] : i32[2]\n%y = resize_bilinear(%x, %s) {half_pixel_centers = true}",
        [[0, 4]], gives: "f32[1,1,4,1]", [0, 1, 3, 4]),
      // The centre between four pixels.
      Answer(
        "%x: f32[1,2,2,1]",
        "%s = const [1, 1] : i32[2]\n%y = resize_bilinear(%x, %s) {half_pixel_centers = true}",
        [[1, 3, 5, 7]], gives: "f32[1,1,1,1]", [4]),
      // Halves go away from zero.
      Answer(
        "%x: i8[1,1,3,1]{0.5:3}",
        "%s = const [1, 6] : i32[2]\n%y = resize_bilinear(%x, %s) : i8[1,1,6,1]{0.5:3}",
        [[-1, -4, 127]], gives: "i8[1,1,6,1]", [-1, -3, -4, 62, 127, 127]),
    ],
    inferences: [
      Inference(
        "%x: f32[?n(\"a\"),?h(\"b\"),6,3]",
        "%s = const [4, 8] : i32[2]\n%y = resize_bilinear(%x, %s)", gives: "f32[?n,4,8,3]")
    ],
    refusals: [
      Refusal(
        "%x: f32[1,2,2,1]",
        """
        %s = const [1, 1] : i32[2]
        %y = resize_bilinear(%x, %s) {align_corners = true, half_pixel_centers = true}
        """, .invalidAttribute, "align_corners and half_pixel_centers exclude each other"),
      Refusal(
        "%x: i32[1,2,2,1]", "%s = const [1, 1] : i32[2]\n%y = resize_bilinear(%x, %s)",
        .typeMismatch, "input 0 is int32, expected float32, int8, int16, uint8"),
    ],
    // Half a step of the input and half of the result's, which has its scale.
    int8Steps: 1)
}
