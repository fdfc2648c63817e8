import OctetDiagnostics

extension OpCases {
  private static let float = Answer(
    "%x: f32[2]",
    """
    graph @first() -> () {
      %v = var_handle() {container = "", variable = "a"}
      %c = const [7, 8] : f32[2]
      assign_variable(%v, %c)
    }
    call_once() {graph = @first}
    %h = var_handle() {container = "", variable = "a"}
    %before = read_variable(%h) {type = f32, extents = [2]}
    %sum = add(%before, %x)
    assign_variable(%h, %sum)
    %y = read_variable(%h) {type = f32, extents = [2]}
    """, [[1, -2]], gives: "f32[2]", [8, 6])

  /// What nothing has assigned is zero.
  private static let codes = Answer(
    "%x: i8[2]{0.5:3}",
    """
    %h = var_handle() {container = "", variable = "a"}
    %g = var_handle() {container = "", variable = "b"}
    %before = read_variable(%g) {type = i8, extents = [1]} : i8[1]{0.5:3}
    assign_variable(%h, %x)
    %a = read_variable(%h) {type = i8, extents = [2]} : i8[2]{0.5:3}
    %y = concatenation(%before, %a) {axis = 0} : i8[3]{0.5:3}
    """, [[-128, 127]], gives: "i8[3]", [0, -128, 127])

  static let assignVariable = OpCases(
    "assign_variable", answers: [float, codes],
    refusals: [
      Refusal(
        "%x: f32[2]", "assign_variable(%x, %x)\n%y = abs(%x)", .typeMismatch,
        "input 0 is float32, expected resource")
    ], int8Steps: nil)

  static let callOnce = OpCases(
    "call_once", answers: [float],
    refusals: [
      Refusal(
        "%x: f32[2]", "call_once() {graph = @first}\n%y = abs(%x)", .subgraphMismatch,
        "there is no subgraph '@first'"),
      Refusal(
        "%x: f32[2]",
        "graph @first(%z: f32[2]) -> (%z) {}\ncall_once() {graph = @first}\n%y = abs(%x)",
        .subgraphMismatch, "'@first' takes 1 values, not 0"),
    ], int8Steps: nil)

  static let readVariable = OpCases(
    "read_variable", answers: [float, codes],
    refusals: [
      Refusal(
        "%x: f32[2]", "%y = read_variable(%x) {type = f32, extents = [2]}", .typeMismatch,
        "input 0 is float32, expected resource")
    ], int8Steps: nil)

  static let varHandle = OpCases(
    "var_handle", answers: [float],
    refusals: [
      Refusal(
        "%x: f32[2]", "%h = var_handle(%x) {container = \"\", variable = \"a\"}\n%y = abs(%x)",
        .invalidGraph, "the operator takes 0 inputs, not 1")
    ], int8Steps: nil)
}
