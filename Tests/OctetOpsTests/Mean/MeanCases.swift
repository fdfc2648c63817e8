import OctetDiagnostics

extension OpCases {
  static let mean = OpCases(
    "mean",
    answers: [
      Answer(
        "%x: u8[4]{0.5:10}", "%a = const [0] : i32[1]\n%y = mean(%x, %a) : u8[]{0.5:10}",
        [[0, 10, 20, 12]], gives: "u8[]",
        [11]),
      Answer(
        "%x: i16[2,2]{0.5:0}",
        "%a = const [1] : i32[1]\n%y = mean(%x, %a) : i16[2]{0.25:0}", [[1, 2, -3, 4]],
        gives: "i16[2]",
        [3, 1]),
      Answer(
        "%x: f32[2,3]", "%a = const [1] : i32[1]\n%y = mean(%x, %a)", [[1, 2, 6, -1, -2, -3]],
        gives: "f32[2]", [3, -2]),
      Answer(
        "%x: f32[2,3]", "%a = const [0] : i32[1]\n%y = mean(%x, %a) {keep_dims = true}",
        [[1, 2, 6, -1, -2, 3]], gives: "f32[1,3]", [0, 0, 4.5]),
      // Height and width of an image, in whatever order.
      Answer(
        "%x: f32[1,2,2,2]", "%a = const [2, 1] : i32[2]\n%y = mean(%x, %a) {keep_dims = true}",
        [[1, 10, 2, 20, 3, 30, 6, 0]], gives: "f32[1,1,1,2]", [3, 15]),
      // Dimensions 0 and 2 of 3, one of them twice.
      Answer(
        "%x: f32[2,2,2]", "%a = const [-1, 0, 2] : i32[3]\n%y = mean(%x, %a)",
        [[1, 2, 3, 4, 5, 6, 7, 8]], gives: "f32[2]", [3.5, 5.5]),
      Answer(
        "%x: f32[2,2]", "%a = const [] : i32[0]\n%y = mean(%x, %a)", [[1, 2, 3, 4]],
        gives: "f32[2,2]", [1, 2, 3, 4]),
      Answer(
        "%x: f32[3]", "%a = const [-1] : i32[]\n%y = mean(%x, %a)", [[1, 2, 6]], gives: "f32[]",
        [3]),
      Answer(
        "%x: f32[]", "%a = const [0] : i32[1]\n%y = mean(%x, %a)", [[3]], gives: "f32[]", [3]),
      // 10/4 and -10/4 in steps of 0.5 are 5 and -5 in steps of 0.25, from 7.
      Answer(
        "%x: i8[2,4]{0.5:2}", "%a = const [1] : i32[1]\n%y = mean(%x, %a) : i8[2]{0.25:7}",
        [[3, 4, 5, 6, 1, 0, -1, -2]], gives: "i8[2]", [12, 2]),
      // 7/3 of the same scale. The multiplier 2^31/3 is cut, so 3/3 is rounded to 1 still.
      Answer(
        "%x: i8[2,3]{1.0:0}", "%a = const [1] : i32[1]\n%y = mean(%x, %a) : i8[2]{1.0:0}",
        [[2, 2, 3, 1, 1, 1]], gives: "i8[2]", [2, 1]),
      Answer(
        "%x: i8[2,2]{1.0:0}", "%a = const [1] : i32[1]\n%y = mean(%x, %a) : i8[2]{0.5:0}",
        [[127, 126, -128, -127]], gives: "i8[2]", [127, -128]),
    ],
    inferences: [
      Inference(
        "%x: f32[?n(\"a\"),?h(\"b\"),7,4]",
        "%a = const [1, -2] : i32[2]\n%y = mean(%x, %a)", gives: "f32[?n,4]"),
      Inference(
        "%x: f32[?n(\"a\"),?h(\"b\"),7,4]",
        "%a = const [1, 2] : i32[2]\n%y = mean(%x, %a) {keep_dims = true}",
        gives: "f32[?n,1,1,4]"),
    ],
    refusals: [
      Refusal(
        "%x: f32[2,3]", "%a = const [2] : i32[1]\n%y = mean(%x, %a)", .invalidAttribute,
        "axis 2 is none of 2 dimensions"),
      Refusal(
        "%x: f32[2,3]", "%a = const [0, -3] : i32[2]\n%y = mean(%x, %a)", .invalidAttribute,
        "axis -3 is none of 2 dimensions"),
      Refusal(
        "%x: f32[2,3]", "%a = const [0] : i32[1,1]\n%y = mean(%x, %a)", .shapeMismatch,
        "input 1 has 2 dimensions, expected 1"),
      Refusal(
        "%x: f32[2,3], %a: i32[1]", "%y = mean(%x, %a)", .unknownDimension,
        "input 1 decides the output's shape but is not a constant"),
      Refusal(
        "%x: i32[2,3]", "%a = const [0] : i32[1]\n%y = mean(%x, %a)", .typeMismatch,
        "input 0 is int32, expected float32, int8, int16, uint8"),
    ],
    // Half a step of the input, at most twice as wide as the result's here, and half of its own.
    int8Steps: 1.5)
}
