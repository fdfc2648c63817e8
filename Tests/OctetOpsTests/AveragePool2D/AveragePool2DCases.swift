import OctetDiagnostics

extension OpCases {
  static let averagePool2D = OpCases(
    "average_pool_2d",
    answers: [
      Answer(
        "%x: u8[1,1,2,1]{0.5:7}",
        "%y = average_pool_2d(%x) {filter = [1, 2], stride = [1, 1], padding = valid} : u8[1,1,1,1]{0.5:7}",
        [[1, 254]], gives: "u8[1,1,1,1]", [128]),
      Answer(
        "%x: i16[1,1,2,1]{0.5:0}",
        "%y = average_pool_2d(%x) {filter = [1, 2], stride = [1, 1], padding = valid} : i16[1,1,1,1]{0.5:0}",
        [[-1, -2]], gives: "i16[1,1,1,1]",
        [-2]),
      Answer(
        "%x: f32[1,2,2,1]",
        "%y = average_pool_2d(%x) {filter = [2, 2], padding = valid}", [[1, 2, 3, 6]],
        gives: "f32[1,1,1,1]", [3]),
      // At the border the mean counts what is inside.
      Answer(
        "%x: f32[1,2,2,1]", "%y = average_pool_2d(%x) {filter = [2, 2], padding = same}",
        [[1, 2, 3, 6]], gives: "f32[1,2,2,1]", [3, 4, 4.5, 6]),
      Answer(
        "%x: f32[1,1,4,2]",
        "%y = average_pool_2d(%x) {filter = [1, 2], stride = [1, 2], padding = valid}",
        [[1, 10, 3, 30, 5, 50, 7, 70]], gives: "f32[1,1,2,2]", [2, 20, 6, 60]),
      Answer(
        "%x: f32[1,1,2,1]",
        "%y = average_pool_2d(%x) {filter = [1, 1], padding = valid, activation = relu6}",
        [[-1, 9]], gives: "f32[1,1,2,1]", [0, 6]),
      // Sums of 10 and 11 by 4, either sign: halves go away from zero.
      Answer(
        "%x: i8[4,2,2,1]{0.5:7}",
        "%y = average_pool_2d(%x) {filter = [2, 2], padding = valid} : i8[4,1,1,1]{0.5:7}",
        [[1, 2, 3, 4, -1, -2, -3, -4, 1, 2, 3, 5, -1, -2, -3, -5]], gives: "i8[4,1,1,1]",
        [3, -3, 3, -3]),
    ],
    inferences: [
      Inference(
        "%x: f32[?n(\"a\"),7,7,?c(\"b\")]",
        "%y = average_pool_2d(%x) {filter = [2, 3], stride = [2, 2], padding = same}",
        gives: "f32[?n,4,4,?c]"),
      Inference(
        "%x: f32[1,?h(\"a\"),7,1]",
        "%y = average_pool_2d(%x) {filter = [2, 3], padding = valid}",
        gives: "f32[1,?h/window,5,1]"),
    ],
    refusals: [
      Refusal(
        "%x: f32[1,2,2,1]", "%y = average_pool_2d(%x) {filter = [3, 1], padding = valid}",
        .shapeMismatch,
        "a window of 3 with stride 1 and dilation 1 does not fit an extent of 2"),
      Refusal(
        "%x: f32[2,2,1]", "%y = average_pool_2d(%x) {filter = [1, 1], padding = valid}",
        .shapeMismatch, "input 0 has 3 dimensions, expected 4"),
    ],
    // The result has the input's scale: half a step of each.
    int8Steps: 1)
}
