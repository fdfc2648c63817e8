import OctetDiagnostics

extension OpCases {
  static let selectV2 = OpCases(
    "select_v2",
    answers: [
      Answer(
        "%c: bool[2], %x: i16[2]{0.5:0}, %z: i16[2]{0.5:0}",
        "%y = select_v2(%c, %x, %z) : i16[2]{0.5:0}", [[1, 0], [1, 2], [3, 4]], gives: "i16[2]",
        [1, 4]),
      Answer(
        "%c: bool[3], %x: f32[3], %z: f32[3]", "%y = select_v2(%c, %x, %z)",
        [[1, 0, 1], [1, 2, 3], [-1, -2, -3]], gives: "f32[3]", [1, -2, 3]),
      // What is not chosen does not matter.
      Answer(
        "%c: bool[2], %x: f32[2], %z: f32[]", "%y = select_v2(%c, %x, %z)",
        [[1, 0], [4, .nan], [0]], gives: "f32[2]", [4, 0]),
      Answer(
        "%c: bool[2,1,1], %x: f32[3,1], %z: f32[2]", "%y = select_v2(%c, %x, %z)",
        [[1, 0], [1, 2, 3], [8, 9]], gives: "f32[2,3,2]", [1, 1, 2, 2, 3, 3, 8, 9, 8, 9, 8, 9]),
      Answer(
        "%c: bool[], %x: i32[2,1], %z: i32[2]", "%y = select_v2(%c, %x, %z)",
        [[0], [1, 2], [8, 9]],
        gives: "i32[2,2]", [8, 9, 8, 9]),
      Answer(
        "%c: bool[2], %x: i8[2]{0.5:3}, %z: i8[1]{0.5:3}",
        "%y = select_v2(%c, %x, %z) : i8[2]{0.5:3}", [[1, 0], [-128, 5], [7]], gives: "i8[2]",
        [-128, 7]),
    ],
    inferences: [
      Inference(
        "%c: bool[?n(\"a\"),1], %x: f32[2], %z: f32[1,1,2]", "%y = select_v2(%c, %x, %z)",
        gives: "f32[1,?n,2]")
    ],
    refusals: [
      Refusal(
        "%c: bool[2], %x: f32[2], %z: f32[3]", "%y = select_v2(%c, %x, %z)", .shapeMismatch,
        "shapes [2] and [3] do not broadcast"),
      Refusal(
        "%c: f32[2], %x: f32[2]", "%y = select_v2(%c, %x, %x)", .typeMismatch,
        "input 0 is float32, expected bool"),
      Refusal(
        "%c: bool[2], %x: f32[2], %z: i32[2]", "%y = select_v2(%c, %x, %z)", .typeMismatch,
        "input 2 is int32, expected float32"),
      Refusal(
        "%c: bool[2], %x: f32[1,1,1,1,1,2]", "%y = select_v2(%c, %x, %x)", .shapeMismatch,
        "TFLite broadcasts at most 5 dimensions here, not 6"),
    ],
    // A condition is no number, so no float graph of these answers can be calibrated.
    int8Steps: nil)
}
