import OctetDiagnostics

extension OpCases {
  static let l2Normalization = OpCases(
    "l2_normalization",
    answers: [
      Answer(
        "%x: f32[2,2]", "%y = l2_normalization(%x)", [[3, -4, 0, 0]], gives: "f32[2,2]",
        [0.6, -0.8, 0, 0]),
      Answer(
        "%x: i8[2,2]{0.5:3}", "%y = l2_normalization(%x) : i8[2,2]{0.0078125:0}", [[6, -1, 3, 3]],
        gives: "i8[2,2]", [77, -102, 0, 0]),
      Answer(
        "%x: u8[1,2]{0.5:3}", "%y = l2_normalization(%x) : u8[1,2]{0.0078125:128}", [[43, 33]],
        gives: "u8[1,2]", [230, 205]),
    ],
    inferences: [
      Inference("%x: f32[?n(\"a\"),2]", "%y = l2_normalization(%x)", gives: "f32[?n,2]")
    ],
    refusals: [
      Refusal(
        "%x: f32[]", "%y = l2_normalization(%x)", .shapeMismatch,
        "a number without dimensions is no vector"),
      Refusal(
        "%x: i32[2]", "%y = l2_normalization(%x)", .typeMismatch,
        "input 0 is int32, expected float32, int8, uint8"),
    ],
    int8Steps: 2)
}
