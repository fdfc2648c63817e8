import OctetDiagnostics

extension OpCases {
  static let dequantize = OpCases(
    "dequantize",
    answers: [
      Answer(
        "%x: i16[2]{0.5:0}",
        "%y = dequantize(%x) : f32[2]", [[3, -4000]], gives: "f32[2]",
        [1.5, -2000]),
      Answer(
        "%x: i8[3]{0.5:3}", "%y = dequantize(%x)", [[3, 5, -128]], gives: "f32[3]", [0, 1, -65.5]),
      Answer(
        "%x: i8[2,3]{axis 0: 0.5:0, 2.0:1}", "%y = dequantize(%x)", [[1, 2, 3, 4, 5, -6]],
        gives: "f32[2,3]", [0.5, 1, 1.5, 6, 8, -14]),
      Answer(
        "%x: i8[2,3]{axis 1: 0.5:0, 2.0:1, 1.0:0}", "%y = dequantize(%x)",
        [[1, 2, 3, 4, 5, -6]], gives: "f32[2,3]", [0.5, 2, 3, 2, 8, -6]),
      Answer(
        "%x: u8[1,2]{0.25:128}", "%y = dequantize(%x)", [[128, 0]], gives: "f32[1,2]", [0, -32]),
      Answer(
        "%x: f16[3]", "%y = dequantize(%x)", [[1.5, -65504, 0x1p-24]], gives: "f32[3]",
        [1.5, -65504, 0x1p-24]),
    ],
    refusals: [
      Refusal(
        "%x: f32[3]", "%y = dequantize(%x)", .typeMismatch,
        "input 0 is float32, expected int8, int16, uint8, float16")
    ],
    int8Steps: nil)
}
