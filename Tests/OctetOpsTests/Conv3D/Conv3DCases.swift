import OctetDiagnostics

extension OpCases {
  static let conv3D = OpCases(
    "conv_3d",
    answers: [
      // Sums of 2x2x2 elements of 0...26.
      Answer(
        "%x: f32[1,3,3,3,1]",
        "%w = const splat 1 : f32[2,2,2,1,1]\n%y = conv_3d(%x, %w, _) {padding = valid}",
        [(0..<27).map { Double($0) }], gives: "f32[1,2,2,2,1]",
        [52, 60, 76, 84, 124, 132, 148, 156]),
      // Two channels to two, with a bias, clamped.
      Answer(
        "%x: f32[1,1,1,2,2]",
        """
        %w = const [1, 2, 3, 4] : f32[1,1,1,2,2]
        %b = const [-8, 0.5] : f32[2]
        %y = conv_3d(%x, %w, %b) {padding = valid, activation = relu}
        """, [[1, 2, -1, 1]], gives: "f32[1,1,1,2,2]", [0, 10.5, 0, 2.5]),
      // Depth 0, 2 of 5 elements from the border on: 0 1 | 1 2 3 | 3 4.
      Answer(
        "%x: f32[1,5,1,1,1]",
        """
        %w = const splat 1 : f32[3,1,1,1,1]
        %y = conv_3d(%x, %w, _) {padding = same, stride = [2, 1, 1]}
        """, [[0, 1, 2, 3, 4]], gives: "f32[1,3,1,1,1]", [1, 6, 7]),
      // Width by every second element: 0 + 2 and 1 + 3.
      Answer(
        "%x: f32[1,1,1,4,1]",
        """
        %w = const splat 1 : f32[1,1,2,1,1]
        %y = conv_3d(%x, %w, _) {padding = valid, dilation = [1, 1, 2]}
        """, [[0, 1, 2, 3]], gives: "f32[1,1,1,2,1]", [2, 4]),
    ],
    inferences: [
      Inference(
        "%x: f32[?n(\"a\"),7,?h(\"b\"),9,2]",
        """
        %w = const splat 1 : f32[3,3,3,2,5]
        %y = conv_3d(%x, %w, _) {padding = valid, stride = [2, 1, 3]}
        """, gives: "f32[?n,3,?h/window,3,5]")
    ],
    refusals: [
      Refusal(
        "%x: f32[1,3,3,3,1]",
        "%w = const splat 1 : f32[2,2,2,2,1]\n%y = conv_3d(%x, %w, _) {padding = valid}",
        .shapeMismatch, "a filter [2,2,2,2,1] does not fit a volume of 1 channels"),
      Refusal(
        "%x: f32[1,3,3,3,1]",
        "%w = const splat 1 : f32[2,2,4,1,1]\n%y = conv_3d(%x, %w, _) {padding = valid}",
        .shapeMismatch, "a window of 4 with stride 1 and dilation 1 does not fit an extent of 3"),
    ],
    int8Steps: nil)
}
