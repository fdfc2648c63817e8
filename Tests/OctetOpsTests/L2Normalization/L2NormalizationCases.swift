import OctetDiagnostics

extension OpCases {
  static let l2Normalization = OpCases(
    "l2_normalization",
    answers: [
      Answer(
        "%x: f32[3,2]", "%y = l2_normalization(%x)", [[3, -4, 0, 0, 0, 5e-7]], gives: "f32[3,2]",
        [0.6, -0.8, 0, 0, 0, 0.5])
    ],
    inferences: [
      Inference("%x: f32[?n(\"a\"),2]", "%y = l2_normalization(%x)", gives: "f32[?n,2]")
    ],
    refusals: [
      Refusal(
        "%x: f32[]", "%y = l2_normalization(%x)", .shapeMismatch,
        "a number without dimensions is no vector"),
      Refusal(
        "%x: i32[2]", "%y = l2_normalization(%x)", .typeMismatch,
        "input 0 is int32, expected float32"),
    ],
    int8Steps: nil)
}
