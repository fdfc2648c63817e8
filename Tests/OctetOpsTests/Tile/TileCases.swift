import OctetDiagnostics

extension OpCases {
  static let tile = OpCases(
    "tile",
    answers: [
      Answer(
        "%x: f32[2,2]", "%n = const [2, 1] : i32[2]\n%y = tile(%x, %n)", [[1, 2, 3, 4]],
        gives: "f32[4,2]", [1, 2, 3, 4, 1, 2, 3, 4]),
      Answer(
        "%x: f32[2,2]", "%n = const [1, 3] : i64[2]\n%y = tile(%x, %n)", [[1, 2, 3, 4]],
        gives: "f32[2,6]", [1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4]),
      Answer(
        "%x: i32[1]", "%n = const [2] : i32[1]\n%y = tile(%x, %n)", [[-3]], gives: "i32[2]",
        [-3, -3]),
      Answer(
        "%x: i8[2]{0.5:3}", "%n = const [2] : i32[1]\n%y = tile(%x, %n) : i8[4]{0.5:3}",
        [[-3, 4]], gives: "i8[4]", [-3, 4, -3, 4]),
    ],
    inferences: [
      Inference(
        "%x: f32[?n(\"a\"),?h(\"b\"),3]", "%n = const [1, 2, 4] : i32[3]\n%y = tile(%x, %n)",
        gives: "f32[?n,?h/tile,12]")
    ],
    refusals: [
      Refusal(
        "%x: f32[2,2]", "%n = const [2] : i32[1]\n%y = tile(%x, %n)", .shapeMismatch,
        "1 numbers of times are given for 2 dimensions"),
      Refusal(
        "%x: f32[2]", "%n = const [0] : i32[1]\n%y = tile(%x, %n)", .invalidAttribute,
        "a tensor must be repeated once at least"),
      Refusal(
        "%x: f32[2]", "%n = const [9223372036854775807] : i64[1]\n%y = tile(%x, %n)",
        .tensorTooLarge, "an extent of 9223372036854775807 times 2 is too large"),
    ],
    // The same codes.
    int8Steps: 1)
}
