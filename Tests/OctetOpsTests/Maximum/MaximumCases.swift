import OctetDiagnostics

extension OpCases {
  static let maximum = OpCases(
    "maximum",
    answers: [
      Answer(
        "%x: u8[2]{0.5:3}, %z: u8[2]{0.5:3}", "%y = maximum(%x, %z) : u8[2]{0.5:3}",
        [[200, 3], [100, 4]], gives: "u8[2]",
        [200, 4]),
      Answer(
        "%x: i32[2], %z: i32[]", "%y = maximum(%x, %z)", [[70000, -3], [5]], gives: "i32[2]",
        [70000, 5]),
      Answer(
        "%x: i64[1], %z: i64[1]", "%y = maximum(%x, %z)", [[5_000_000_000], [-5_000_000_000]],
        gives: "i64[1]",
        [5_000_000_000]),
      Answer(
        "%x: i16[2]{0.5:0}, %z: i16[2]{0.5:0}",
        "%y = maximum(%x, %z) : i16[2]{0.5:0}", [[1, -2], [0, 500]], gives: "i16[2]",
        [1, 500]),
      Answer(
        "%x: f32[3], %z: f32[3]", "%y = maximum(%x, %z)", [[1, -2, 3], [0, -1, 3]],
        gives: "f32[3]", [1, -1, 3]),
      Answer(
        "%x: f32[2,2], %z: f32[2]", "%y = maximum(%x, %z)", [[1, 2, 3, 4], [2, 3]],
        gives: "f32[2,2]", [2, 3, 3, 4]),
      Answer(
        "%x: i8[2]{0.5:3}, %z: i8[2]{0.5:3}", "%y = maximum(%x, %z) : i8[2]{0.5:3}",
        [[-128, 5], [-127, 4]], gives: "i8[2]", [-127, 5]),
    ],
    inferences: [
      Inference("%x: f32[?n(\"a\"),2], %z: f32[2]", "%y = maximum(%x, %z)", gives: "f32[?n,2]")
    ],
    refusals: [
      Refusal(
        "%x: f32[2], %z: f32[3]", "%y = maximum(%x, %z)", .shapeMismatch,
        "shapes [2] and [3] do not broadcast")
    ],
    // All tensors have one scale.
    int8Steps: 1)
}
