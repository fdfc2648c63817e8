import OctetDiagnostics

extension OpCases {
  static let stridedSlice = OpCases(
    "strided_slice",
    answers: [
      Answer(
        "%x: i16[3]{0.5:0}",
        "%b = const [0] : i32[1]\n%e = const [3] : i32[1]\n%s = const [2] : i32[1]\n%y = strided_slice(%x, %b, %e, %s) : i16[2]{0.5:0}",
        [[1, 2, 3]], gives: "i16[2]",
        [1, 3]),
      Answer(
        "%x: f32[6]",
        """
        %b = const [1] : i32[1]
        %e = const [6] : i32[1]
        %s = const [2] : i32[1]
        %y = strided_slice(%x, %b, %e, %s)
        """, [[1, 2, 3, 4, 5, 6]], gives: "f32[3]", [2, 4, 6]),
      // Backwards from the last to the first.
      Answer(
        "%x: f32[2,3]",
        """
        %b = const [0, -1] : i32[2]
        %e = const [2, 0] : i32[2]
        %s = const [1, -2] : i32[2]
        %y = strided_slice(%x, %b, %e, %s) {end_mask = 2}
        """, [[1, 2, 3, 4, 5, 6]], gives: "f32[2,2]", [3, 1, 6, 4]),
      // Row 1 without its dimension; a column without its own.
      Answer(
        "%x: f32[2,3]",
        """
        %b = const [1, 0] : i32[2]
        %e = const [2, 3] : i32[2]
        %s = const [1, 2] : i32[2]
        %y = strided_slice(%x, %b, %e, %s) {shrink_axis_mask = 1}
        """, [[1, 2, 3, 4, 5, 6]], gives: "f32[2]", [4, 6]),
      // x[..., newaxis, 1:] of three dimensions.
      Answer(
        "%x: f32[1,2,2]",
        """
        %b = const [0, 0, 1] : i32[3]
        %e = const [0, 0, 0] : i32[3]
        %s = const [1, 1, 1] : i32[3]
        %y = strided_slice(%x, %b, %e, %s) {ellipsis_mask = 1, new_axis_mask = 2, end_mask = 4}
        """, [[1, 2, 3, 4]], gives: "f32[1,2,1,1]", [2, 4]),
      Answer(
        "%x: i32[4]",
        """
        %b = const [0] : i32[1]
        %e = const [0] : i32[1]
        %s = const [3] : i32[1]
        %y = strided_slice(%x, %b, %e, %s) {begin_mask = 1, end_mask = 1}
        """, [[1, 2, 3, -4]], gives: "i32[2]", [1, -4]),
      Answer(
        "%x: i8[3]{0.5:3}",
        """
        %b = const [2] : i32[1]
        %e = const [-4] : i32[1]
        %s = const [-2] : i32[1]
        %y = strided_slice(%x, %b, %e, %s) : i8[2]{0.5:3}
        """, [[1, 2, -3]], gives: "i8[2]", [-3, 1]),
    ],
    inferences: [
      Inference(
        "%x: f32[?n(\"a\"),?h(\"b\"),6]",
        """
        %b = const [0, 0, 0] : i32[3]
        %e = const [0, 0, 5] : i32[3]
        %s = const [1, 2, 2] : i32[3]
        %y = strided_slice(%x, %b, %e, %s) {begin_mask = 7, end_mask = 3}
        """, gives: "f32[?n,?h/strided_slice,3]")
    ],
    refusals: [
      Refusal(
        "%x: f32[6]",
        """
        %b = const [0] : i32[1]
        %e = const [6] : i32[1]
        %s = const [0] : i32[1]
        %y = strided_slice(%x, %b, %e, %s)
        """, .shapeMismatch, "the slice [0] to [6] by [0] does not fit the shape [6]"),
      Refusal(
        "%x: f32[6]",
        """
        %b = const [6] : i32[1]
        %e = const [7] : i32[1]
        %s = const [1] : i32[1]
        %y = strided_slice(%x, %b, %e, %s) {shrink_axis_mask = 1}
        """, .shapeMismatch, "the slice [6] to [7] by [1] does not fit the shape [6]"),
    ],
    // The same codes.
    int8Steps: 1)
}
