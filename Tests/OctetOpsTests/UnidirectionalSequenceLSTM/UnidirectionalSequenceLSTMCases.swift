import OctetDiagnostics

extension OpCases {
  /// Gates with weights of 0 are halves, so that numbers can be worked out by hand.
  private static let gates = """
    %z = const splat 0 : f32[1,1]
    %w = const [1] : f32[1,1]
    %o = const splat 0 : f32[1]
    """

  static let unidirectionalSequenceLSTM = OpCases(
    "unidirectional_sequence_lstm",
    answers: [
      // c = c / 2 + tanh(x) / 2, h = tanh(c) / 2.
      Answer(
        "%x: f32[1,2,1]",
        gates + """

          %y = unidirectional_sequence_lstm(%x, %z, %z, %w, %z, %z, %z, %z, %z, _, _, _, %o, %o, %o, %o)
          """, [[1, -2]], gives: "f32[1,2,1]", [0.181_699_74, -0.141_810_41]),
      // Two sequences of one step.
      Answer(
        "%x: f32[1,2,1]",
        gates + """

          %y = unidirectional_sequence_lstm(%x, %z, %z, %w, %z, %z, %z, %z, %z, _, _, _, %o, %o, %o, %o) {time_major = true}
          """, [[1, -2]], gives: "f32[1,2,1]", [0.181_699_74, -0.223_927_47]),
      // A cell that is clamped to 0.25, as tanh(1) / 2 and what follows are.
      Answer(
        "%x: f32[1,2,1]",
        gates + """

          %y = unidirectional_sequence_lstm(%x, %z, %z, %w, %z, %z, %z, %z, %z, _, _, _, %o, %o, %o, %o) {cell_clip = 0.25}
          """, [[1, -2]], gives: "f32[1,2,1]", [0.122_459_33, -0.122_459_33]),
    ],
    inferences: [
      Inference(
        "%x: f32[?n(\"a\"),?t(\"b\"),1]",
        gates + """

          %y = unidirectional_sequence_lstm(%x, %z, %z, %w, %z, %z, %z, %z, %z, _, _, _, %o, %o, %o, %o)
          """, gives: "f32[?n,?t,1]")
    ],
    refusals: [
      Refusal(
        "%x: f32[1,2,1]",
        gates + """

          %y = unidirectional_sequence_lstm(%x, %z, %z, %w, %z, %z, %z, %z, %z, _, _, _, %o, %o, %o, %o) {cell_clip = -1}
          """, .invalidAttribute, "a cell is clamped to -1.0 at most"),
      Refusal(
        "%x: f32[1,2,1]",
        gates + """

          %y = unidirectional_sequence_lstm(%x, %z, %z, %w, %z, %z, %z, %z, %z, _, %o, _, %o, %o, %o, %o)
          """, .invalidAttribute,
        "an LSTM with input 10 is not supported: it has peepholes, a projection or a normalization"),
      Refusal(
        "%x: f32[1,2,2]",
        gates + """

          %y = unidirectional_sequence_lstm(%x, %z, %z, %w, %z, %z, %z, %z, %z, _, _, _, %o, %o, %o, %o)
          """, .shapeMismatch,
        "weights [1,1], [1,1] and [1] of gate 0 do not fit 1 units and 2 features"),
      Refusal(
        "%x: f32[1,2,1]",
        gates + """

          %y = unidirectional_sequence_lstm(%x, _, %z, %w, %z, _, %z, %z, %z, _, _, _, _, %o, %o, %o)
          """, .invalidGraph, "input 12 is missing"),
    ],
    int8Steps: nil)
}
