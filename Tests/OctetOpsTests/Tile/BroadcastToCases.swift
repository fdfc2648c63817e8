import OctetDiagnostics

extension OpCases {
  static let broadcastTo = OpCases(
    "broadcast_to",
    answers: [
      Answer(
        "%x: f32[2,1]", "%s = const [3, 2, 2] : i32[3]\n%y = broadcast_to(%x, %s)", [[1, 2]],
        gives: "f32[3,2,2]", [1, 1, 2, 2, 1, 1, 2, 2, 1, 1, 2, 2]),
      Answer(
        "%x: f32[2]", "%s = const [2, 2] : i64[2]\n%y = broadcast_to(%x, %s)", [[1, 2]],
        gives: "f32[2,2]", [1, 2, 1, 2]),
      Answer(
        "%x: i32[]", "%s = const [2] : i32[1]\n%y = broadcast_to(%x, %s)", [[-3]],
        gives: "i32[2]", [-3, -3]),
      Answer(
        "%x: i8[1,1]{0.5:3}",
        "%s = const [1, 3] : i32[2]\n%y = broadcast_to(%x, %s) : i8[1,3]{0.5:3}", [[-3]],
        gives: "i8[1,3]", [-3, -3, -3]),
    ],
    inferences: [
      Inference(
        "%x: f32[?n(\"a\"),1]", "%s = const [4, 2] : i32[2]\n%y = broadcast_to(%x, %s)",
        gives: "f32[4,2]")
    ],
    refusals: [
      Refusal(
        "%x: f32[2]", "%s = const [2, 3] : i32[2]\n%y = broadcast_to(%x, %s)", .shapeMismatch,
        "shapes [2] and [2,3] do not broadcast"),
      Refusal(
        "%x: f32[2,2]", "%s = const [1, 2] : i32[2]\n%y = broadcast_to(%x, %s)", .shapeMismatch,
        "shape [2,2] does not repeat to [1,2]"),
      Refusal(
        "%x: f32[1]", "%s = const [-1] : i32[1]\n%y = broadcast_to(%x, %s)", .invalidAttribute,
        "a tensor repeats to at most 8 positive extents of less than 2^31"),
    ],
    // The same codes.
    int8Steps: 1)
}
