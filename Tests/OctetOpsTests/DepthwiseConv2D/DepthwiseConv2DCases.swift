import OctetDiagnostics

extension OpCases {
  static let depthwiseConv2D = OpCases(
    "depthwise_conv_2d",
    answers: [
      Answer(
        "%x: u8[1,1,1,2]{0.5:2}",
        """
        %w = const [104, 98] : u8[1,1,1,2]{0.5:100}
        %b = const [2, -4] : i32[2]{0.25:0}
        %y = depthwise_conv_2d(%x, %w, %b) {depth_multiplier = 1, padding = valid} : u8[1,1,1,2]{0.5:200}
        """, [[5, 100]], gives: "u8[1,1,1,2]", [207, 100]),
      Answer(
        "%x: i16[1,1,1,2]{0.5:0}",
        "%w = const [4, 2] : i8[1,1,1,2]{axis 3: 0.25:0, 0.5:0}\n%y = depthwise_conv_2d(%x, %w, _) {depth_multiplier = 1, padding = valid} : i16[1,1,1,2]{0.5:0}",
        [[3, 5]], gives: "i16[1,1,1,2]",
        [3, 5]),
      // Hybrid: steps of 0.5 from 0 on, which are 0, 255 and 20.
      Answer(
        "%x: f32[1,1,3,1]",
        """
        %w = const [1, 3] : i8[1,1,1,2]{axis 3: 0.25:0, 0.5:0}
        %b = const [1, 0] : f32[2]
        %y = depthwise_conv_2d(%x, %w, %b) {depth_multiplier = 2, padding = valid}
        """, [[0, 127.5, 10.2]], gives: "f32[1,1,3,2]", [1, 0, 32.875, 191.25, 3.5, 15]),
      // Filter m of channel c gives channel 2c + m.
      Answer(
        "%x: f32[1,1,1,2]",
        """
        %w = const [1, 10, 100, 1000] : f32[1,1,1,4]
        %y = depthwise_conv_2d(%x, %w, _) {depth_multiplier = 2, padding = valid}
        """, [[3, 5]], gives: "f32[1,1,1,4]", [3, 30, 500, 5000]),
      Answer(
        "%x: f32[1,2,2,1]",
        """
        %w = const [1, 2, 3, 4] : f32[1,2,2,1]
        %b = const [100] : f32[1]
        %y = depthwise_conv_2d(%x, %w, %b) {depth_multiplier = 1, padding = same}
        """, [[1, 10, 100, 1000]], gives: "f32[1,2,2,1]", [4421, 3110, 2200, 1100]),
      Answer(
        "%x: f32[1,1,3,1]",
        """
        %w = const [1, 10] : f32[1,1,2,1]
        %y = depthwise_conv_2d(%x, %w, _) {depth_multiplier = 1, padding = valid, dilation = [1, 2], activation = relu6}
        """, [[1, 2, 3]], gives: "f32[1,1,1,1]", [6]),
      // One scale for each output channel: 4 * 0.5 and 4 * 2.
      Answer(
        "%x: i8[1,1,1,1]{1.0:0}",
        """
        %w = const [2, 2] : i8[1,1,1,2]{axis 3: 0.25:0, 1.0:0}
        %b = const [0, 0] : i32[2]{axis 0: 0.25:0, 1.0:0}
        %y = depthwise_conv_2d(%x, %w, %b) {depth_multiplier = 2, padding = valid} : i8[1,1,1,2]{0.5:1}
        """, [[4]], gives: "i8[1,1,1,2]", [5, 17]),
    ],
    inferences: [
      Inference(
        "%x: f32[?n(\"a\"),4,4,?c(\"b\")]",
        """
        %w = const splat 1 : f32[1,3,3,6]
        %y = depthwise_conv_2d(%x, %w, _) {depth_multiplier = 2, padding = valid}
        """, gives: "f32[?n,2,2,6]")
    ],
    refusals: [
      Refusal(
        "%x: f32[1,4,4,2]",
        """
        %w = const splat 1 : f32[1,3,3,4]
        %y = depthwise_conv_2d(%x, %w, _) {depth_multiplier = 3, padding = same}
        """, .shapeMismatch,
        "a filter [1,3,3,4] with depth multiplier 3 does not fit 2 channels"),
      Refusal(
        "%x: f32[1,4,4,2]",
        """
        %w = const splat 1 : f32[2,3,3,2]
        %y = depthwise_conv_2d(%x, %w, _) {depth_multiplier = 1, padding = same}
        """, .shapeMismatch,
        "a filter [2,3,3,2] with depth multiplier 1 does not fit 2 channels"),
    ],
    // Half a step of the result, and the rounding of a few inputs and weights.
    int8Steps: 2)
}
