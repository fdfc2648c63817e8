import OctetDiagnostics

extension OpCases {
  static let resizeNearestNeighbor = OpCases(
    "resize_nearest_neighbor",
    answers: [
      Answer(
        "%x: i16[1,1,2,1]{0.5:0}",
        "%s = const [1, 4] : i32[2]\n%y = resize_nearest_neighbor(%x, %s) : i16[1,1,4,1]{0.5:0}",
        [[1, 2]], gives: "i16[1,1,4,1]",
        [1, 1, 2, 2]),
      Answer(
        "%x: f32[1,1,2,2]",
        "%s = const [2, 4] : i32[2]\n%y = resize_nearest_neighbor(%x, %s)", [[1, 2, 3, 4]],
        gives: "f32[1,2,4,2]", [1, 2, 1, 2, 3, 4, 3, 4, 1, 2, 1, 2, 3, 4, 3, 4]),
      // floor(0...2 * 5/3)
      Answer(
        "%x: f32[1,1,5,1]",
        "%s = const [1, 3] : i32[2]\n%y = resize_nearest_neighbor(%x, %s)", [[1, 2, 3, 4, 5]],
        gives: "f32[1,1,3,1]", [1, 2, 4]),
      // round(0...2 * 4/2)
      Answer(
        "%x: f32[1,1,5,1]",
        "%s = const [1, 3] : i32[2]\n%y = resize_nearest_neighbor(%x, %s) {align_corners = true}",
        [[1, 2, 3, 4, 5]], gives: "f32[1,1,3,1]", [1, 3, 5]),
      // floor((0...2 + 1/2) * 5/3)
      Answer(
        "%x: f32[1,1,5,1]",
        """
        %s = const [1, 3] : i32[2]
        %y = resize_nearest_neighbor(%x, %s) {half_pixel_centers = true}
        """, [[1, 2, 3, 4, 5]], gives: "f32[1,1,3,1]", [1, 3, 5]),
      Answer(
        "%x: i8[1,1,1,1]{0.5:3}",
        "%s = const [1, 2] : i32[2]\n%y = resize_nearest_neighbor(%x, %s) : i8[1,1,2,1]{0.5:3}",
        [[-128]], gives: "i8[1,1,2,1]", [-128, -128]),
      Answer(
        "%x: u8[1,1,2,1]{0.5:3}",
        "%s = const [1, 1] : i32[2]\n%y = resize_nearest_neighbor(%x, %s) : u8[1,1,1,1]{0.5:3}",
        [[255, 1]], gives: "u8[1,1,1,1]", [255]),
    ],
    inferences: [
      Inference(
        "%x: f32[?n(\"a\"),?h(\"b\"),6,3]",
        "%s = const [4, 8] : i32[2]\n%y = resize_nearest_neighbor(%x, %s)", gives: "f32[?n,4,8,3]")
    ],
    refusals: [
      Refusal(
        "%x: f32[1,2,2,1]", "%s = const [0, 1] : i32[2]\n%y = resize_nearest_neighbor(%x, %s)",
        .invalidAttribute, "the new size must be a positive height and width"),
      Refusal(
        "%x: f32[1,2,2,1]",
        """
        %s = const [1, 1] : i32[2]
        %y = resize_nearest_neighbor(%x, %s) {align_corners = true, half_pixel_centers = true}
        """, .invalidAttribute, "align_corners and half_pixel_centers exclude each other"),
      Refusal(
        "%x: f32[1,0,2,1]", "%s = const [1, 1] : i32[2]\n%y = resize_nearest_neighbor(%x, %s)",
        .shapeMismatch, "an image without pixels has no nearest one"),
    ],
    // The same codes.
    int8Steps: 1)
}
