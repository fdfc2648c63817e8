import OctetDiagnostics

extension OpCases {
  static let log = OpCases(
    "log",
    answers: [
      // ln(2) = 0.6931472
      Answer(
        "%x: f32[4]", "%y = log(%x)", [[1, 2, 0.5, 10]], gives: "f32[4]",
        [0, 0.6931472, -0.6931472, 2.3025851]),
      // 0.25 to 32 in quarters; ln in steps of 0.05: ln(0.25) = -1.386 is -28 steps.
      Answer(
        "%x: i8[3]{0.25:-128}", "%y = log(%x) : i8[3]{0.05:0}", [[-127, -124, 0]],
        gives: "i8[3]", [-28, 0, 69]),
      // Neither 0 nor a negative number has a logarithm.
      Answer(
        "%x: i8[2]{0.25:-100}", "%y = log(%x) : i8[2]{0.05:0}", [[-100, -128]], gives: "i8[2]",
        [-128, -128]),
    ],
    inferences: [Inference("%x: f32[?n(\"a\")]", "%y = log(%x)", gives: "f32[?n]")],
    refusals: [
      Refusal(
        "%x: i32[3]", "%y = log(%x)", .typeMismatch, "input 0 is int32, expected float32, int8")
    ],
    // Half a step of the input is 1.5 steps of the result at 0.5, and half of its own.
    int8Steps: 2.5)
}
