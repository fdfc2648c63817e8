import OctetDiagnostics

extension OpCases {
  static let fullyConnected = OpCases(
    "fully_connected",
    answers: [
      Answer(
        "%x: u8[1,2]{0.5:2}",
        """
        %w = const [104, 98] : u8[1,2]{0.5:100}
        %b = const [2] : i32[1]{0.25:0}
        %y = fully_connected(%x, %w, %b) : u8[1,1]{1.0:130}
        """, [[5, 255]], gives: "u8[1,1]", [7]),
      Answer(
        "%x: i16[1,2]{0.5:0}",
        "%w = const [4, 8] : i8[1,2]{0.25:0}\n%y = fully_connected(%x, %w, _) : i16[1,1]{0.5:0}",
        [[3, 5]], gives: "i16[1,1]",
        [13]),
      Answer(
        "%x: f32[2,2]",
        "%w = const [1, 0, 0, 1, 1, 1] : f32[3,2]\n%y = fully_connected(%x, %w)",
        [[1, 2, 3, 4]], gives: "f32[2,3]", [1, 2, 3, 3, 4, 7]),
      Answer(
        "%x: f32[1,2]",
        """
        %w = const [1, 2, -3, 4] : f32[2,2]
        %b = const [10, -20] : f32[2]
        %y = fully_connected(%x, %w, %b) {activation = relu}
        """, [[1, 2]], gives: "f32[1,2]", [15, 0]),
      // Leading extents are rows, unless they are kept.
      Answer(
        "%x: f32[2,1,2]",
        "%w = const [1, 10] : f32[1,2]\n%y = fully_connected(%x, %w)", [[1, 2, 3, 4]],
        gives: "f32[2,1]", [21, 43]),
      Answer(
        "%x: f32[2,1,2]",
        "%w = const [1, 10] : f32[1,2]\n%y = fully_connected(%x, %w) {keep_dimensions = true}",
        [[1, 2, 3, 4]], gives: "f32[2,1,1]", [21, 43]),
      Answer(
        "%x: f32[2,2]", "%w = const splat 1 : f32[1,4]\n%y = fully_connected(%x, %w)",
        [[1, 2, 3, 4]], gives: "f32[1,1]", [10]),
      // 2 * 4 + 4 * 8 + 8 = 48; 48 * 0.125 / 0.1 = 60, from -10.
      Answer(
        "%x: i8[1,2]{0.5:1}",
        """
        %w = const [4, 8] : i8[1,2]{axis 0: 0.25:0}
        %b = const [8] : i32[1]{axis 0: 0.125:0}
        %y = fully_connected(%x, %w, %b) : i8[1,1]{0.1:-10}
        """, [[3, 5]], gives: "i8[1,1]", [50]),
      // 3 / 2 and -3 / 2: halves go away from zero.
      Answer(
        "%x: i8[2,1]{1.0:0}",
        "%w = const [1] : i8[1,1]{0.5:0}\n%y = fully_connected(%x, %w) : i8[2,1]{1.0:0}",
        [[3, -3]], gives: "i8[2,1]", [2, -2]),
      // Hybrid: steps of 0.5 from -128, which are -128, 127 and 20; those of the second row are 0.25, from 0 on.
      Answer(
        "%x: f32[2,3]",
        """
        %w = const [1, 2, 3] : i8[1,3]{axis 0: 0.25:0}
        %b = const [1] : f32[1]
        %y = fully_connected(%x, %w, %b) {asymmetric = true}
        """, [[-64, 63.5, 10.2, 0, 63.75, 5.1]], gives: "f32[2,1]",
        [1 + 186 * 0.125, 1 + 570 * 0.0625]),
      // Steps of 0.5 from -127: -127 and 20. Zeros stay zeros.
      Answer(
        "%x: f32[2,2]",
        """
        %w = const [1, 2] : i8[1,2]{0.25:0}
        %y = fully_connected(%x, %w) {activation = relu1}
        """, [[-63.5, 40.2, 0, 0]], gives: "f32[2,1]", [1, 0]),
    ],
    inferences: [
      Inference(
        "%x: f32[?n(\"a\"),4]", "%w = const splat 1 : f32[3,4]\n%y = fully_connected(%x, %w)",
        gives: "f32[?n,3]"),
      Inference(
        "%x: f32[?n(\"a\"),?m(\"b\"),4]",
        "%w = const splat 1 : f32[3,4]\n%y = fully_connected(%x, %w) {keep_dimensions = true}",
        gives: "f32[?n,?m,3]"),
    ],
    refusals: [
      Refusal(
        "%x: f32[1,3]", "%w = const splat 1 : f32[2,2]\n%y = fully_connected(%x, %w)",
        .shapeMismatch, "an input [1,3] does not make rows of 2 elements"),
      Refusal(
        "%x: f32[?n(\"a\"),3]", "%w = const splat 1 : f32[2,2]\n%y = fully_connected(%x, %w)",
        .unknownDimension, "the number of rows is unknown"),
      Refusal(
        "%x: f32[1,2]", "%w = const splat 1 : f32[2]\n%y = fully_connected(%x, %w)",
        .shapeMismatch, "input 1 has 1 dimensions, expected 2"),
    ],
    // Half a step of the result, and the rounding of a few inputs and weights.
    int8Steps: 2)
}
