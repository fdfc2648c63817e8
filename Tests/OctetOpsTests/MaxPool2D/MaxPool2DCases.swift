import OctetDiagnostics

extension OpCases {
  static let maxPool2D = OpCases(
    "max_pool_2d",
    answers: [
      Answer(
        "%x: u8[1,1,2,1]{0.5:7}",
        "%y = max_pool_2d(%x) {filter = [1, 2], stride = [1, 1], padding = valid} : u8[1,1,1,1]{0.5:7}",
        [[1, 254]], gives: "u8[1,1,1,1]", [254]),
      Answer(
        "%x: i16[1,1,2,1]{0.5:0}",
        "%y = max_pool_2d(%x) {filter = [1, 2], stride = [1, 1], padding = valid} : i16[1,1,1,1]{0.5:0}",
        [[-5, 700]], gives: "i16[1,1,1,1]",
        [700]),
      Answer(
        "%x: f32[1,2,2,2]", "%y = max_pool_2d(%x) {filter = [2, 2], padding = valid}",
        [[1, -8, 2, -7, 3, -6, 0, -5]], gives: "f32[1,1,1,2]", [3, -5]),
      // Padding is not a pixel: the largest of negative numbers is negative.
      Answer(
        "%x: f32[1,2,2,1]",
        "%y = max_pool_2d(%x) {filter = [2, 2], stride = [1, 1], padding = same}",
        [[-4, -3, -2, -1]], gives: "f32[1,2,2,1]", [-1, -1, -1, -1]),
      Answer(
        "%x: f32[1,1,5,1]",
        "%y = max_pool_2d(%x) {filter = [1, 2], stride = [1, 2], padding = valid, activation = relu}",
        [[-4, -3, 2, 1, 9]], gives: "f32[1,1,2,1]", [0, 2]),
      Answer(
        "%x: i8[1,1,2,1]{0.5:3}",
        "%y = max_pool_2d(%x) {filter = [1, 2], padding = valid} : i8[1,1,1,1]{0.5:3}",
        [[-128, -100]], gives: "i8[1,1,1,1]", [-100]),
    ],
    inferences: [
      Inference(
        "%x: f32[?n(\"a\"),?h(\"b\"),6,3]",
        "%y = max_pool_2d(%x) {filter = [2, 2], stride = [2, 2], padding = same}",
        gives: "f32[?n,?h/window,3,3]")
    ],
    refusals: [
      Refusal(
        "%x: f32[1,4,4,2]", "%y = max_pool_2d(%x) {filter = [9, 9], padding = valid}",
        .shapeMismatch, "a window of 9 with stride 1 and dilation 1 does not fit an extent of 4"),
      Refusal(
        "%x: f32[1,4,4,2]", "%y = max_pool_2d(%x) {filter = [0, 1], padding = valid}",
        .invalidAttribute, "window, stride and dilation must be positive and at most 2^30"),
    ],
    // The result has the input's scale: half a step.
    int8Steps: 1)
}
