import OctetDiagnostics

extension OpCases {
  static let logSoftmax = OpCases(
    "log_softmax",
    answers: [
      // log(1 / (1 + e^-1 + e^-2)) is -0.40760596; large numbers do not overflow.
      Answer(
        "%x: f32[2,3]", "%y = log_softmax(%x)", [[2, 1, 0, 1000, 0, 1000]], gives: "f32[2,3]",
        [-0.40760596, -1.40760596, -2.40760596, -0.69314718, -1000.69314718, -0.69314718])
    ],
    inferences: [Inference("%x: f32[?n(\"a\"),3]", "%y = log_softmax(%x)", gives: "f32[?n,3]")],
    refusals: [
      Refusal(
        "%x: f32[]", "%y = log_softmax(%x)", .shapeMismatch,
        "a softmax needs at least one dimension")
    ],
    int8Steps: nil)
}
