import OctetDiagnostics

extension OpCases {
  static let logSoftmax = OpCases(
    "log_softmax",
    answers: [
      // log(1 / (1 + e^-1 + e^-2)) is -0.40760596; large numbers do not overflow.
      Answer(
        "%x: f32[2,3]", "%y = log_softmax(%x)", [[2, 1, 0, 1000, 0, 1000]], gives: "f32[2,3]",
        [-0.40760596, -1.40760596, -2.40760596, -0.69314718, -1000.69314718, -0.69314718]),
      // -0.693, -0.127 and -2.127 are 11, 2 and 34 sixteenths.
      Answer(
        "%x: i8[2,2]{0.5:3}", "%y = log_softmax(%x) : i8[2,2]{0.0625:127}", [[4, 4, 4, 0]],
        gives: "i8[2,2]", [116, 116, 125, 93]),
      Answer(
        "%x: u8[2,2]{0.5:3}", "%y = log_softmax(%x) : u8[2,2]{0.0625:255}", [[4, 4, 4, 0]],
        gives: "u8[2,2]", [244, 244, 253, 221]),
    ],
    inferences: [Inference("%x: f32[?n(\"a\"),3]", "%y = log_softmax(%x)", gives: "f32[?n,3]")],
    refusals: [
      Refusal(
        "%x: f32[]", "%y = log_softmax(%x)", .shapeMismatch,
        "a softmax needs at least one dimension"),
      Refusal(
        "%x: i16[2]{0.5:0}", "%y = log_softmax(%x)", .typeMismatch,
        "input 0 is int16, expected float32, int8, uint8"),
    ],
    int8Steps: nil)
}
