import OctetDiagnostics

extension OpCases {
  static let argMax = places("arg_max", [2, 0], [0, 1, 0], [1, 0])
  static let argMin = places("arg_min", [0, 1], [1, 0, 1], [0, 1])

  /// - Parameters:
  ///   - rows: for 1, 2, 5 and 4, -3, 4, of which the first of equal ones counts.
  ///   - columns: for 3 and 2, 0 and 9, 7 and -7.
  ///   - codes: for -128, 127, 5 and 3, -2, 3.
  private static func places(
    _ op: String, _ rows: [Double], _ columns: [Double], _ codes: [Double]
  ) -> OpCases {
    OpCases(
      op,
      answers: [
        Answer(
          "%x: f32[2,3]", "%a = const [-1] : i32[]\n%y = \(op)(%x, %a)", [[1, 2, 5, 4, -3, 4]],
          gives: "i32[2]", rows),
        Answer(
          "%x: i32[2,3]", "%a = const [0] : i32[1]\n%y = \(op)(%x, %a) {type = int64}",
          [[3, 0, 7, 2, 9, -7]], gives: "i64[3]", columns),
        Answer(
          "%x: u8[1,2]{0.1:0}", "%a = const [1] : i32[]\n%y = \(op)(%x, %a)", [[3, 255]],
          gives: "i32[1]", [op == "arg_max" ? 1 : 0]),
        Answer(
          "%x: i8[2,3]{0.1:0}", "%a = const [1] : i32[]\n%y = \(op)(%x, %a)",
          [[-128, 127, 5, 3, -2, 3]], gives: "i32[2]", codes),
      ],
      inferences: [
        Inference(
          "%x: f32[?n(\"a\"),?h(\"b\"),4]", "%a = const [1] : i32[]\n%y = \(op)(%x, %a)",
          gives: "i32[?n,4]")
      ],
      refusals: [
        Refusal(
          "%x: f32[2,3]", "%a = const [2] : i32[]\n%y = \(op)(%x, %a)", .invalidAttribute,
          "axis 2 is none of 2 dimensions"),
        Refusal(
          "%x: f32[2,0]", "%a = const [1] : i32[]\n%y = \(op)(%x, %a)", .shapeMismatch,
          "of no elements none is the largest or the least"),
        Refusal(
          "%x: f32[2]", "%a = const [0] : i32[]\n%y = \(op)(%x, %a) {type = int8}",
          .invalidAttribute, "'\(op)' does not know type 'int8'"),
      ],
      // Places are not codes, which the answers show.
      int8Steps: 0)
  }
}
