import OctetDiagnostics

extension OpCases {
  static let exp = OpCases(
    "exp",
    answers: [
      Answer(
        "%x: f32[4]", "%y = exp(%x)", [[0, 1, -1, 2]], gives: "f32[4]",
        [1, 2.7182817, 0.36787945, 7.389056]),
      // e^-1, e^0.5 and e^1 in steps of 0.02: 18.4, 82.4 and 135.9.
      Answer(
        "%x: i8[3]{0.5:0}", "%y = exp(%x) : i8[3]{0.02:-128}", [[-2, 1, 2]], gives: "i8[3]",
        [-110, -46, 8]),
      // The least result is 0, and e^88.73 is beyond float32.
      Answer(
        "%x: i8[3]{1.0:0}", "%y = exp(%x) : i8[3]{0.5:-100}", [[-128, 5, 127]], gives: "i8[3]",
        [-100, 127, 127]),
    ],
    inferences: [Inference("%x: f32[?n(\"a\")]", "%y = exp(%x)", gives: "f32[?n]")],
    refusals: [
      Refusal(
        "%x: i32[3]", "%y = exp(%x)", .typeMismatch, "input 0 is int32, expected float32, int8"),
      Refusal(
        "%x: f32[3]", "%y = exp(%x) {base = 2}", .invalidAttribute, "'exp' has no attribute 'base'"),
    ],
    // Half a step of the input of 3/255 is 1.5 steps of the result of 7.4/255 where the slope is 7.4, and half
    // of its own.
    int8Steps: 2)
}
