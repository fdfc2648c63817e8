import OctetDiagnostics

extension OpCases {
  static let scatterND = OpCases(
    "scatter_nd",
    answers: [
      Answer(
        "%x: f32[2]",
        "%i = const [1, 2, 0, 0] : i32[2,2]\n%s = const [2, 3] : i32[2]\n%y = scatter_nd(%i, %x, %s)",
        [[7, 8]], gives: "f32[2,3]", [8, 0, 0, 0, 0, 7]),
      // Rows, of which two have one place; a place beyond the result is left out.
      Answer(
        "%i: i32[4,1], %x: i32[4,2]", "%s = const [3, 2] : i32[2]\n%y = scatter_nd(%i, %x, %s)",
        [[2, 0, 2, 3], [1, 2, 3, 4, 5, 6, 7, 8]], gives: "i32[3,2]", [3, 4, 0, 0, 6, 8]),
      Answer(
        "%x: i64[1]",
        "%i = const [1] : i32[1,1]\n%s = const [2] : i32[1]\n%y = scatter_nd(%i, %x, %s)",
        [[0x1p40]], gives: "i64[2]", [0, 0x1p40]),
    ],
    inferences: [
      Inference(
        "%i: i32[?k(\"b\"),1], %x: f32[?k(\"b\"),4]",
        "%s = const [3, 4] : i32[2]\n%y = scatter_nd(%i, %x, %s)", gives: "f32[3,4]")
    ],
    refusals: [
      Refusal(
        "%x: f32[1]",
        "%i = const [0, 3] : i32[1,2]\n%s = const [2, 3] : i32[2]\n%y = scatter_nd(%i, %x, %s)",
        .invalidAttribute, "index 3 lies beyond an extent of 3"),
      Refusal(
        "%i: i32[1,3], %x: f32[1]", "%s = const [2, 3] : i32[2]\n%y = scatter_nd(%i, %x, %s)",
        .shapeMismatch, "3 indices are given for a result [2,3]"),
      Refusal(
        "%i: i32[2,1], %x: f32[2]", "%s = const [2, 3] : i32[2]\n%y = scatter_nd(%i, %x, %s)",
        .shapeMismatch, "parts [2] are given for places [2,3]"),
    ],
    int8Steps: nil)
}
