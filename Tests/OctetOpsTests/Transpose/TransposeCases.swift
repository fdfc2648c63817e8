import OctetDiagnostics

extension OpCases {
  static let transpose = OpCases(
    "transpose",
    answers: [
      Answer(
        "%x: i16[1,2]{0.5:0}",
        "%o = const [1, 0] : i32[2]\n%y = transpose(%x, %o) : i16[2,1]{0.5:0}", [[1, 2]],
        gives: "i16[2,1]",
        [1, 2]),
      Answer(
        "%x: f32[2,3]", "%o = const [1, 0] : i32[2]\n%y = transpose(%x, %o)",
        [[1, 2, 3, 4, 5, 6]], gives: "f32[3,2]", [1, 4, 2, 5, 3, 6]),
      Answer(
        "%x: f32[1,2,1,3]", "%o = const [3, 0, 1, 2] : i32[4]\n%y = transpose(%x, %o)",
        [[1, 2, 3, 4, 5, 6]], gives: "f32[3,1,2,1]", [1, 4, 2, 5, 3, 6]),
      Answer(
        "%x: i8[2,2]{0.5:3}",
        "%o = const [1, 0] : i32[2]\n%y = transpose(%x, %o) : i8[2,2]{0.5:3}",
        [[1, -128, 127, 4]], gives: "i8[2,2]", [1, 127, -128, 4]),
      Answer(
        "%x: u8[1,2]{0.5:3}", "%o = const [1, 0] : i32[2]\n%y = transpose(%x, %o) : u8[2,1]{0.5:3}",
        [[255, 0]], gives: "u8[2,1]", [255, 0]),
      Answer(
        "%x: i32[1,2]", "%o = const [1, 0] : i32[2]\n%y = transpose(%x, %o)", [[70000, -1]],
        gives: "i32[2,1]", [70000, -1]),
    ],
    inferences: [
      Inference(
        "%x: f32[?n(\"a\"),4,5]", "%o = const [2, 0, 1] : i32[3]\n%y = transpose(%x, %o)",
        gives: "f32[5,?n,4]")
    ],
    refusals: [
      Refusal(
        "%x: f32[2,3]", "%o = const [0, 0] : i32[2]\n%y = transpose(%x, %o)", .shapeMismatch,
        "the order 0,0 does not fit 2 dimensions"),
      Refusal(
        "%x: f32[2,3]", "%o = const [0, 2, 1] : i32[3]\n%y = transpose(%x, %o)", .shapeMismatch,
        "the order 0,2,1 does not fit 2 dimensions"),
      Refusal(
        "%x: f32[2,3], %o: i32[2]", "%y = transpose(%x, %o)", .unknownDimension,
        "input 1 decides the output's shape but is not a constant"),
    ],
    // The same codes.
    int8Steps: 1)
}
