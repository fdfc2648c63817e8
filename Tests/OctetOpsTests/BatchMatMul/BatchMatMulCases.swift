import OctetDiagnostics

extension OpCases {
  static let batchMatMul = OpCases(
    "batch_matmul",
    answers: [
      Answer(
        "%x: f32[2,2], %k: f32[2,3]", "%y = batch_matmul(%x, %k)",
        [[1, 2, 3, 4], [1, 0, 2, 0, 1, -1]], gives: "f32[2,3]", [1, 2, 0, 3, 4, 2]),
      // Transposes of both sides: the same matrices.
      Answer(
        "%x: f32[2,2], %k: f32[3,2]", "%y = batch_matmul(%x, %k) {adj_x = true, adj_y = true}",
        [[1, 3, 2, 4], [1, 0, 0, 1, 2, -1]], gives: "f32[2,3]", [1, 2, 0, 3, 4, 2]),
      // One matrix for two.
      Answer(
        "%x: f32[2,1,2], %k: f32[2,1]", "%y = batch_matmul(%x, %k)", [[1, 2, 3, 4], [10, 1]],
        gives: "f32[2,1,1]", [12, 34]),
      // Batches [2,1] and [2] make [2,2].
      Answer(
        "%x: f32[2,1,1,1], %k: f32[2,1,1]", "%y = batch_matmul(%x, %k)", [[2, 3], [5, 7]],
        gives: "f32[2,2,1,1]", [10, 14, 15, 21]),
    ],
    inferences: [
      Inference(
        "%x: f32[?n(\"a\"),1,3,4], %k: f32[5,4,?m(\"b\")]", "%y = batch_matmul(%x, %k)",
        gives: "f32[?n,5,3,?m]")
    ],
    refusals: [
      Refusal(
        "%x: f32[2,3], %k: f32[2,3]", "%y = batch_matmul(%x, %k)", .shapeMismatch,
        "rows of 3 elements do not fit columns of 2"),
      Refusal(
        "%x: f32[3], %k: f32[3,2]", "%y = batch_matmul(%x, %k)", .shapeMismatch,
        "TFLite multiplies tensors of 2 to 5 dimensions, not [3] and [3,2]"),
      Refusal(
        "%x: f32[2,1,3], %k: f32[3,3,1]", "%y = batch_matmul(%x, %k)", .shapeMismatch,
        "shapes [2] and [3] do not broadcast"),
      Refusal(
        "%x: i32[2,2], %k: i32[2,2]", "%y = batch_matmul(%x, %k)", .typeMismatch,
        "input 0 is int32, expected float32"),
    ],
    int8Steps: nil)
}
