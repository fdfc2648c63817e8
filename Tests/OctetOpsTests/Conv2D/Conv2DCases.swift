import OctetDiagnostics

extension OpCases {
  static let conv2D = OpCases(
    "conv_2d",
    answers: [
      Answer(
        "%x: u8[1,1,1,2]{0.5:2}",
        """
        %w = const [104, 98] : u8[1,1,1,2]{0.5:100}
        %b = const [2] : i32[1]{0.25:0}
        %y = conv_2d(%x, %w, %b) {padding = valid} : u8[1,1,1,1]{1.0:130}
        """, [[5, 255]], gives: "u8[1,1,1,1]", [7]),
      // A pixel outside the image is worth 0, not code 0.
      Answer(
        "%x: u8[1,1,2,1]{0.5:7}",
        """
        %w = const [255, 0, 1] : u8[1,1,3,1]{0.5:3}
        %b = const [0] : i32[1]{0.25:0}
        %y = conv_2d(%x, %w, %b) {padding = same, activation = relu} : u8[1,1,2,1]{8.0:0}
        """, [[8, 17]], gives: "u8[1,1,2,1]", [0, 7]),
      // Hybrid, a scale for each channel: steps of 0.5 from -128, which are -128 and 127.
      Answer(
        "%x: f32[1,1,2,1]",
        """
        %w = const [2, 3] : i8[2,1,1,1]{axis 0: 0.25:0, 0.5:0}
        %b = const [1, 0] : f32[2]
        %y = conv_2d(%x, %w, %b) {padding = valid, activation = relu}
        """, [[-64, 63.5]], gives: "f32[1,1,2,2]", [0, 0, 32.75, 95.25]),
      // One scale: steps of 0.5 from -127.
      Answer(
        "%x: f32[1,1,2,1]",
        """
        %w = const [2] : i8[1,1,1,1]{0.25:0}
        %y = conv_2d(%x, %w, _) {padding = valid}
        """, [[-63.5, 10.2]], gives: "f32[1,1,2,1]", [-31.75, 5]),
      Answer(
        "%x: i16[1,1,1,2]{0.5:0}",
        "%w = const [4, 8] : i8[1,1,1,2]{axis 0: 0.25:0}\n%b = const [8] : i64[1]{axis 0: 0.125:0}\n%y = conv_2d(%x, %w, %b) {padding = valid} : i16[1,1,1,1]{0.1:0}",
        [[3, 5]], gives: "i16[1,1,1,1]",
        [75]),
      Answer(
        "%x: f32[1,3,3,1]",
        "%w = const splat 1 : f32[1,2,2,1]\n%y = conv_2d(%x, %w, _) {padding = valid}",
        [[1, 2, 3, 4, 5, 6, 7, 8, 9]], gives: "f32[1,2,2,1]", [12, 16, 24, 28]),
      // Of an odd padding the larger half comes after.
      Answer(
        "%x: f32[1,3,3,1]",
        "%w = const splat 1 : f32[1,2,2,1]\n%y = conv_2d(%x, %w, _) {padding = same}",
        [[1, 2, 3, 4, 5, 6, 7, 8, 9]], gives: "f32[1,3,3,1]",
        [12, 16, 9, 24, 28, 15, 15, 17, 9]),
      Answer(
        "%x: f32[1,3,3,1]",
        "%w = const splat 1 : f32[1,2,2,1]\n"
          + "%y = conv_2d(%x, %w, _) {padding = valid, dilation = [2, 2]}",
        [[1, 2, 3, 4, 5, 6, 7, 8, 9]], gives: "f32[1,1,1,1]", [20]),
      Answer(
        "%x: f32[1,3,3,1]",
        "%w = const splat 2 : f32[1,1,1,1]\n"
          + "%y = conv_2d(%x, %w, _) {padding = same, stride = [2, 1]}",
        [[1, 2, 3, 4, 5, 6, 7, 8, 9]], gives: "f32[1,2,3,1]", [2, 4, 6, 14, 16, 18]),
      // Two groups: each filter sees one channel.
      Answer(
        "%x: f32[1,1,1,2]",
        "%w = const [10, 100] : f32[2,1,1,1]\n%y = conv_2d(%x, %w, _) {padding = valid}", [[3, 5]],
        gives: "f32[1,1,1,2]", [30, 500]),
      Answer(
        "%x: f32[1,1,1,2]",
        """
        %w = const [1, 2, 3, -4] : f32[2,1,1,2]
        %b = const [0.5, 1] : f32[2]
        %y = conv_2d(%x, %w, %b) {padding = valid, activation = relu}
        """, [[3, 5]], gives: "f32[1,1,1,2]", [13.5, 0]),
      // (2 * 4 + 4 * 8 + 8) * 0.125 = 6, in steps of 0.1 from -10.
      Answer(
        "%x: i8[1,1,1,2]{0.5:1}",
        """
        %w = const [4, 8] : i8[1,1,1,2]{axis 0: 0.25:0}
        %b = const [8] : i32[1]{axis 0: 0.125:0}
        %y = conv_2d(%x, %w, %b) {padding = valid} : i8[1,1,1,1]{0.1:-10}
        """, [[3, 5]], gives: "i8[1,1,1,1]", [50]),
      // Padding has the value of the zero point, which adds nothing.
      Answer(
        "%x: i8[1,1,2,1]{1.0:-5}",
        """
        %w = const [1, 1] : i8[1,1,2,1]{axis 0: 1.0:0}
        %b = const [0] : i32[1]{axis 0: 1.0:0}
        %y = conv_2d(%x, %w, %b) {padding = same} : i8[1,1,2,1]{1.0:0}
        """, [[5, 15]], gives: "i8[1,1,2,1]", [30, 20]),
    ],
    inferences: [
      Inference(
        "%x: f32[?n(\"a\"),?h(\"b\"),8,2]",
        "%w = const splat 1 : f32[5,3,3,2]\n%y = conv_2d(%x, %w, _) {padding = same}",
        gives: "f32[?n,?h,8,5]"),
      Inference(
        "%x: f32[1,?h(\"b\"),8,?c(\"d\")]",
        "%w = const splat 1 : f32[5,3,3,2]\n"
          + "%y = conv_2d(%x, %w, _) {padding = valid, stride = [2, 2]}",
        gives: "f32[1,?h/window,3,5]"),
    ],
    refusals: [
      Refusal(
        "%x: f32[1,4,4,2]",
        "%w = const splat 1 : f32[5,3,3,3]\n%y = conv_2d(%x, %w, _) {padding = same}",
        .shapeMismatch, "a filter [5,3,3,3] does not fit an image of 2 channels"),
      Refusal(
        "%x: f32[1,4,4,4]",
        "%w = const splat 1 : f32[3,1,1,2]\n%y = conv_2d(%x, %w, _) {padding = same}",
        .shapeMismatch, "a filter [3,1,1,2] does not fit an image of 4 channels"),
      Refusal(
        "%x: f32[1,4,4,2]",
        "%w = const splat 1 : f32[5,9,9,2]\n%y = conv_2d(%x, %w, _) {padding = valid}",
        .shapeMismatch, "a window of 9 with stride 1 and dilation 1 does not fit an extent of 4"),
      Refusal(
        "%x: f32[1,4,4,2]",
        "%w = const splat 1 : f32[5,3,3,2]\n"
          + "%y = conv_2d(%x, %w, _) {padding = same, stride = [0, 1]}",
        .invalidAttribute, "window, stride and dilation must be positive and at most 2^30"),
      Refusal(
        "%x: f32[1,4,4,2], %b: f32[4]",
        "%w = const splat 1 : f32[5,3,3,2]\n%y = conv_2d(%x, %w, %b) {padding = same}",
        .shapeMismatch, "the bias has shape [4] for 5 output channels"),
      Refusal(
        "%x: f32[1,4,4,2]",
        "%w = const splat 1 : f32[5,3,3,2]\n%y = conv_2d(%x, %w, _) {padding = full}",
        .invalidAttribute, "'conv_2d' does not know padding 'full'"),
    ],
    // Half a step of the result, and the rounding of a few inputs and weights.
    int8Steps: 2)
}
