import OctetDiagnostics

extension OpCases {
  static let gelu = OpCases(
    "gelu",
    answers: [
      // Of the normal distribution 0.15865525, 0.5, 0.84134475 and 0.97724987 lie below -1, 0, 1 and 2.
      Answer(
        "%x: f32[4]", "%y = gelu(%x)", [[-1, 0, 1, 2]], gives: "f32[4]",
        [-0.15865525, 0, 0.84134475, 1.9544997]),
      // (1 + tanh(0.79788456 * 1.044715)) / 2 is 0.84119199.
      Answer(
        "%x: f32[3]", "%y = gelu(%x) {approximate = true}", [[-1, 0, 1]], gives: "f32[3]",
        [-0.15880801, 0, 0.84119199]),
      Answer(
        "%x: i8[4]{0.5:0}", "%y = gelu(%x) : i8[4]{0.01:0}", [[-2, 0, 2, 4]], gives: "i8[4]",
        [-16, 0, 84, 127]),
    ],
    inferences: [Inference("%x: f32[?n(\"a\")]", "%y = gelu(%x)", gives: "f32[?n]")],
    refusals: [
      Refusal(
        "%x: i32[3]", "%y = gelu(%x)", .typeMismatch, "input 0 is int32, expected float32, int8")
    ],
    // Half a step of the input, twice as wide as the result's here, where the slope is 1.08, and half of its own.
    int8Steps: 1.6)
}
