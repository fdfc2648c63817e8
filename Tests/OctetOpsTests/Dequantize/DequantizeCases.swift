import OctetDiagnostics

extension OpCases {
  static let dequantize = OpCases(
    "dequantize",
    answers: [
      Answer(
        "%x: i8[3]{0.5:3}", "%y = dequantize(%x)", [[3, 5, -128]], gives: "f32[3]", [0, 1, -65.5]),
      Answer(
        "%x: u8[1,2]{0.25:128}", "%y = dequantize(%x)", [[128, 0]], gives: "f32[1,2]", [0, -32]),
    ],
    refusals: [
      Refusal(
        "%x: f32[3]", "%y = dequantize(%x)", .typeMismatch,
        "input 0 is float32, expected int8, uint8")
    ],
    int8Steps: nil)
}
