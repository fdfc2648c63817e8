import OctetDiagnostics

extension OpCases {
  /// Halves a number as long as it is more than one.
  private static let halving = """
    graph @isLarge(%a: f32[1]) -> (%t) {
      %one = const [1] : f32[1]
      %t = greater(%a, %one)
    }
    graph @halve(%a: f32[1]) -> (%b) {
      %half = const [0.5] : f32[1]
      %b = mul(%a, %half)
    }

    """

  static let `while` = OpCases(
    "while",
    answers: [
      Answer(
        "%x: f32[1]", halving + "%y = while(%x) {condition = @isLarge, body = @halve} : f32[1]",
        [[10]], gives: "f32[1]", [0.625]),
      // No turn.
      Answer(
        "%x: f32[1]", halving + "%y = while(%x) {condition = @isLarge, body = @halve} : f32[1]",
        [[1]], gives: "f32[1]", [1]),
      // Fibonacci's numbers: the variables change places.
      Answer(
        "%y0: i32[], %x: i32[], %n: i32[]",
        """
        graph @isPositive(%a: i32[], %b: i32[], %n: i32[]) -> (%t) {
          %zero = const [0] : i32[]
          %t = greater(%n, %zero)
        }
        graph @next(%a: i32[], %b: i32[], %n: i32[]) -> (%b, %c, %m) {
          %c = add(%a, %b)
          %one = const [1] : i32[]
          %m = sub(%n, %one)
        }
        %y, %z, %m = while(%y0, %x, %n) {condition = @isPositive, body = @next} : i32[], i32[], i32[]
        """, [[0], [1], [10]], gives: "i32[]", [55]),
      // A body's list is written where it lies, and the condition leaves what it reads as it is.
      Answer(
        "%x: f32[3], %i: i32[1]",
        """
        graph @isFree(%l: f32[3], %i: i32[1]) -> (%t) {
          %zero = const [0] : f32[1]
          %u = dynamic_update_slice(%l, %zero, %i)
          %end = const [3] : i32[1]
          %t = less(%i, %end)
        }
        graph @fill(%l: f32[3], %i: i32[1]) -> (%m, %j) {
          %f = cast(%i) {to = float32}
          %m = dynamic_update_slice(%l, %f, %i)
          %one = const [1] : i32[1]
          %j = add(%i, %one)
        }
        %y, %j = while(%x, %i) {condition = @isFree, body = @fill} : f32[3], i32[1]
        """, [[7, 7, 7], [1]], gives: "f32[3]", [7, 1, 2]),
      // Nested: for each count from n on down, as many more are added.
      Answer(
        "%n: i32[], %x: i32[]",
        """
        graph @isPositive(%n: i32[], %s: i32[]) -> (%t) {
          %zero = const [0] : i32[]
          %t = greater(%n, %zero)
        }
        graph @outer(%n: i32[], %s: i32[]) -> (%m, %u) {
          graph @isPositive(%n: i32[], %s: i32[]) -> (%t) {
            %zero = const [0] : i32[]
            %t = greater(%n, %zero)
          }
          graph @count(%n: i32[], %s: i32[]) -> (%m, %u) {
            %one = const [1] : i32[]
            %m = sub(%n, %one)
            %u = add(%s, %one)
          }
          %z, %u = while(%n, %s) {condition = @isPositive, body = @count} : i32[], i32[]
          %one = const [1] : i32[]
          %m = sub(%n, %one)
        }
        %z, %y = while(%n, %x) {condition = @isPositive, body = @outer} : i32[], i32[]
        """, [[4], [0]], gives: "i32[]", [10]),
      Answer(
        "%x: bool[1]",
        """
        graph @self(%a: bool[1]) -> (%a) {
        }
        graph @not(%a: bool[1]) -> (%b) {
          %b = logical_not(%a)
        }
        %y = while(%x) {condition = @self, body = @not} : bool[1]
        """, [[1]], gives: "bool[1]", [0]),
    ],
    refusals: [
      Refusal(
        "%x: f32[1]", halving + "%y = while(%x) {condition = @halve, body = @halve}",
        .subgraphMismatch, "condition '@halve' must give one bool"),
      Refusal(
        "%x: f32[1]", halving + "%y = while(%x) {condition = @isLarge, body = @isLarge}",
        .subgraphMismatch,
        "body '@isLarge' turns loop variable 0 from f32[1] into bool[1]"),
      Refusal(
        "%x: f32[2]", halving + "%y = while(%x) {condition = @isLarge, body = @halve}",
        .subgraphMismatch, "'@isLarge' takes 'a' as f32[1], and is given f32[2]"),
      Refusal(
        "%x: f32[1]", halving + "%y = while(%x) {condition = @isLarge, body = @half}",
        .subgraphMismatch, "there is no subgraph '@half'"),
    ], int8Steps: nil)
}
