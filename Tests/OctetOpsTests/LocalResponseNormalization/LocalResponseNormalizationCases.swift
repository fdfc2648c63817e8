import OctetDiagnostics

extension OpCases {
  static let localResponseNormalization = OpCases(
    "local_response_normalization",
    answers: [
      // Sums of squares: 1 + 4, 1 + 4 + 9, 4 + 9.
      Answer(
        "%x: f32[1,1,1,3]",
        "%y = local_response_normalization(%x) {radius = 1, bias = 1, alpha = 1, beta = 1}",
        [[1, 2, 3]], gives: "f32[1,1,1,3]", [1.0 / 6, 2.0 / 15, 3.0 / 14]),
      Answer(
        "%x: f32[1,2,1,2]",
        "%y = local_response_normalization(%x) {radius = 0, bias = 0, alpha = 4, beta = 0.5}",
        [[3, -5, 0.5, 2]], gives: "f32[1,2,1,2]", [0.5, -0.5, 0.5, 0.5]),
      Answer(
        "%x: f32[1,1,1,2]",
        "%y = local_response_normalization(%x) {radius = 9, bias = 3, alpha = 0.04, beta = 2}",
        [[3, 4]], gives: "f32[1,1,1,2]", [0.1875, 0.25]),
    ],
    inferences: [
      Inference(
        "%x: f32[?n(\"a\"),4,4,3]",
        "%y = local_response_normalization(%x) {radius = 2, bias = 1, alpha = 1, beta = 0.75}",
        gives: "f32[?n,4,4,3]")
    ],
    refusals: [
      Refusal(
        "%x: f32[4,3]",
        "%y = local_response_normalization(%x) {radius = 2, bias = 1, alpha = 1, beta = 0.75}",
        .shapeMismatch, "input 0 has 2 dimensions, expected 4"),
      Refusal(
        "%x: f32[1,1,1,3]",
        "%y = local_response_normalization(%x) {radius = -1, bias = 1, alpha = 1, beta = 0.75}",
        .invalidAttribute, "radius -1 must lie in 0...2^30"),
      Refusal(
        "%x: i8[1,1,1,3]{1.0:0}",
        "%y = local_response_normalization(%x) {radius = 2, bias = 1, alpha = 1, beta = 0.75}",
        .typeMismatch, "input 0 is int8, expected float32"),
    ],
    int8Steps: nil)
}
