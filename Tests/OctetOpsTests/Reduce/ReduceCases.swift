import OctetDiagnostics

extension OpCases {
  static let reduceAll = OpCases(
    "reduce_all",
    answers: [
      Answer(
        "%x: bool[4,2]", "%a = const [1] : i32[1]\n%y = reduce_all(%x, %a)",
        [[0, 0, 0, 1, 1, 0, 1, 1]], gives: "bool[4]", [0, 0, 0, 1])
    ],
    refusals: [ofFloats("reduce_all")], int8Steps: nil)

  static let reduceAny = OpCases(
    "reduce_any",
    answers: [
      Answer(
        "%x: bool[4,2]", "%a = const [1] : i32[1]\n%y = reduce_any(%x, %a) {keep_dims = true}",
        [[0, 0, 0, 1, 1, 0, 1, 1]], gives: "bool[4,1]", [0, 1, 1, 1])
    ],
    refusals: [ofFloats("reduce_any")], int8Steps: nil)

  // One scale for both, so the code of the input is that of the result.
  static let reduceMax = OpCases(
    "reduce_max",
    answers: numbers(
      "reduce_max", rows: [7, -1], columns: [7, 0, 4])
      + ofCodes("reduce_max", [100, -3], [255, 4]),
    inferences: [inference("reduce_max")], refusals: [beyond("reduce_max")], int8Steps: 0.5)

  static let reduceMin = OpCases(
    "reduce_min",
    answers: numbers(
      "reduce_min", rows: [-2, -9], columns: [-1, -9, -2])
      + ofCodes("reduce_min", [-128, -4], [5, 3]),
    inferences: [inference("reduce_min")], refusals: [beyond("reduce_min")], int8Steps: 0.5)

  static let reduceProd = OpCases(
    "reduce_prod",
    answers: numbers("reduce_prod", rows: [0, -36], columns: [-7, 0, -8]) + [
      Answer(
        "%x: i32[3]", "%a = const [0] : i32[1]\n%y = reduce_prod(%x, %a)", [[65_536, 65_536, 3]],
        gives: "i32[]", [0])
    ],
    inferences: [inference("reduce_prod")], refusals: [beyond("reduce_prod")], int8Steps: nil)

  static let sum = OpCases(
    "sum",
    answers: numbers("sum", rows: [5, -14], columns: [6, -9, 2]) + [
      Answer(
        "%x: i32[2]", "%a = const [0] : i32[1]\n%y = sum(%x, %a)", [[2_147_483_647, 1]],
        gives: "i32[]", [-2_147_483_648])
    ],
    inferences: [inference("sum")], refusals: [beyond("sum")], int8Steps: nil)

  /// - Parameters:
  ///   - rows: of 7, 0, -2 and of -1, -9, -4.
  ///   - columns: of 7 and -1, 0 and -9, -2 and 4.
  private static func numbers(
    _ op: String, rows: [Double], columns: [Double]
  ) -> [Answer] {
    [
      Answer(
        "%x: f32[2,3]", "%a = const [-1] : i32[1]\n%y = \(op)(%x, %a)", [[7, 0, -2, -1, -9, -4]],
        gives: "f32[2]", rows),
      Answer(
        "%x: i32[2,3]", "%a = const [0] : i32[]\n%y = \(op)(%x, %a) {keep_dims = true}",
        [[7, 0, -2, -1, -9, 4]], gives: "i32[1,3]", columns),
      Answer(
        "%x: i64[2,3]", "%a = const [0] : i32[]\n%y = \(op)(%x, %a)", [[7, 0, -2, -1, -9, 4]],
        gives: "i64[3]", columns),
    ]
  }

  private static func ofCodes(_ op: String, _ int8: [Double], _ uint8: [Double]) -> [Answer] {
    [
      Answer(
        "%x: i8[2,3]{0.5:3}", "%a = const [1] : i32[1]\n%y = \(op)(%x, %a) : i8[2]{0.5:3}",
        [[-128, 5, 100, -3, -4, -3]], gives: "i8[2]", int8),
      Answer(
        "%x: u8[2,3]{0.5:3}", "%a = const [1] : i32[1]\n%y = \(op)(%x, %a) : u8[2]{0.5:3}",
        [[255, 5, 100, 3, 4, 3]], gives: "u8[2]", uint8),
    ]
  }

  private static func inference(_ op: String) -> Inference {
    Inference(
      "%x: f32[?n(\"a\"),?h(\"b\"),7,4]",
      "%a = const [1, -2] : i32[2]\n%y = \(op)(%x, %a) {keep_dims = true}", gives: "f32[?n,1,1,4]")
  }

  private static func beyond(_ op: String) -> Refusal {
    Refusal(
      "%x: f32[2,3]", "%a = const [2] : i32[1]\n%y = \(op)(%x, %a)", .invalidAttribute,
      "axis 2 is none of 2 dimensions")
  }

  private static func ofFloats(_ op: String) -> Refusal {
    Refusal(
      "%x: f32[2,3]", "%a = const [1] : i32[1]\n%y = \(op)(%x, %a)", .typeMismatch,
      "input 0 is float32, expected bool")
  }
}
