import OctetDiagnostics

extension OpCases {
  static let mul = OpCases(
    "mul",
    answers: [
      Answer(
        "%x: i64[1], %z: i64[1]", "%y = mul(%x, %z)", [[5_000_000_000], [1]], gives: "i64[1]",
        [5_000_000_000]),
      Answer(
        "%x: u8[2]{0.5:3}, %z: u8[2]{0.5:10}", "%y = mul(%x, %z) : u8[2]{0.25:7}",
        [[5, 255], [14, 0]], gives: "u8[2]", [15, 0]),
      Answer(
        "%x: i16[2]{0.5:0}, %z: i16[2]{0.25:0}",
        "%y = mul(%x, %z) : i16[2]{0.25:0}", [[10, -20], [8, 30000]], gives: "i16[2]",
        [40, -32768]),
      Answer(
        "%x: f32[2], %z: f32[2]", "%y = mul(%x, %z)", [[2, -3], [4, 5]], gives: "f32[2]",
        [8, -15]),
      Answer(
        "%x: f32[2,2], %z: f32[2,1]", "%y = mul(%x, %z)", [[1, 2, 3, 4], [10, 100]],
        gives: "f32[2,2]", [10, 20, 300, 400]),
      Answer(
        "%x: f32[2]", "%y = mul(%x, %x) {activation = relu6}", [[2, 3]], gives: "f32[2]", [4, 6]),
      Answer(
        "%x: i32[4], %z: i32[]", "%y = mul(%x, %z) {activation = relu}",
        [[65_536, -3, 40_000, 7], [65_537]], gives: "i32[4]", [65_536, 0, 0, 458_759]),
      // 5 * 2 and -5 * 2 in steps of 1 from 5.
      Answer(
        "%x: i8[2]{0.5:1}, %z: i8[2]{0.25:0}", "%y = mul(%x, %z) : i8[2]{1.0:5}",
        [[11, -9], [8, 8]], gives: "i8[2]", [15, -5]),
    ],
    inferences: [
      Inference(
        "%x: f32[?n(\"a\"),1], %z: f32[1,?m(\"b\")]", "%y = mul(%x, %z)", gives: "f32[?n,?m]")
    ],
    refusals: [
      Refusal(
        "%x: f32[2], %z: f32[3]", "%y = mul(%x, %z)", .shapeMismatch,
        "shapes [2] and [3] do not broadcast")
    ],
    // Each operand's half step times the other, in steps of a result as large as their product.
    int8Steps: 1.5)
}
