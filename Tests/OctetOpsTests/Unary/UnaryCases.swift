import OctetDiagnostics

extension OpCases {
  // Half a step of the input and half of the result's own, whose scale is half the input's at most.
  static let abs = unary(
    "abs", of: [-2, 0, 1.5], [2, 0, 1.5],
    [
      Answer(
        "%x: i32[3]", "%y = abs(%x)", [[-7, 0, -2_147_483_648]], gives: "i32[3]",
        [7, 0, -2_147_483_648]),
      Answer(
        "%x: i8[3]{0.5:10}", "%y = abs(%x) : i8[3]{0.5:-128}", [[-128, 10, 127]], gives: "i8[3]",
        [10, -128, -11]),
      // 138 and 117 steps of 0.5 in steps of 1: 69 and 58.5, of which the half goes up.
      Answer(
        "%x: i8[3]{0.5:10}", "%y = abs(%x) : i8[3]{1.0:3}", [[-128, 10, 127]], gives: "i8[3]",
        [72, 3, 62]),
    ], accepts: "float32, int8, int32", int8Steps: 1.5)
  static let ceil = unary("ceil", of: [-1.5, -0.25, 0.25, 2], [-1, 0, 1, 2])
  static let cos = unary(
    "cos", of: [0, 1, -2, 100], [1, 0.5403023, -0.41614684, 0.86231887])
  static let elu = unary(
    "elu", of: [-2, -0.001, 0, 3], [-0.8646647, -0.0009995002, 0, 3],
    [
      // e^-1 - 1 and e^-0.5 - 1 in steps of 0.01: -63.2 and -39.3.
      Answer(
        "%x: i8[4]{0.5:0}", "%y = elu(%x) : i8[4]{0.01:0}", [[-2, -1, 0, 1]], gives: "i8[4]",
        [-63, -39, 0, 50])
    ], accepts: "float32, int8", int8Steps: 1.5)
  static let floor = unary("floor", of: [-1.5, -0.25, 0.25, 2], [-2, -1, 0, 2])
  static let neg = unary(
    "neg", of: [-1.5, 0, 2], [1.5, 0, -2],
    [
      Answer(
        "%x: i32[3]", "%y = neg(%x)", [[-7, 7, -2_147_483_648]], gives: "i32[3]",
        [7, -7, -2_147_483_648])
    ], accepts: "float32, int32")
  static let round = unary("round", of: [0.5, 1.5, 2.5, -0.5, -1.5, 1.2], [0, 2, 2, 0, -2, 1])
  static let rsqrt = unary("rsqrt", of: [1, 4, 0.25, 0], [1, 0.5, 2, .infinity])
  static let sign = unary("sign", of: [-3, 0, 0.1], [-1, 0, 1])
  static let sin = unary("sin", of: [0, 1, -2, 100], [0, 0.84147098, -0.90929743, -0.50636564])
  static let sqrt = unary("sqrt", of: [0, 1, 2, 0.25], [0, 1, 1.41421356, 0.5])
  static let square = unary("square", of: [-3, 0, 0.5], [9, 0, 0.25])

  private static func unary(
    _ op: String, of inputs: [Double], _ results: [Double], _ others: [Answer] = [],
    accepts types: String = "float32", int8Steps: Double? = nil
  ) -> OpCases {
    OpCases(
      op,
      answers: [
        Answer(
          "%x: f32[\(inputs.count)]", "%y = \(op)(%x)", [inputs], gives: "f32[\(inputs.count)]",
          results)
      ] + others,
      inferences: [Inference("%x: f32[?n(\"a\"),3]", "%y = \(op)(%x)", gives: "f32[?n,3]")],
      refusals: [
        Refusal(
          "%x: u8[3]", "%y = \(op)(%x)", .typeMismatch, "input 0 is uint8, expected \(types)"),
        Refusal(
          "%x: f32[3]", "%y = \(op)(%x) {by = 2}", .invalidAttribute,
          "'\(op)' has no attribute 'by'"),
      ],
      int8Steps: int8Steps)
  }
}
