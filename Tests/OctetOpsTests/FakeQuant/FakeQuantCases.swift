import OctetDiagnostics

extension OpCases {
  static let fakeQuant = OpCases(
    "fake_quant",
    answers: [
      // Steps of 0.5 from -2 to 5.5, of which the ends are cut off; a half goes up.
      Answer(
        "%x: f32[7]", "%y = fake_quant(%x) {low = -2, high = 5.5, bits = 4}",
        [[-9, -0.8, -0.25, 0.2, 0.25, 5.3, 9]], gives: "f32[7]", [-2, -1, 0, 0, 0.5, 5.5, 5.5]),
      // Zero becomes a step: the range moves by a quarter of one.
      Answer(
        "%x: f32[4]", "%y = fake_quant(%x) {low = -1.75, high = 1.25, bits = 2}",
        [[-3, -0.6, 0.4, 3]], gives: "f32[4]", [-2, -1, 0, 1]),
      Answer(
        "%x: f32[4]", "%y = fake_quant(%x) {low = -3, high = 3, bits = 3, narrow = true}",
        [[-9, -1.2, 0.4, 9]], gives: "f32[4]", [-3, -1, 0, 3]),
    ],
    inferences: [
      Inference(
        "%x: f32[?n(\"a\"),4]", "%y = fake_quant(%x) {low = 0, high = 6}", gives: "f32[?n,4]")
    ],
    refusals: [
      Refusal(
        "%x: f32[3]", "%y = fake_quant(%x) {low = 1, high = 6}", .unsupportedParameter,
        "a rounding to 8 bits between 1.0 and 6.0 is none"),
      Refusal(
        "%x: f32[3]", "%y = fake_quant(%x) {low = 0, high = 6, bits = 17}", .unsupportedParameter,
        "a rounding to 17 bits between 0.0 and 6.0 is none"),
      Refusal(
        "%x: i8[3]", "%y = fake_quant(%x) {low = 0, high = 6}", .typeMismatch,
        "input 0 is int8, expected float32"),
    ],
    // Int8 graphs have none.
    int8Steps: nil)
}
