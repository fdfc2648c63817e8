import OctetDiagnostics

extension OpCases {
  // -7 / 2 is -3.5, 7 / -2 too; what is divided by 0 gives 0.
  static let floorDiv = binary(
    "floor_div", of: [[7, -7, 7, 6], [2, 2, -2, -3]], [3, -4, -4, -2],
    whole: [[7, -7, 7, 6, 5, -2_147_483_648], [2, 2, -2, -3, 0, -1]],
    [3, -4, -4, -2, 0, -2_147_483_648], repeated: [3, 3, -4, -3])
  static let floorMod = binary(
    "floor_mod", of: [[7, -7, 7.5, 6], [2, 2, -2, -3]], [1, 1, -0.5, 0],
    whole: [[7, -7, 7, 6, 5, -2_147_483_648], [2, 2, -2, -3, 0, -1]], [1, 1, -1, 0, 0, 0],
    repeated: [1, 1, -1, -2])
  // 10^10 is 1410065408 above a multiple of 2^32; 2^-1 is cut.
  static let pow = binary(
    "pow", of: [[2, 4, -2, 0], [3, 0.5, 3, 0]], [8, 2, -8, 1],
    whole: [[2, -3, 10, 2, -1, 1], [10, 3, 10, -1, -3, -3]], [1024, -27, 1_410_065_408, 0, -1, 1],
    repeated: [8, 1.4142135623730951, 8, 1])
  static let squaredDifference = binary(
    "squared_difference", of: [[1, -2, 0.5, 3], [3, 2, 0, 3]], [4, 16, 0.25, 0],
    whole: [[1, -2, 3, 65_536, 0, 7], [3, 2, 3, 0, 46_341, 0]],
    [4, 16, 0, 0, -2_147_479_015, 49], repeated: [4, 1, 1, 4])

  private static func binary(
    _ op: String, of inputs: [[Double]], _ results: [Double], whole: [[Double]],
    _ wholeResults: [Double], repeated: [Double]
  ) -> OpCases {
    OpCases(
      op,
      answers: [
        Answer(
          "%x: f32[4], %z: f32[4]", "%y = \(op)(%x, %z)", inputs, gives: "f32[4]", results),
        Answer(
          "%x: i32[6], %z: i32[6]", "%y = \(op)(%x, %z)", whole, gives: "i32[6]", wholeResults),
        // The first number of the left operand with all of the right one.
        Answer(
          "%x: f32[1], %z: f32[2,2]", "%y = \(op)(%x, %z)", [[inputs[0][0]], inputs[1]],
          gives: "f32[2,2]", repeated),
      ],
      inferences: [
        Inference("%x: f32[?n(\"a\"),2], %z: f32[2]", "%y = \(op)(%x, %z)", gives: "f32[?n,2]")
      ],
      refusals: [
        Refusal(
          "%x: f32[2], %z: i32[2]", "%y = \(op)(%x, %z)", .typeMismatch,
          "operands are float32 and int32"),
        Refusal(
          "%x: f32[1,1,1,1,2], %z: f32[2]", "%y = \(op)(%x, %z)", .shapeMismatch,
          "TFLite broadcasts at most 4 dimensions here, not 5"),
      ],
      int8Steps: nil)
  }
}
