import OctetDiagnostics

extension OpCases {
  static let spaceToDepth = OpCases(
    "space_to_depth",
    answers: [
      Answer(
        "%x: f32[1,2,4,1]", "%y = space_to_depth(%x) {block_size = 2}",
        [[1, 2, 3, 4, 5, 6, 7, 8]], gives: "f32[1,1,2,4]", [1, 2, 5, 6, 3, 4, 7, 8]),
      Answer(
        "%x: f32[2,2,2,2]", "%y = space_to_depth(%x) {block_size = 2}",
        [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]], gives: "f32[2,1,1,8]",
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]),
      Answer(
        "%x: i8[1,2,4,1]{0.5:3}",
        "%y = space_to_depth(%x) {block_size = 2} : i8[1,1,2,4]{0.5:3}",
        [[1, 2, 3, 4, 5, 6, 7, -8]], gives: "i8[1,1,2,4]", [1, 2, 5, 6, 3, 4, 7, -8]),
    ],
    inferences: [
      Inference(
        "%x: f32[?n(\"a\"),?h(\"b\"),6,3]", "%y = space_to_depth(%x) {block_size = 3}",
        gives: "f32[?n,?h/space_to_depth,2,27]")
    ],
    refusals: [
      Refusal(
        "%x: f32[1,2,3,1]", "%y = space_to_depth(%x) {block_size = 2}", .shapeMismatch,
        "an extent of 3 is no multiple of 2"),
      Refusal(
        "%x: f32[1,2,2,1]", "%y = space_to_depth(%x) {block_size = 0}", .invalidAttribute,
        "a block of 0 pixels is none of 1 to 2^15 - 1"),
      Refusal(
        "%x: f32[2,2,1]", "%y = space_to_depth(%x) {block_size = 2}", .shapeMismatch,
        "input 0 has 3 dimensions, expected 4"),
    ],
    // The same codes.
    int8Steps: 1)
}
