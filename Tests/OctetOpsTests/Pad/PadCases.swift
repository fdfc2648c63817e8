import OctetDiagnostics

extension OpCases {
  static let pad = OpCases(
    "pad",
    answers: [
      Answer(
        "%x: u8[2]{0.5:9}", "%p = const [1, 1] : i32[1,2]\n%y = pad(%x, %p) : u8[4]{0.5:9}",
        [[0, 255]], gives: "u8[4]", [9, 0, 255, 9]),
      Answer(
        "%x: i16[2]{0.5:0}",
        "%p = const [1, 1] : i32[1,2]\n%y = pad(%x, %p) : i16[4]{0.5:0}", [[1, 2]], gives: "i16[4]",
        [0, 1, 2, 0]),
      Answer(
        "%x: f32[1,2]", "%p = const [1, 0, 0, 2] : i32[2,2]\n%y = pad(%x, %p)", [[3, 4]],
        gives: "f32[2,4]", [0, 0, 0, 0, 3, 4, 0, 0]),
      Answer("%x: f32[]", "%p = const [] : i32[0,2]\n%y = pad(%x, %p)", [[3]], gives: "f32[]", [3]),
      // Real 0 is the zero point.
      Answer(
        "%x: i8[2]{0.5:9}", "%p = const [1, 1] : i32[1,2]\n%y = pad(%x, %p) : i8[4]{0.5:9}",
        [[-128, 127]], gives: "i8[4]", [9, -128, 127, 9]),
    ],
    inferences: [
      Inference(
        "%x: f32[?n(\"a\"),?m(\"b\"),3]",
        "%p = const [0, 0, 1, 0, 0, 2] : i32[3,2]\n%y = pad(%x, %p)",
        gives: "f32[?n,?m/pad,5]")
    ],
    refusals: paddingRefusals("pad", ""), int8Steps: 1)

  static let padV2 = OpCases(
    "padv2",
    answers: [
      Answer(
        "%x: u8[2]{0.5:9}",
        """
        %p = const [1, 1] : i32[1,2]
        %v = const [200] : u8[]{0.5:9}
        %y = padv2(%x, %p, %v) : u8[4]{0.5:9}
        """, [[0, 255]], gives: "u8[4]", [200, 0, 255, 200]),
      Answer(
        "%x: i16[2]{0.5:0}",
        "%p = const [1, 1] : i32[1,2]\n%v = const [-700] : i16[1]{0.5:0}\n%y = padv2(%x, %p, %v) : i16[4]{0.5:0}",
        [[1, 2]], gives: "i16[4]",
        [-700, 1, 2, -700]),
      Answer(
        "%x: f32[1,2]",
        "%p = const [1, 0, 0, 1] : i32[2,2]\n%v = const [3.5] : f32[]\n%y = padv2(%x, %p, %v)",
        [[3, 4]], gives: "f32[2,3]", [3.5, 3.5, 3.5, 3, 4, 3.5]),
      Answer(
        "%x: i8[1]{0.5:9}",
        """
        %p = const [0, 1] : i32[1,2]
        %v = const [-128] : i8[1]{0.5:9}
        %y = padv2(%x, %p, %v) : i8[2]{0.5:9}
        """, [[5]], gives: "i8[2]", [5, -128]),
    ],
    refusals: paddingRefusals("padv2", ", %v") + [
      Refusal(
        "%x: f32[1]",
        "%p = const [0, 1] : i32[1,2]\n%v = const [1, 2] : f32[2]\n%y = padv2(%x, %p, %v)",
        .shapeMismatch, "the padding value has shape [2]")
    ],
    // The result has the input's scale.
    int8Steps: 1)

  private static func paddingRefusals(_ op: String, _ value: String) -> [Refusal] {
    let prefix = "%v = const [7] : f32[]\n"
    return [
      Refusal(
        "%x: f32[1,2]", prefix + "%p = const [0, 1] : i32[1,2]\n%y = \(op)(%x, %p\(value))",
        .shapeMismatch, "2 paddings are given for 2 dimensions"),
      Refusal(
        "%x: f32[2]", prefix + "%p = const [0, -1] : i32[1,2]\n%y = \(op)(%x, %p\(value))",
        .invalidAttribute, "paddings must not be negative"),
      Refusal(
        "%x: f32[2], %p: i32[1,2]", prefix + "%y = \(op)(%x, %p\(value))", .unknownDimension,
        "input 1 decides the output's shape but is not a constant"),
    ]
  }
}
