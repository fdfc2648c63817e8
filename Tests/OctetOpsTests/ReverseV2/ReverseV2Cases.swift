import OctetDiagnostics

extension OpCases {
  static let reverseV2 = OpCases(
    "reverse_v2",
    answers: [
      Answer(
        "%x: i16[2]{0.5:0}",
        "%a = const [0] : i32[1]\n%y = reverse_v2(%x, %a) : i16[2]{0.5:0}", [[1, 2]],
        gives: "i16[2]",
        [2, 1]),
      Answer(
        "%x: f32[2,3]", "%a = const [1] : i32[1]\n%y = reverse_v2(%x, %a)",
        [[1, 2, 3, 4, 5, 6]], gives: "f32[2,3]", [3, 2, 1, 6, 5, 4]),
      Answer(
        "%x: f32[2,3]", "%a = const [-2] : i32[1]\n%y = reverse_v2(%x, %a)",
        [[1, 2, 3, 4, 5, 6]], gives: "f32[2,3]", [4, 5, 6, 1, 2, 3]),
      Answer(
        "%x: i32[2,3]", "%a = const [1, 0] : i32[2]\n%y = reverse_v2(%x, %a)",
        [[1, 2, 3, 4, 5, 6]], gives: "i32[2,3]", [6, 5, 4, 3, 2, 1]),
      Answer(
        "%x: i8[3]{0.5:3}", "%a = const [0] : i32[1]\n%y = reverse_v2(%x, %a) : i8[3]{0.5:3}",
        [[-1, 2, 3]], gives: "i8[3]", [3, 2, -1]),
    ],
    inferences: [
      Inference(
        "%x: f32[?n(\"a\"),4]", "%a = const [0] : i32[1]\n%y = reverse_v2(%x, %a)",
        gives: "f32[?n,4]")
    ],
    refusals: [
      Refusal(
        "%x: f32[2,3,4]", "%a = const [0, 2] : i32[2]\n%y = reverse_v2(%x, %a)",
        .invalidAttribute, "TFLite reverses dimensions that follow one another, not 0,2"),
      Refusal(
        "%x: f32[2]", "%a = const [1] : i32[1]\n%y = reverse_v2(%x, %a)", .invalidAttribute,
        "axis 1 is none of 1 dimensions"),
    ],
    // The same codes.
    int8Steps: 1)
}
