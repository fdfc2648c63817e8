import OctetDiagnostics

extension OpCases {
  static let cumsum = OpCases(
    "cumsum",
    answers: [
      Answer(
        "%x: f32[2,3]", "%a = const [1] : i32[]\n%y = cumsum(%x, %a)", [[1, 2, 3, 4, 5, 6]],
        gives: "f32[2,3]", [1, 3, 6, 4, 9, 15]),
      Answer(
        "%x: f32[2,3]", "%a = const [-2] : i32[]\n%y = cumsum(%x, %a) {reverse = true}",
        [[1, 2, 3, 4, 5, 6]], gives: "f32[2,3]", [5, 7, 9, 4, 5, 6]),
      Answer(
        "%x: f32[3]", "%a = const [0] : i32[1]\n%y = cumsum(%x, %a) {exclusive = true}",
        [[1, 2, 3]], gives: "f32[3]", [0, 1, 3]),
      Answer(
        "%x: i32[3]",
        "%a = const [0] : i32[]\n%y = cumsum(%x, %a) {exclusive = true, reverse = true}",
        [[1, 2, 2_147_483_647]], gives: "i32[3]", [-2_147_483_647, 2_147_483_647, 0]),
    ],
    inferences: [
      Inference(
        "%x: f32[?n(\"a\"),4]", "%a = const [1] : i32[]\n%y = cumsum(%x, %a)",
        gives: "f32[?n,4]")
    ],
    refusals: [
      Refusal(
        "%x: f32[2]", "%a = const [1] : i32[]\n%y = cumsum(%x, %a)", .invalidAttribute,
        "axis 1 is none of 1 dimensions"),
      Refusal(
        "%x: f32[2]", "%a = const [0, 0] : i32[2]\n%y = cumsum(%x, %a)", .shapeMismatch,
        "2 dimensions are given to sum along, not one"),
    ],
    int8Steps: nil)
}
