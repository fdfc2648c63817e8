import OctetDiagnostics

extension OpCases {
  static let reLU = OpCases(
    "relu",
    answers: [
      Answer(
        "%x: u8[3]{0.5:10}", "%y = relu(%x) : u8[3]{0.25:0}", [[0, 12, 255]], gives: "u8[3]",
        [0, 4, 255]),
      Answer(
        "%x: i16[2]{0.5:0}",
        "%y = relu(%x) : i16[2]{0.25:0}", [[10, -10]], gives: "i16[2]",
        [20, 0]),
      Answer("%x: f32[3]", "%y = relu(%x)", [[-1, 0, 7]], gives: "f32[3]", [0, 0, 7]),
      Answer(
        "%x: i8[4]{0.5:-10}", "%y = relu(%x) : i8[4]{1.0:5}", [[-128, -10, 10, 127]],
        gives: "i8[4]", [5, 5, 15, 74]),
    ],
    inferences: [Inference("%x: f32[?n(\"a\"),4]", "%y = relu(%x)", gives: "f32[?n,4]")],
    refusals: [
      Refusal(
        "%x: f32[3]", "%y = relu(%x, %x)", .invalidGraph, "the operator takes 1 inputs, not 2"),
      Refusal(
        "%x: i32[3]", "%y = relu(%x)", .typeMismatch,
        "input 0 is int32, expected float32, int8, int16, uint8"),
    ],
    // Half a step of the input, twice as wide where half the range is negative, and half of its own.
    int8Steps: 1.5)

  static let reLU6 = OpCases(
    "relu6",
    answers: [
      Answer(
        "%x: u8[3]{0.5:10}", "%y = relu6(%x) : u8[3]{0.5:10}", [[0, 12, 255]], gives: "u8[3]",
        [10, 12, 22]),
      Answer(
        "%x: i16[3]{0.5:0}",
        "%y = relu6(%x) : i16[3]{0.5:0}", [[10, 20, -1]], gives: "i16[3]",
        [10, 12, 0]),
      Answer("%x: f32[4]", "%y = relu6(%x)", [[-1, 0, 5, 7]], gives: "f32[4]", [0, 0, 5, 6]),
      Answer(
        "%x: i8[3]{0.5:-10}", "%y = relu6(%x) : i8[3]{0.5:-100}", [[-128, -4, 127]],
        gives: "i8[3]", [-100, -94, -88]),
    ],
    refusals: [
      Refusal(
        "%x: i32[3]", "%y = relu6(%x)", .typeMismatch,
        "input 0 is int32, expected float32, int8, int16, uint8")
    ],
    // As for relu.
    int8Steps: 1.5)
}
