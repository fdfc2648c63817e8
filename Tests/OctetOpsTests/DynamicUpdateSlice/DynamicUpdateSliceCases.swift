import OctetDiagnostics

extension OpCases {
  static let dynamicUpdateSlice = OpCases(
    "dynamic_update_slice",
    answers: [
      Answer(
        "%x: f32[2,3], %u: f32[1,2], %s: i32[2]", "%y = dynamic_update_slice(%x, %u, %s)",
        [[1, 2, 3, 4, 5, 6], [8, 9], [1, 1]], gives: "f32[2,3]", [1, 2, 3, 4, 8, 9]),
      // A box that would reach beyond the tensor is moved inside.
      Answer(
        "%x: f32[4], %u: f32[2], %s: i32[1]", "%y = dynamic_update_slice(%x, %u, %s)",
        [[1, 2, 3, 4], [8, 9], [3]], gives: "f32[4]", [1, 2, 8, 9]),
      Answer(
        "%x: f32[4], %u: f32[2], %s: i64[1]", "%y = dynamic_update_slice(%x, %u, %s)",
        [[1, 2, 3, 4], [8, 9], [-7]], gives: "f32[4]", [8, 9, 3, 4]),
      // Something else reads the tensor after it was updated: it is not overwritten.
      Answer(
        "%x: f32[2], %u: f32[1], %s: i32[1]",
        """
        %v = relu(%x)
        %w = dynamic_update_slice(%v, %u, %s)
        %t = add(%v, %w)
        %y = dynamic_update_slice(%t, %u, %s)
        """, [[1, 2], [5], [0]], gives: "f32[2]", [5, 4]),
      Answer(
        "%x: i32[3], %u: i32[1], %s: i32[1]", "%y = dynamic_update_slice(%x, %u, %s)",
        [[1, 2, 3], [70000], [1]], gives: "i32[3]", [1, 70000, 3]),
      Answer(
        "%x: i8[3]{0.5:3}, %u: i8[1]{0.5:3}",
        "%s = const [2] : i32[1]\n%y = dynamic_update_slice(%x, %u, %s) : i8[3]{0.5:3}",
        [[1, 2, 3], [-128]], gives: "i8[3]", [1, 2, -128]),
    ],
    inferences: [
      Inference(
        "%x: f32[?n(\"a\"),4], %u: f32[1,4], %s: i32[2]", "%y = dynamic_update_slice(%x, %u, %s)",
        gives: "f32[?n,4]")
    ],
    refusals: [
      Refusal(
        "%x: f32[2,3], %u: f32[1,4], %s: i32[2]", "%y = dynamic_update_slice(%x, %u, %s)",
        .shapeMismatch, "4 elements take no place within 3"),
      Refusal(
        "%x: f32[2,3], %u: f32[1,3], %s: i32[1]", "%y = dynamic_update_slice(%x, %u, %s)",
        .shapeMismatch, "1 places are given for 2 dimensions"),
      Refusal(
        "%x: f32[2,3], %u: i32[1,3], %s: i32[2]", "%y = dynamic_update_slice(%x, %u, %s)",
        .typeMismatch, "input 1 is int32, expected float32"),
      Refusal(
        "%x: f32[2,3], %u: f32[3], %s: i32[2]", "%y = dynamic_update_slice(%x, %u, %s)",
        .shapeMismatch, "input 1 has 1 dimensions, expected 2"),
    ], int8Steps: nil)
}
