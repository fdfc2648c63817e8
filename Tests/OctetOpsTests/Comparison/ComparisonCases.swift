import OctetDiagnostics

extension OpCases {
  static let equal = comparison("equal", [0, 1, 0])
  static let greater = comparison("greater", [0, 0, 1])
  static let greaterEqual = comparison("greater_equal", [0, 1, 1])
  static let less = comparison("less", [1, 0, 0])
  static let lessEqual = comparison("less_equal", [1, 1, 0])
  static let notEqual = comparison("not_equal", [1, 0, 1])

  /// - Parameter holds: for a left operand that is less, equal and greater.
  private static func comparison(_ op: String, _ holds: [Double]) -> OpCases {
    let isEquality = op.hasSuffix("equal") && holds[0] == holds[2]
    let ofNaN: Double = op == "not_equal" ? 1 : 0
    var answers = [
      Answer(
        "%x: f32[4], %z: f32[4]", "%y = \(op)(%x, %z)", [[1, 2, 3, .nan], [2, 2, 2, .nan]],
        gives: "bool[4]", holds + [ofNaN]),
      Answer(
        "%x: f32[3,1], %z: f32[2]", "%y = \(op)(%x, %z)", [[-1, 0, 1], [0, 0]], gives: "bool[3,2]",
        holds.flatMap { [$0, $0] }),
      Answer(
        "%x: i32[3], %z: i32[]", "%y = \(op)(%x, %z)",
        [
          [-5, 2_147_483_647 - 1, 2_147_483_647],
          [
            2_147_483_646
          ],
        ], gives: "bool[3]", holds),
      Answer(
        "%x: i64[3], %z: i64[1]", "%y = \(op)(%x, %z)",
        [[0x1p40, 0x1p40 + 1, 0x1p40 + 2], [0x1p40 + 1]], gives: "bool[3]", holds),
    ]
    for type in ["i8", "u8"] {
      // 1, 1.5 and 2 beside 1.5.
      answers.append(
        Answer(
          "%x: \(type)[3]{0.25:10}, %z: \(type)[1]{0.5:7}", "%y = \(op)(%x, %z)",
          [[14, 16, 18], [10]], gives: "bool[3]", holds))
    }
    if isEquality {
      answers.append(
        Answer(
          "%x: bool[4], %z: bool[4]", "%y = \(op)(%x, %z)", [[0, 0, 1, 1], [0, 1, 0, 1]],
          gives: "bool[4]", [holds[1], holds[0], holds[0], holds[1]]))
    }
    return OpCases(
      op, answers: answers,
      inferences: [
        Inference("%x: f32[?n(\"a\"),2], %z: f32[2]", "%y = \(op)(%x, %z)", gives: "bool[?n,2]")
      ],
      refusals: [
        Refusal(
          "%x: f32[2], %z: i32[2]", "%y = \(op)(%x, %z)", .typeMismatch,
          "operands are float32 and int32"),
        Refusal(
          "%x: i16[2]{0.5:0}", "%y = \(op)(%x, %x)", .typeMismatch,
          "input 0 is int16, expected float32, int8, uint8, int32, int64"
            + (isEquality ? ", bool" : "")),
        Refusal(
          "%x: f32[1,1,1,1,2], %z: f32[2]", "%y = \(op)(%x, %z)", .shapeMismatch,
          "TFLite broadcasts at most 4 dimensions here, not 5"),
      ],
      int8Steps: nil)
  }
}
