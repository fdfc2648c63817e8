import OctetDiagnostics

extension OpCases {
  static let slice = OpCases(
    "slice",
    answers: [
      Answer(
        "%x: i16[2]{0.5:0}",
        "%b = const [1] : i32[1]\n%y = slice(%x, %b, %b) : i16[1]{0.5:0}", [[1, 2]],
        gives: "i16[1]",
        [2]),
      Answer(
        "%x: f32[2,3]",
        "%b = const [0, 1] : i32[2]\n%s = const [2, 2] : i32[2]\n%y = slice(%x, %b, %s)",
        [[1, 2, 3, 4, 5, 6]], gives: "f32[2,2]", [2, 3, 5, 6]),
      // -1 reaches to the end.
      Answer(
        "%x: f32[1,3,2]",
        "%b = const [0, 1, 0] : i32[3]\n%s = const [1, -1, 1] : i32[3]\n%y = slice(%x, %b, %s)",
        [[1, 2, 3, 4, 5, 6]], gives: "f32[1,2,1]", [3, 5]),
      Answer(
        "%x: f32[]",
        "%b = const [] : i32[0]\n%s = const [] : i32[0]\n%y = slice(%x, %b, %s)", [[3]],
        gives: "f32[]", [3]),
      Answer(
        "%x: f32[1,1,1,2,2]",
        """
        %b = const [0, 0, 0, 1, 0] : i32[5]
        %s = const [1, 1, 1, 1, 2] : i32[5]
        %y = slice(%x, %b, %s)
        """, [[1, 2, 3, 4]], gives: "f32[1,1,1,1,2]", [3, 4]),
      Answer(
        "%x: i8[4]{0.5:3}",
        """
        %b = const [1] : i32[1]
        %s = const [2] : i32[1]
        %y = slice(%x, %b, %s) : i8[2]{0.5:3}
        """, [[1, -128, 127, 4]], gives: "i8[2]", [-128, 127]),
      Answer(
        "%x: u8[3]{0.5:3}",
        """
        %b = const [2] : i32[1]
        %s = const [1] : i32[1]
        %y = slice(%x, %b, %s) : u8[1]{0.5:3}
        """, [[1, 2, 255]], gives: "u8[1]", [255]),
      Answer(
        "%x: i32[3]",
        "%b = const [1] : i32[1]\n%s = const [2] : i32[1]\n%y = slice(%x, %b, %s)",
        [[1, 70000, -1]], gives: "i32[2]", [70000, -1]),
    ],
    inferences: [
      Inference(
        "%x: f32[?n(\"a\"),?m(\"b\"),?k(\"c\"),4]",
        """
        %b = const [0, 1, 1, 0] : i32[4]
        %s = const [-1, 2, -1, 4] : i32[4]
        %y = slice(%x, %b, %s)
        """, gives: "f32[?n,2,?k/slice,4]")
    ],
    refusals: [
      Refusal(
        "%x: f32[1,1,1,1,1,2]",
        """
        %b = const [0, 0, 0, 0, 0, 0] : i32[6]
        %s = const [1, 1, 1, 1, 1, 1] : i32[6]
        %y = slice(%x, %b, %s)
        """, .shapeMismatch, "TFLite slices at most 5 dimensions, not 6"),
      Refusal(
        "%x: f32[2,3]",
        "%b = const [0] : i32[1]\n%s = const [2, 2] : i32[2]\n%y = slice(%x, %b, %s)",
        .shapeMismatch, "1 beginnings and 2 extents are given for 2 dimensions"),
      Refusal(
        "%x: f32[3]", "%b = const [2] : i32[1]\n%s = const [2] : i32[1]\n%y = slice(%x, %b, %s)",
        .shapeMismatch, "2 elements from 2 on do not lie within an extent of 3"),
      Refusal(
        "%x: f32[3]", "%b = const [-1] : i32[1]\n%s = const [1] : i32[1]\n%y = slice(%x, %b, %s)",
        .shapeMismatch, "1 elements from -1 on do not lie within an extent of 3"),
      Refusal(
        "%x: f32[3], %b: i32[1]", "%s = const [1] : i32[1]\n%y = slice(%x, %b, %s)",
        .unknownDimension, "input 1 decides the output's shape but is not a constant"),
    ],
    // The same codes.
    int8Steps: 1)
}
