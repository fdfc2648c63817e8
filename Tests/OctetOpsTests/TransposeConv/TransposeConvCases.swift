import OctetDiagnostics

extension OpCases {
  static let transposeConv = OpCases(
    "transpose_conv",
    answers: [
      Answer(
        "%x: i16[1,1,1,1]{0.5:0}",
        "%s = const [1, 1, 2, 1] : i32[4]\n%w = const [4, 8] : i8[1,1,2,1]{axis 0: 0.25:0}\n%y = transpose_conv(%s, %w, %x, _) {stride = [2, 2], padding = valid} : i16[1,1,2,1]{0.5:0}",
        [[3]], gives: "i16[1,1,2,1]",
        [3, 6]),
      Answer(
        "%x: f32[1,1,1,1]",
        """
        %s = const [1, 2, 2, 1] : i32[4]
        %w = const [1, 2, 3, 4] : f32[1,2,2,1]
        %y = transpose_conv(%s, %w, %x) {stride = [2, 2], padding = valid}
        """, [[3]], gives: "f32[1,2,2,1]", [3, 6, 9, 12]),
      // The filter at 0 and, ten times, at 2.
      Answer(
        "%x: f32[1,1,2,1]",
        """
        %s = const [1, 1, 5, 1] : i32[4]
        %w = const [1, 2, 3] : f32[1,1,3,1]
        %b = const [1] : f32[1]
        %y = transpose_conv(%s, %w, %x, %b) {stride = [1, 2], padding = valid}
        """, [[1, 10]], gives: "f32[1,1,5,1]", [2, 3, 14, 21, 31]),
      // 1, 2, 6, 10, 9, 12 without its first and last element.
      Answer(
        "%x: f32[1,1,2,1]",
        """
        %s = const [1, 1, 4, 1] : i32[4]
        %w = const [1, 2, 3, 4] : f32[1,1,4,1]
        %y = transpose_conv(%s, %w, %x) {stride = [1, 2], padding = same, activation = relu6}
        """, [[1, 3]], gives: "f32[1,1,4,1]", [2, 6, 6, 6]),
      // Two batches and a stride that leaves gaps.
      Answer(
        "%x: f32[2,2,1,1]",
        """
        %s = const [2, 4, 1, 1] : i32[4]
        %w = const [2] : f32[1,1,1,1]
        %y = transpose_conv(%s, %w, %x) {stride = [2, 1], padding = same}
        """, [[1, 2, 3, 4]], gives: "f32[2,4,1,1]", [2, 0, 4, 0, 6, 0, 8, 0]),
      Answer(
        "%x: f32[1,1,1,2]",
        """
        %s = const [1, 1, 1, 2] : i32[4]
        %w = const [1, 10, 100, 1000] : f32[2,1,1,2]
        %y = transpose_conv(%s, %w, %x) {padding = valid}
        """, [[1, 2]], gives: "f32[1,1,1,2]", [21, 2100]),
      // One scale for each output channel: 4 * 0.5 and 4 * 2 + 1.
      Answer(
        "%x: i8[1,1,1,1]{1.0:0}",
        """
        %s = const [1, 1, 1, 2] : i32[4]
        %w = const [2, 2] : i8[2,1,1,1]{axis 0: 0.25:0, 1.0:0}
        %b = const [0, 1] : i32[2]{axis 0: 0.25:0, 1.0:0}
        %y = transpose_conv(%s, %w, %x, %b) {padding = valid} : i8[1,1,1,2]{0.5:1}
        """, [[4]], gives: "i8[1,1,1,2]", [5, 19]),
      Answer(
        "%x: i8[1,1,2,1]{0.5:-2}",
        """
        %s = const [1, 1, 5, 1] : i32[4]
        %w = const [1, 2, 3] : i8[1,1,3,1]{1.0:0}
        %y = transpose_conv(%s, %w, %x) {stride = [1, 2], padding = valid, activation = relu} : i8[1,1,5,1]{0.5:-20}
        """, [[0, -3]], gives: "i8[1,1,5,1]", [-18, -16, -15, -20, -20]),
    ],
    inferences: [
      Inference(
        "%x: f32[?n(\"a\"),2,2,?c(\"b\")]",
        """
        %s = const [1, 4, 4, 5] : i32[4]
        %w = const splat 1 : f32[5,3,3,6]
        %y = transpose_conv(%s, %w, %x) {stride = [2, 2], padding = same}
        """, gives: "f32[1,4,4,5]")
    ],
    refusals: [
      Refusal(
        "%x: f32[1,2,2,2]",
        """
        %s = const [1, 4, 4, 5] : i32[4]
        %w = const splat 1 : f32[5,3,3,6]
        %y = transpose_conv(%s, %w, %x) {stride = [2, 2], padding = same}
        """, .shapeMismatch, "a filter [5,3,3,6] does not fit an image of 2 channels"),
      Refusal(
        "%x: f32[1,2,2,6]",
        """
        %s = const [1, 4, 4, 4] : i32[4]
        %w = const splat 1 : f32[5,3,3,6]
        %y = transpose_conv(%s, %w, %x) {stride = [2, 2], padding = same}
        """, .shapeMismatch,
        "a result [1,4,4,4] does not fit an image [1,2,2,6] and a filter [5,3,3,6]"),
      Refusal(
        "%x: f32[1,2,2,6]",
        """
        %s = const [1, 2, 2, 5] : i32[4]
        %w = const splat 1 : f32[5,3,3,6]
        %y = transpose_conv(%s, %w, %x) {padding = valid}
        """, .shapeMismatch,
        "a window of 3 with stride 1 and dilation 1 does not fit an extent of 2"),
      Refusal(
        "%x: f32[1,2,2,6], %s: i32[4]",
        """
        %w = const splat 1 : f32[5,3,3,6]
        %y = transpose_conv(%s, %w, %x) {padding = same}
        """, .unknownDimension,
        "input 0 decides the output's shape but is not a constant"),
    ],
    // Half a step of the result, and the rounding of a few inputs and weights.
    int8Steps: 2)
}
