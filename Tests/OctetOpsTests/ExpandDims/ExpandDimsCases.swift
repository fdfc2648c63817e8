import OctetDiagnostics

extension OpCases {
  static let expandDims = OpCases(
    "expand_dims",
    answers: [
      Answer(
        "%x: f32[2]", "%a = const [0] : i32[]\n%y = expand_dims(%x, %a)", [[1, 2]],
        gives: "f32[1,2]", [1, 2]),
      Answer(
        "%x: f32[2]", "%a = const [-1] : i32[1]\n%y = expand_dims(%x, %a)", [[1, 2]],
        gives: "f32[2,1]", [1, 2]),
      Answer(
        "%x: i8[1,2]{0.5:3}", "%a = const [1] : i32[]\n%y = expand_dims(%x, %a) : i8[1,1,2]{0.5:3}",
        [[-128, 127]], gives: "i8[1,1,2]", [-128, 127]),
      Answer(
        "%x: u8[]{0.5:3}", "%a = const [-1] : i32[]\n%y = expand_dims(%x, %a) : u8[1]{0.5:3}",
        [[255]], gives: "u8[1]", [255]),
      Answer(
        "%x: i16[1]{0.5:0}", "%a = const [-2] : i32[]\n%y = expand_dims(%x, %a) : i16[1,1]{0.5:0}",
        [[-300]], gives: "i16[1,1]", [-300]),
      Answer(
        "%x: i32[2]", "%a = const [1] : i32[]\n%y = expand_dims(%x, %a)", [[1, -70000]],
        gives: "i32[2,1]", [1, -70000]),
    ],
    inferences: [
      Inference(
        "%x: f32[?n(\"a\"),2]", "%a = const [1] : i32[]\n%y = expand_dims(%x, %a)",
        gives: "f32[?n,1,2]")
    ],
    refusals: [
      Refusal(
        "%x: f32[1,2]", "%a = const [3] : i32[]\n%y = expand_dims(%x, %a)", .invalidAttribute,
        "axis 3 is none of 3 dimensions"),
      Refusal(
        "%x: f32[1,2]", "%a = const [1, 2] : i32[2]\n%y = expand_dims(%x, %a)", .shapeMismatch,
        "input 1 has 2 elements, not one"),
      Refusal(
        "%x: f32[1,2], %a: i32[]", "%y = expand_dims(%x, %a)", .unknownDimension,
        "input 1 decides the output's shape but is not a constant"),
    ],
    int8Steps: 0.5)
}
