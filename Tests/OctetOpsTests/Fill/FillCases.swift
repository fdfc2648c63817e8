import OctetDiagnostics

extension OpCases {
  static let fill = OpCases(
    "fill",
    answers: [
      Answer(
        "%x: f32[]", "%s = const [2, 2] : i32[2]\n%y = fill(%s, %x)", [[1.5]], gives: "f32[2,2]",
        [1.5, 1.5, 1.5, 1.5]),
      Answer(
        "%x: i8[]{0.5:3}", "%s = const [3] : i32[1]\n%y = fill(%s, %x) : i8[3]{0.5:3}", [[-128]],
        gives: "i8[3]", [-128, -128, -128]),
      Answer(
        "%x: i16[]{0.5:0}", "%s = const [2] : i32[1]\n%y = fill(%s, %x) : i16[2]{0.5:0}", [[-300]],
        gives: "i16[2]", [-300, -300]),
      Answer(
        "%x: i32[]", "%s = const [1, 2] : i64[2]\n%y = fill(%s, %x)", [[70000]], gives: "i32[1,2]",
        [70000, 70000]),
      Answer(
        "%x: i64[]", "%s = const [2] : i32[1]\n%y = fill(%s, %x)", [[-5_000_000_000]],
        gives: "i64[2]", [-5_000_000_000, -5_000_000_000]),
      Answer(
        "%x: bool[]", "%s = const [2] : i32[1]\n%y = fill(%s, %x)", [[1]], gives: "bool[2]", [1, 1]
      ),
      // No extents: the element itself.
      Answer(
        "%x: f32[]", "%s = const [] : i32[0]\n%y = fill(%s, %x)", [[2]], gives: "f32[]", [2]),
    ],
    inferences: [
      Inference(
        "%x: f32[]", "%s = const [0, 4] : i32[2]\n%y = fill(%s, %x)", gives: "f32[0,4]")
    ],
    refusals: [
      Refusal(
        "%x: f32[1]", "%s = const [2] : i32[1]\n%y = fill(%s, %x)", .shapeMismatch,
        "the element has shape [1], not no dimensions"),
      Refusal(
        "%x: f32[]", "%s = const [-2] : i32[1]\n%y = fill(%s, %x)", .invalidAttribute,
        "a shape with a negative extent, [-2]"),
      Refusal(
        "%x: f32[], %s: i32[2]", "%y = fill(%s, %x)", .unknownDimension,
        "input 0 decides the output's shape but is not a constant"),
    ],
    int8Steps: nil)
}
