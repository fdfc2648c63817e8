import OctetDiagnostics

extension OpCases {
  static let depthToSpace = OpCases(
    "depth_to_space",
    answers: [
      Answer(
        "%x: f32[1,1,2,4]", "%y = depth_to_space(%x) {block_size = 2}",
        [[1, 2, 5, 6, 3, 4, 7, 8]], gives: "f32[1,2,4,1]", [1, 2, 3, 4, 5, 6, 7, 8]),
      Answer(
        "%x: f32[2,1,1,8]", "%y = depth_to_space(%x) {block_size = 2}",
        [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]], gives: "f32[2,2,2,2]",
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]),
      Answer(
        "%x: i8[1,1,2,4]{0.5:3}",
        "%y = depth_to_space(%x) {block_size = 2} : i8[1,2,4,1]{0.5:3}",
        [[1, 2, 5, 6, 3, 4, 7, -8]], gives: "i8[1,2,4,1]", [1, 2, 3, 4, 5, 6, 7, -8]),
    ],
    inferences: [
      Inference(
        "%x: f32[?n(\"a\"),?h(\"b\"),6,27]", "%y = depth_to_space(%x) {block_size = 3}",
        gives: "f32[?n,?h/depth_to_space,18,3]")
    ],
    refusals: [
      Refusal(
        "%x: f32[1,2,2,6]", "%y = depth_to_space(%x) {block_size = 2}", .shapeMismatch,
        "an extent of 6 is no multiple of 4"),
      Refusal(
        "%x: f32[1,70000,2,4]", "%y = depth_to_space(%x) {block_size = 32768}", .invalidAttribute,
        "a block of 32768 pixels is none of 1 to 2^15 - 1"),
    ],
    // The same codes.
    int8Steps: 1)
}
