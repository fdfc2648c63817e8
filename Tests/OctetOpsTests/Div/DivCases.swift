import OctetDiagnostics

extension OpCases {
  static let div = OpCases(
    "div",
    answers: [
      Answer(
        "%x: f32[4], %z: f32[4]", "%y = div(%x, %z)", [[1, -3, 5, 0], [2, 2, -4, 7]],
        gives: "f32[4]", [0.5, -1.5, -1.25, 0]),
      Answer(
        "%x: f32[2,1], %z: f32[2]", "%y = div(%x, %z)", [[1, 2], [4, -8]], gives: "f32[2,2]",
        [0.25, -0.125, 0.5, -0.25]),
      Answer(
        "%x: f32[3], %z: f32[]", "%y = div(%x, %z) {activation = relu6}", [[-1, 2, 4], [0.5]],
        gives: "f32[3]", [0, 4, 6]),
      // Infinities become the largest finite numbers.
      Answer(
        "%x: f32[2], %z: f32[]", "%y = div(%x, %z)", [[1, -1], [0]], gives: "f32[2]",
        [3.4028234663852886e38, -3.4028234663852886e38]),
      // Whole quotients are cut towards zero.
      Answer(
        "%x: i32[5], %z: i32[5]", "%y = div(%x, %z)",
        [[7, -7, 7, 3, -2_147_483_648], [2, 2, -2, 0, -1]], gives: "i32[5]",
        [3, -3, -3, 0, -2_147_483_648]),
    ],
    inferences: [
      Inference("%x: f32[?n(\"a\"),4], %z: f32[1,4]", "%y = div(%x, %z)", gives: "f32[?n,4]")
    ],
    refusals: [
      Refusal(
        "%x: f32[1,4], %z: f32[3]", "%y = div(%x, %z)", .shapeMismatch,
        "shapes [1,4] and [3] do not broadcast"),
      Refusal(
        "%x: i8[4]", "%y = div(%x, %x)", .typeMismatch, "input 0 is int8, expected float32, int32"),
    ],
    int8Steps: nil)
}
