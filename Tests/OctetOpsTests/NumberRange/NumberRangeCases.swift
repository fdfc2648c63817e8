import OctetDiagnostics

extension OpCases {
  /// %x is there because a graph of constants alone has nothing to be given.
  static let range = OpCases(
    "range",
    answers: [
      Answer(
        "%x: f32[3]",
        "%a = const [1] : f32[]\n%b = const [2] : f32[]\n%c = const [0.4] : f32[]\n"
          + "%r = range(%a, %b, %c)\n%y = add(%x, %r)", [[0, 0, 0]], gives: "f32[3]",
        [1, 1.4, 1.8]),
      Answer(
        "%x: i32[3]",
        "%a = const [5] : i32[]\n%b = const [-3] : i32[]\n%c = const [-3] : i32[]\n"
          + "%r = range(%a, %b, %c)\n%y = add(%x, %r)", [[0, 0, 0]], gives: "i32[3]", [5, 2, -1]),
      Answer(
        "%x: i64[2]",
        "%a = const [5000000000] : i64[]\n%b = const [5000000002] : i64[]\n"
          + "%c = const [1] : i64[]\n%r = range(%a, %b, %c)\n%y = maximum(%x, %r)", [[0, 0]],
        gives: "i64[2]", [5_000_000_000, 5_000_000_001]),
    ],
    inferences: [
      Inference(
        "%x: i32[1]",
        "%a = const [0] : i32[]\n%b = const [10] : i32[]\n%c = const [3] : i32[]\n"
          + "%y = range(%a, %b, %c)", gives: "i32[4]"),
      Inference(
        "%x: i32[1]",
        "%a = const [2] : i32[]\n%c = const [3] : i32[]\n%y = range(%a, %a, %c)", gives: "i32[0]"),
    ],
    refusals: [
      Refusal(
        "%x: i32[1]",
        "%a = const [0] : i32[]\n%b = const [10] : i32[]\n%c = const [-3] : i32[]\n"
          + "%y = range(%a, %b, %c)", .invalidAttribute, "the numbers never come to their end"),
      Refusal(
        "%x: f32[1]",
        "%a = const [0] : f32[]\n%b = const [1] : f32[]\n%c = const [0] : f32[]\n"
          + "%y = range(%a, %b, %c)", .invalidAttribute, "the numbers never come to their end"),
      Refusal(
        "%x: f32[1]",
        "%a = const [0] : f32[]\n%b = const [1e10] : f32[]\n%c = const [1] : f32[]\n"
          + "%y = range(%a, %b, %c)", .tensorTooLarge,
        "10000000000 numbers are more than an extent may count"),
      Refusal(
        "%a: i32[]", "%y = range(%a, %a, %a)", .unknownDimension,
        "input 0 decides the output's shape but is not a constant"),
    ],
    int8Steps: nil)
}
