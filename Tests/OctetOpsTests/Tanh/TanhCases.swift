import OctetDiagnostics

extension OpCases {
  static let tanh = OpCases(
    "tanh",
    answers: [
      Answer(
        "%x: u8[3]{0.5:10}", "%y = tanh(%x) : u8[3]{0.0078125:128}", [[0, 10, 255]], gives: "u8[3]",
        [0, 128, 255]),
      Answer(
        "%x: i16[3]{0.00048828125:0}",
        "%y = tanh(%x) : i16[3]{0.000030517578125:0}", [[0, 32767, -32768]], gives: "i16[3]",
        [0, 32767, -32767]),
      // tanh(1) = 0.76159416
      Answer(
        "%x: f32[5]", "%y = tanh(%x)", [[0, 1, -1, 3, -3]], gives: "f32[5]",
        [0, 0.76159416, -0.76159416, 0.99505475, -0.99505475]),
      // 128 times the value; 1 itself has no code.
      Answer(
        "%x: i8[5]{0.5:2}", "%y = tanh(%x) : i8[5]{0.0078125:0}", [[2, 4, 0, 127, -128]],
        gives: "i8[5]", [0, 97, -97, 127, -128]),
    ],
    inferences: [Inference("%x: f32[?n(\"a\")]", "%y = tanh(%x)", gives: "f32[?n]")],
    refusals: [
      Refusal(
        "%x: i32[3]", "%y = tanh(%x)", .typeMismatch,
        "input 0 is int32, expected float32, int8, int16, uint8")
    ],
    // Half a step of the input is 1.5 of 1/128 at 0, and half of its own.
    int8Steps: 2.5)
}
