import OctetDiagnostics

extension OpCases {
  static let gather = OpCases(
    "gather",
    answers: [
      Answer(
        "%x: i16[3]{0.5:0}",
        "%i = const [2, 0] : i32[2]\n%y = gather(%x, %i) {axis = 0} : i16[2]{0.5:0}", [[1, 2, 3]],
        gives: "i16[2]",
        [3, 1]),
      Answer(
        "%x: f32[3,2]", "%i = const [2, 0, 2] : i32[3]\n%y = gather(%x, %i)",
        [[1, 2, 3, 4, 5, 6]], gives: "f32[3,2]", [5, 6, 1, 2, 5, 6]),
      Answer(
        "%x: f32[2,3]", "%i = const [1] : i64[1,1]\n%y = gather(%x, %i) {axis = -1}",
        [[1, 2, 3, 4, 5, 6]], gives: "f32[2,1,1]", [2, 5]),
      Answer(
        "%x: f32[2,3]", "%i = const [2] : i32[]\n%y = gather(%x, %i) {axis = 1}",
        [[1, 2, 3, 4, 5, 6]], gives: "f32[2]", [3, 6]),
      // Each row has indices of its own.
      Answer(
        "%x: f32[2,3]",
        "%i = const [2, 0, 1, 1] : i32[2,2]\n%y = gather(%x, %i) {axis = 1, batch_dims = 1}",
        [[1, 2, 3, 4, 5, 6]], gives: "f32[2,2]", [3, 1, 5, 5]),
      // Computed indices beyond both ends give zeros.
      Answer(
        "%x: f32[2,2], %i: i32[4]", "%y = gather(%x, %i)", [[1, 2, 3, 4], [1, -1, 2, 0]],
        gives: "f32[4,2]", [3, 4, 0, 0, 0, 0, 1, 2]),
      Answer(
        "%x: i32[3]", "%i = const [2, 1] : i32[2]\n%y = gather(%x, %i)", [[7, 8, -9]],
        gives: "i32[2]", [-9, 8]),
      Answer(
        "%x: i8[3]{0.5:3}, %i: i32[3]", "%y = gather(%x, %i) : i8[3]{0.5:3}",
        [[7, 8, -9], [2, 3, 0]], gives: "i8[3]", [-9, 3, 7]),
    ],
    inferences: [
      Inference(
        "%x: f32[?n(\"a\"),4,5], %i: i32[2,?k(\"b\")]", "%y = gather(%x, %i) {axis = 1}",
        gives: "f32[?n,2,?k,5]")
    ],
    refusals: [
      Refusal(
        "%x: f32[2,3]", "%i = const [0, 3] : i32[2]\n%y = gather(%x, %i) {axis = 1}",
        .invalidAttribute, "index 3 lies beyond an extent of 3"),
      Refusal(
        "%x: f32[2,3]", "%i = const [-1] : i64[1]\n%y = gather(%x, %i)", .invalidAttribute,
        "index -1 lies beyond an extent of 2"),
      Refusal(
        "%x: f32[2,3], %i: i32[2]", "%y = gather(%x, %i) {axis = 2}", .invalidAttribute,
        "axis 2 is none of 2 dimensions"),
      Refusal(
        "%x: f32[2,3], %i: i32[3,1]", "%y = gather(%x, %i) {axis = 1, batch_dims = 1}",
        .shapeMismatch, "shapes [2,3] and [3,1] differ in batch dimension 0"),
      Refusal(
        "%x: f32[2,3], %i: i32[2]", "%y = gather(%x, %i) {batch_dims = 1}", .invalidAttribute,
        "batch_dims 1 does not fit axis 0 and 1 dimensions of indices"),
      Refusal(
        "%x: f32[2,3], %i: f32[2]", "%y = gather(%x, %i)", .typeMismatch,
        "input 1 is float32, expected int32, int64"),
    ],
    // The same codes.
    int8Steps: 1)
}
