import OctetDiagnostics

extension OpCases {
  static let logicalAnd = logical("logical_and", [0, 0, 0, 1])
  static let logicalOr = logical("logical_or", [0, 1, 1, 1])

  static let logicalNot = OpCases(
    "logical_not",
    answers: [
      Answer("%x: bool[3]", "%y = logical_not(%x)", [[0, 1, 0]], gives: "bool[3]", [1, 0, 1])
    ],
    inferences: [Inference("%x: bool[?n(\"a\")]", "%y = logical_not(%x)", gives: "bool[?n]")],
    refusals: [
      Refusal(
        "%x: f32[3]", "%y = logical_not(%x)", .typeMismatch, "input 0 is float32, expected bool")
    ],
    int8Steps: nil)

  private static func logical(_ op: String, _ table: [Double]) -> OpCases {
    OpCases(
      op,
      answers: [
        Answer(
          "%x: bool[4], %z: bool[4]", "%y = \(op)(%x, %z)", [[0, 0, 1, 1], [0, 1, 0, 1]],
          gives: "bool[4]", table),
        Answer(
          "%x: bool[2,1], %z: bool[2]", "%y = \(op)(%x, %z)", [[0, 1], [0, 1]], gives: "bool[2,2]",
          table),
      ],
      inferences: [
        Inference("%x: bool[?n(\"a\"),2], %z: bool[2]", "%y = \(op)(%x, %z)", gives: "bool[?n,2]")
      ],
      refusals: [
        Refusal(
          "%x: f32[2]", "%y = \(op)(%x, %x)", .typeMismatch, "input 0 is float32, expected bool")
      ],
      int8Steps: nil)
  }
}
