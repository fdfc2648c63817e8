import OctetDiagnostics

extension OpCases {
  static let select = OpCases(
    "select",
    answers: [
      Answer(
        "%c: bool[3], %x: f32[3], %z: f32[3]", "%y = select(%c, %x, %z)",
        [[1, 0, 1], [1, 2, 3], [-1, -2, -3]], gives: "f32[3]", [1, -2, 3]),
      // A condition for each part of the first dimension.
      Answer(
        "%c: bool[2], %x: f32[2,2], %z: f32[2,2]", "%y = select(%c, %x, %z)",
        [[1, 0], [1, 2, 3, 4], [5, 6, 7, 8]], gives: "f32[2,2]", [1, 2, 7, 8]),
      Answer(
        "%c: bool[], %x: i32[2], %z: i32[2]", "%y = select(%c, %x, %z)", [[0], [1, 2], [8, 9]],
        gives: "i32[2]", [8, 9]),
      Answer(
        "%c: bool[2], %x: i8[2]{0.5:3}, %z: i8[2]{0.5:3}", "%y = select(%c, %x, %z) : i8[2]{0.5:3}",
        [[1, 0], [-128, 5], [7, 8]], gives: "i8[2]", [-128, 8]),
      Answer(
        "%c: bool[2], %x: i16[2]{0.5:0}, %z: i16[2]{0.5:0}",
        "%y = select(%c, %x, %z) : i16[2]{0.5:0}", [[1, 0], [1, 2], [3, 4]], gives: "i16[2]",
        [1, 4]),
    ],
    inferences: [
      Inference(
        "%c: bool[?n(\"a\")], %x: f32[?n(\"a\"),2], %z: f32[?n(\"a\"),2]",
        "%y = select(%c, %x, %z)", gives: "f32[?n,2]")
    ],
    refusals: [
      Refusal(
        "%c: bool[2], %x: f32[3,2], %z: f32[3,2]", "%y = select(%c, %x, %z)", .shapeMismatch,
        "[2] cannot choose between [3,2] and [3,2]"),
      Refusal(
        "%c: bool[2], %x: f32[2], %z: f32[1]", "%y = select(%c, %x, %z)", .shapeMismatch,
        "[2] cannot choose between [2] and [1]"),
      Refusal(
        "%c: f32[2], %x: f32[2]", "%y = select(%c, %x, %x)", .typeMismatch,
        "input 0 is float32, expected bool"),
    ],
    // A condition is no number, so no float graph of these answers can be calibrated.
    int8Steps: nil)
}
