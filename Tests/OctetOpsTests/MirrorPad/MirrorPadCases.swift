import OctetDiagnostics

extension OpCases {
  static let mirrorPad = OpCases(
    "mirror_pad",
    answers: [
      Answer(
        "%x: i16[2]{0.5:0}",
        "%p = const [1, 0] : i32[1,2]\n%y = mirror_pad(%x, %p) {mode = reflect} : i16[3]{0.5:0}",
        [[1, 2]], gives: "i16[3]",
        [2, 1, 2]),
      Answer(
        "%x: f32[3]", "%p = const [2, 1] : i32[1,2]\n%y = mirror_pad(%x, %p) {mode = reflect}",
        [[1, 2, 3]], gives: "f32[6]", [3, 2, 1, 2, 3, 2]),
      Answer(
        "%x: f32[3]", "%p = const [2, 3] : i32[1,2]\n%y = mirror_pad(%x, %p) {mode = symmetric}",
        [[1, 2, 3]], gives: "f32[8]", [2, 1, 1, 2, 3, 3, 2, 1]),
      Answer(
        "%x: f32[2,2]",
        "%p = const [1, 0, 0, 1] : i32[2,2]\n%y = mirror_pad(%x, %p) {mode = reflect}",
        [[1, 2, 3, 4]], gives: "f32[3,3]", [3, 4, 3, 1, 2, 1, 3, 4, 3]),
      Answer(
        "%x: i8[1,2]{0.5:3}",
        """
        %p = const [0, 0, 1, 1] : i32[2,2]
        %y = mirror_pad(%x, %p) {mode = symmetric} : i8[1,4]{0.5:3}
        """, [[-7, 9]], gives: "i8[1,4]", [-7, -7, 9, 9]),
    ],
    inferences: [
      Inference(
        "%x: f32[?n(\"a\"),?h(\"b\"),4]",
        """
        %p = const [0, 0, 1, 1, 2, 0] : i32[3,2]
        %y = mirror_pad(%x, %p) {mode = reflect}
        """, gives: "f32[?n,?h/pad,6]")
    ],
    refusals: [
      Refusal(
        "%x: f32[3]", "%p = const [3, 0] : i32[1,2]\n%y = mirror_pad(%x, %p) {mode = reflect}",
        .invalidAttribute, "an extent of 3 has no mirror image of 3 elements"),
      Refusal(
        "%x: f32[3]", "%p = const [0, 4] : i32[1,2]\n%y = mirror_pad(%x, %p) {mode = symmetric}",
        .invalidAttribute, "an extent of 3 has no mirror image of 4 elements"),
      Refusal(
        "%x: f32[3]", "%p = const [0, 1] : i32[1,2]\n%y = mirror_pad(%x, %p)", .invalidAttribute,
        "'mirror_pad' needs attribute 'mode' to be one of reflect, symmetric"),
    ],
    // The same codes.
    int8Steps: 1)
}
