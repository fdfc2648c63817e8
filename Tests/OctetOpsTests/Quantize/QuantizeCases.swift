import OctetDiagnostics

extension OpCases {
  static let quantize = OpCases(
    "quantize",
    answers: [
      Answer(
        "%x: i32[2]{0.125:0}", "%y = quantize(%x) {to = int16} : i16[2]{0.5:0}",
        [[5000, -1000000]],
        gives: "i16[2]", [1250, -32768]),
      Answer(
        "%x: i8[1]{0.5:3}",
        "%y = quantize(%x) {to = int16} : i16[1]{0.25:0}", [[5]], gives: "i16[1]",
        [4]),
      Answer(
        "%x: f32[3]",
        "%y = quantize(%x) {to = int16} : i16[3]{0.5:0}", [[1, 1000000, -0.25]], gives: "i16[3]",
        [2, 32767, -1]),
      // Halves go away from zero; what lies beyond the codes saturates.
      Answer(
        "%x: f32[5]", "%y = quantize(%x) : i8[5]{0.5:1}", [[0.25, -0.25, 1, 1000, -1000]],
        gives: "i8[5]", [2, 0, 3, 127, -128]),
      Answer(
        "%x: f32[3]", "%y = quantize(%x) {to = uint8} : u8[3]{0.5:128}", [[0, 1, -1000]],
        gives: "u8[3]", [128, 130, 0]),
      Answer(
        "%x: i8[3]{0.5:3}", "%y = quantize(%x) : i8[3]{1.0:-3}", [[3, 7, -127]], gives: "i8[3]",
        [-3, -1, -68]),
      Answer(
        "%x: i8[2]{0.5:-128}", "%y = quantize(%x) {to = uint8} : u8[2]{0.5:0}", [[-128, 127]],
        gives: "u8[2]", [0, 255]),
      Answer(
        "%x: u8[2]{0.5:0}", "%y = quantize(%x) : i8[2]{0.5:-128}", [[0, 255]], gives: "i8[2]",
        [-128, 127]),
    ],
    inferences: [
      Inference("%x: f32[?n(\"a\")]", "%y = quantize(%x) {to = uint8}", gives: "u8[?n]")
    ],
    refusals: [
      Refusal(
        "%x: f32[3]", "%y = quantize(%x) {to = int4}", .invalidAttribute,
        "'quantize' does not know to 'int4'"),
      Refusal(
        "%x: i16[3]", "%y = quantize(%x) {to = uint8}", .typeMismatch,
        "TFLite does not quantize int16 to uint8"),
      Refusal(
        "%x: i64[3]", "%y = quantize(%x)", .typeMismatch,
        "input 0 is int64, expected float32, int8, int16, uint8, int32"),
    ],
    int8Steps: nil)
}
