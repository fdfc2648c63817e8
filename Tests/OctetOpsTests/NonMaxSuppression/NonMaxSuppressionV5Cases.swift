import OctetDiagnostics

extension OpCases {
  static let nonMaxSuppressionV5 = OpCases(
    "non_max_suppression_v5",
    answers: [
      // Box 0 shares a third with box 1: its score of 0.5 becomes 0.5 exp(-1/9), still before box 3.
      Answer(
        "%x: f32[4]",
        """
        %b = const [0, 0, 1, 1, 0, 0.5, 1, 1.5, 0, 2, 1, 3, 9, 9, 8, 8] : f32[4,4]
        %m = const [4] : i32[]
        %o = const [0.5] : f32[]
        %s = const [0.1] : f32[]
        %g = const [0.5] : f32[]
        %i, %y, %n = non_max_suppression_v5(%b, %x, %m, %o, %s, %g)
        """, [[0.5, 0.75, 0.05, 0.25]], gives: "f32[4]", [0.75, 0.447_419_66, 0.25, 0]),
      Answer(
        "%x: f32[2]",
        """
        %b = const [0, 0, 1, 1, 0, 0.5, 1, 1.5] : f32[2,4]
        %m = const [3] : i32[]
        %o = const [0.5] : f32[]
        %s = const [0.1] : f32[]
        %g = const [0.001] : f32[]
        %y, %v, %n = non_max_suppression_v5(%b, %x, %m, %o, %s, %g)
        """, [[0.5, 0.75]], gives: "i32[3]", [1, 0, 0]),
    ],
    inferences: [
      Inference(
        "%b: f32[5,4], %x: f32[5], %o: f32[], %s: f32[], %g: f32[]",
        "%m = const [7] : i32[]\n%y, %v, %n = non_max_suppression_v5(%b, %x, %m, %o, %s, %g)",
        gives: "i32[7]")
    ],
    refusals: [
      Refusal(
        "%b: f32[3,3], %x: f32[3], %o: f32[], %s: f32[], %g: f32[]",
        "%m = const [7] : i32[]\n%y, %v, %n = non_max_suppression_v5(%b, %x, %m, %o, %s, %g)",
        .shapeMismatch, "boxes [3,3] and scores [3] do not belong together")
    ],
    int8Steps: nil)
}
