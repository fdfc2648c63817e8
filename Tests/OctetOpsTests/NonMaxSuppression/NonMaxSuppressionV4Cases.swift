import OctetDiagnostics

extension OpCases {
  /// Three boxes in a row of unit squares, the second half over the first, and one turned around far away.
  private static let boxes = """
    %b = const [0, 0, 1, 1, 0, 0.5, 1, 1.5, 0, 2, 1, 3, 9, 9, 8, 8] : f32[4,4]
    """

  static let nonMaxSuppressionV4 = OpCases(
    "non_max_suppression_v4",
    answers: [
      // The first two have a third in common.
      Answer(
        "%x: f32[4]",
        boxes + """

          %m = const [4] : i32[]
          %o = const [0.3] : f32[]
          %s = const [0.1] : f32[]
          %y, %n = non_max_suppression_v4(%b, %x, %m, %o, %s)
          """, [[0.5, 0.75, 0.05, 0.6]], gives: "i32[4]", [1, 3, 0, 0]),
      // Of like scores the earlier; no more than two.
      Answer(
        "%x: f32[4]",
        boxes + """

          %m = const [2] : i32[]
          %o = const [0.5] : f32[]
          %s = const [0] : f32[]
          %y, %n = non_max_suppression_v4(%b, %x, %m, %o, %s)
          """, [[0.5, 0.25, 0.5, 0.5]], gives: "i32[2]", [0, 2]),
    ],
    inferences: [
      Inference(
        "%b: f32[?n(\"a\"),4], %x: f32[?n(\"a\")], %o: f32[], %s: f32[]",
        "%m = const [7] : i32[]\n%y, %n = non_max_suppression_v4(%b, %x, %m, %o, %s)",
        gives: "i32[7]")
    ],
    refusals: [
      Refusal(
        "%b: f32[3,4], %x: f32[2], %o: f32[], %s: f32[]",
        "%m = const [7] : i32[]\n%y, %n = non_max_suppression_v4(%b, %x, %m, %o, %s)",
        .shapeMismatch, "boxes [3,4] and scores [2] do not belong together"),
      Refusal(
        "%b: f32[3,4], %x: f32[3], %o: f32[], %s: f32[2]",
        "%m = const [7] : i32[]\n%y, %n = non_max_suppression_v4(%b, %x, %m, %o, %s)",
        .shapeMismatch, "input 4 is not one number"),
      Refusal(
        "%b: f32[3,4], %x: f32[3], %o: f32[], %s: f32[]",
        "%m = const [0] : i32[]\n%y, %n = non_max_suppression_v4(%b, %x, %m, %o, %s)",
        .invalidAttribute, "a choice of 0 boxes at most"),
    ],
    int8Steps: nil)
}
