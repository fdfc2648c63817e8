import OctetDiagnostics

extension OpCases {
  static let hardSwish = OpCases(
    "hard_swish",
    answers: [
      Answer(
        "%x: u8[3]{0.5:10}", "%y = hard_swish(%x) : u8[3]{0.5:10}", [[0, 10, 30]], gives: "u8[3]",
        [10, 10, 30]),
      // 1 * 4 / 6, -1.5 * 1.5 / 6
      Answer(
        "%x: f32[7]", "%y = hard_swish(%x)", [[-4, -3, -1.5, 0, 1, 3, 5]], gives: "f32[7]",
        [0, 0, -0.375, 0, 0.6666667, 3, 5]),
      // One code is 1/16. For 16, which is 1: 128 * 16 * 0.5 = 1024 on the output's side; the third is
      // 2 * (4 * 128 * 16 * 21845 / 2^15) = 10922, the gate (10922 + 2^15) / 2 = 21845, their product
      // 682 in 64ths.
      Answer(
        "%x: i8[6]{0.0625:0}", "%y = hard_swish(%x) : i8[6]{0.0625:-100}",
        [[-128, -48, -24, 16, 48, 127]], gives: "i8[6]", [-100, -100, -106, -89, -52, 27]),
      // The gate of -50/128 is (2^15 - 128 * 50 * 21845 / 2^15) / 2 = 14250, the product -1391 in 64ths.
      Answer(
        "%x: i8[4]{0.0078125:-50}", "%y = hard_swish(%x) : i8[4]{0.0078125:0}",
        [[-100, -50, 50, 127]], gives: "i8[4]", [-22, 0, 63, 127]),
      // The product is divided by 2^16, which never gives 0 in int16.
      Answer(
        "%x: i8[3]{0.0078125:0}", "%y = hard_swish(%x) : i8[3]{8.0:0}", [[-5, 0, 5]],
        gives: "i8[3]", [-1, 1, 1]),
    ],
    inferences: [Inference("%x: f32[?n(\"a\")]", "%y = hard_swish(%x)", gives: "f32[?n]")],
    refusals: [
      Refusal(
        "%x: i32[3]", "%y = hard_swish(%x)", .typeMismatch,
        "input 0 is int32, expected float32, int8, uint8"),
      Refusal(
        "%x: f32[3]", "%y = hard_swish(%x) {beta = 1}", .invalidAttribute,
        "'hard_swish' has no attribute 'beta'"),
    ],
    // Half a step of the input where the slope is 1.5, half of its own, and what fixed point rounds.
    int8Steps: 2.5)
}
