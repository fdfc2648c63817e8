import OctetDiagnostics

extension OpCases {
  static let cumsum = OpCases(
    "cumsum",
    answers: [
      Answer(
        "%x: i64[2]", "%a = const [0] : i32[]\n%y = cumsum(%x, %a)", [[5_000_000_000, 1]],
        gives: "i64[2]",
        [5_000_000_000, 5_000_000_001]),
      Answer(
        "%x: f32[2,3]", "%a = const [1] : i32[]\n%y = cumsum(%x, %a)", [[1, 2, 3, -1, 0, 5]],
        gives: "f32[2,3]", [1, 3, 6, -1, -1, 4]),
      Answer(
        "%x: f32[2,3]", "%a = const [-2] : i32[1]\n%y = cumsum(%x, %a) {reverse = true}",
        [[1, 2, 3, -1, 0, 5]], gives: "f32[2,3]", [0, 2, 8, -1, 0, 5]),
      Answer(
        "%x: f32[3]", "%a = const [0] : i32[]\n%y = cumsum(%x, %a) {exclusive = true}",
        [[1, 2, 3]],
        gives: "f32[3]", [0, 1, 3]),
      Answer(
        "%x: i32[3]",
        "%a = const [0] : i32[]\n%y = cumsum(%x, %a) {exclusive = true, reverse = true}",
        [[1, 2, 2_147_483_647]], gives: "i32[3]", [-2_147_483_647, 2_147_483_647, 0]),
    ],
    inferences: [
      Inference(
        "%x: f32[?n(\"a\"),3]", "%a = const [1] : i32[]\n%y = cumsum(%x, %a)", gives: "f32[?n,3]")
    ],
    refusals: [
      Refusal(
        "%x: f32[2]", "%a = const [1] : i32[]\n%y = cumsum(%x, %a)", .invalidAttribute,
        "axis 1 is none of 1 dimensions")
    ],
    int8Steps: nil)
}
