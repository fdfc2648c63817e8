import OctetDiagnostics

extension OpCases {
  static let softmax = OpCases(
    "softmax",
    answers: [
      Answer(
        "%x: u8[2,2]{1.0:7}", "%y = softmax(%x) : u8[2,2]{0.00390625:0}", [[3, 3, 0, 255]],
        gives: "u8[2,2]", [128, 128, 0, 255]),
      Answer(
        "%x: i16[1,2]{0.001:0}",
        "%y = softmax(%x) : i16[1,2]{0.000030517578125:0}", [[5, 5]], gives: "i16[1,2]",
        [16384, 16384]),
      // exp(0) : exp(ln 3) = 1 : 3
      Answer(
        "%x: f32[2,2]", "%y = softmax(%x)", [[0, 1.0986123, 1000, 1000]], gives: "f32[2,2]",
        [0.25, 0.75, 0.5, 0.5]),
      Answer(
        "%x: f32[1,2]", "%y = softmax(%x) {beta = 0.5}", [[0, 2.1972246]], gives: "f32[1,2]",
        [0.25, 0.75]),
      Answer("%x: f32[1]", "%y = softmax(%x)", [[-5]], gives: "f32[1]", [1]),
      // Codes of 256 times the probability, from -128; 1 itself has none.
      Answer(
        "%x: i8[2,2]{1.0:7}", "%y = softmax(%x) : i8[2,2]{0.00390625:-128}",
        [[-3, -3, -128, 127]], gives: "i8[2,2]", [0, 0, -128, 127]),
    ],
    inferences: [
      Inference("%x: f32[?n(\"a\"),10]", "%y = softmax(%x)", gives: "f32[?n,10]")
    ],
    refusals: [
      Refusal(
        "%x: f32[]", "%y = softmax(%x)", .shapeMismatch, "a softmax needs at least one dimension"),
      Refusal(
        "%x: f32[2]", "%y = softmax(%x) {beta = -1}", .invalidAttribute,
        "beta is -1.0, not a positive number"),
      Refusal(
        "%x: i32[3]", "%y = softmax(%x)", .typeMismatch,
        "input 0 is int32, expected float32, int8, int16, uint8"),
    ],
    // Inputs of 1,000 have steps of 4, so that only 1/2 : 1/2 survives; 1 is 255/256.
    int8Steps: 64)
}
