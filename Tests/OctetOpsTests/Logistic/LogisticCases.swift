import OctetDiagnostics

extension OpCases {
  static let logistic = OpCases(
    "logistic",
    answers: [
      Answer(
        "%x: u8[3]{1.0:100}", "%y = logistic(%x) : u8[3]{0.00390625:0}", [[100, 0, 255]],
        gives: "u8[3]", [128, 0, 255]),
      Answer(
        "%x: i16[3]{0.00048828125:0}",
        "%y = logistic(%x) : i16[3]{0.000030517578125:0}", [[0, 32767, -32768]], gives: "i16[3]",
        [16384, 32767, 1]),
      // 1 / (1 + exp(-1)) = 0.73105858
      Answer(
        "%x: f32[5]", "%y = logistic(%x)", [[0, 1, -1, 100, -100]], gives: "f32[5]",
        [0.5, 0.73105858, 0.26894142, 1, 0]),
      // Codes of 256 times the value, from -128; 1 itself has none.
      Answer(
        "%x: i8[4]{0.5:-2}", "%y = logistic(%x) : i8[4]{0.00390625:-128}", [[-2, 0, -128, 127]],
        gives: "i8[4]", [0, 59, -128, 127]),
    ],
    inferences: [Inference("%x: f32[?n(\"a\")]", "%y = logistic(%x)", gives: "f32[?n]")],
    refusals: [
      Refusal(
        "%x: f32[3]", "%y = logistic(%x) {beta = 1}", .invalidAttribute,
        "'logistic' has no attribute 'beta'")
    ],
    // Half a step each of input and output; inputs of 200 steps of 1/256 reach far into the flat part.
    int8Steps: 51)
}
