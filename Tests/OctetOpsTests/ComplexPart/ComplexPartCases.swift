import OctetDiagnostics

extension OpCases {
  static let complexAbs = part("complex_abs", [5, 1e30, 2])
  static let imag = part("imag", [4, -1e30, 0])
  static let real = part("real", [3, 0, -2])

  private static func part(_ op: String, _ result: [Double]) -> OpCases {
    OpCases(
      op,
      answers: [
        Answer(
          "%x: c64[1,3]", "%y = \(op)(%x)", [[3, 4, 0, -1e30, -2, 0]], gives: "f32[1,3]", result)
      ],
      inferences: [
        Inference("%x: c64[?n(\"a\"),3]", "%y = \(op)(%x)", gives: "f32[?n,3]")
      ],
      refusals: [
        Refusal(
          "%x: f32[2]", "%y = \(op)(%x)", .typeMismatch, "input 0 is float32, expected complex64")
      ],
      int8Steps: nil)
  }
}
