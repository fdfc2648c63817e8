import OctetDiagnostics

extension OpCases {
  private static let branches = """
    graph @twice(%a: f32[2], %n: i32[]) -> (%b, %m) {
      %b = add(%a, %a)
      %m = add(%n, %n)
    }
    graph @same(%a: f32[2], %n: i32[]) -> (%a, %n) {}

    """

  static let `if` = OpCases(
    "if",
    answers: [
      Answer(
        "%c: bool[], %x: f32[2], %n: i32[]",
        branches + "%y, %m = if(%c, %x, %n) {then = @twice, else = @same}",
        [[1], [1, -2], [7]], gives: "f32[2]", [2, -4]),
      Answer(
        "%c: bool[1], %x: f32[2], %n: i32[]",
        branches + "%z, %y = if(%c, %x, %n) {then = @twice, else = @same}",
        [[0], [1, -2], [7]], gives: "i32[]", [7]),
    ],
    inferences: [
      Inference(
        "%c: bool[], %x: f32[?n(\"a\")]",
        """
        graph @a(%a: f32[?n(\"a\")]) -> (%a) {}
        graph @b(%a: f32[?n(\"a\")]) -> (%b) { %b = abs(%a) }
        %y = if(%c, %x) {then = @a, else = @b}
        """, gives: "f32[?n]")
    ],
    refusals: [
      Refusal(
        "%c: bool[2], %x: f32[2], %n: i32[]",
        branches + "%y, %m = if(%c, %x, %n) {then = @twice, else = @same}", .shapeMismatch,
        "the condition has shape [2], not one element"),
      Refusal(
        "%c: bool[], %x: f32[2]", branches + "%y, %m = if(%c, %x) {then = @twice, else = @same}",
        .subgraphMismatch, "'@twice' takes 2 values, not 1"),
      Refusal(
        "%c: bool[], %x: f32[2]",
        """
        graph @a(%a: f32[2]) -> (%a) {}
        graph @b(%a: f32[2]) -> (%b) {
          %s = const [1, 2] : i32[2]
          %b = reshape(%a, %s)
        }
        %y = if(%c, %x) {then = @a, else = @b}
        """, .subgraphMismatch, "'@a' gives f32[2] and '@b' f32[1,2]"),
      Refusal(
        "%c: bool[], %x: f32[2]", "%y = if(%c, %x) {then = @a, else = @a}", .subgraphMismatch,
        "there is no subgraph '@a'"),
    ],
    int8Steps: nil)
}
