import OctetDiagnostics
import OctetIR
import OctetImport
import Testing

/// The text format, seen through the nets it describes: inputs whose shapes must come out right.
@Suite struct PrototxtTests {
  /// The extents of the only input; nil when the text is refused.
  func extents(_ text: String) throws -> [Int]? {
    let (result, _) = try NetFixture(.caffe, text).read()
    return result.flatMap { $0.graph[$0.graph.inputs[0]].type.shape.extents }
  }

  @Test(arguments: [
    "input: \"x\" input_shape { dim: 1 dim: 6 }",
    "# a comment\ninput: 'x' # another\ninput_shape: { dim: 1 dim: 6 }",
    "input: \"x\" input_shape < dim: 1 dim: 6 >",
    "input: \"x\" input_shape: < dim: 1, dim: 6, >;",
    "input: \"x\", input_shape { dim: [1, 6] };",
    "input: \"x\" input_shape { dim: [] dim: 1 dim: 6 }",
    "input: \"x\" input_shape [{ dim: 1 dim: 6 }]",
    "input: [\"x\"] input_shape: [{ dim: [1 6] }]",
    "input: \"\\x78\" input_shape { dim: 0x1 dim: 0X6 }",
    "input: '\\170' input_shape { dim: 01 dim: 06 }",
    "input: \"\" 'x' \"\" input_shape { dim: 1.0 dim: 6f }",
    "input: \"x\" input_shape { dim: 1e+0 dim: 0.6e1 }",
    "\u{FEFF}input: \"x\"\r\ninput_shape {\r\n\tdim: 1\r\n\tdim: 6\r\n}\r\n",
    "input:\"x\"input_shape{dim:1 dim:6}",
    "input: \"x\"\rinput_shape {\r dim: 1\r dim: 6\r}\r",
  ])
  func accepted(_ text: String) throws {
    let (result, log) = try NetFixture(.caffe, text).read()
    let graph = try #require(result?.graph, "\(log.diagnostics)")
    #expect(graph[graph.inputs[0]].name == "x")
    #expect(graph[graph.inputs[0]].type.shape.extents == [1, 6])
    #expect(log.diagnostics.isEmpty)
  }

  @Test(arguments: [
    ("\\n", "\n"), ("\\t", "\t"), ("\\r", "\r"), ("\\\\", "\\"), ("\\'", "'"), ("\\\"", "\""),
    ("\\x41g", "Ag"), ("\\1018", "A8"), ("\\?", "?"),
    ("\\a\\b\\f\\v", "\u{7}\u{8}\u{C}\u{B}"), ("größe", "größe"), ("#", "#"),
  ])
  func escapes(_ written: String, _ meant: String) throws {
    let (result, _) = try NetFixture(.caffe, "input: \"\(written)\" input_shape { dim: 1 dim: 2 }")
      .read()
    let graph = try #require(result?.graph)
    #expect(graph[graph.inputs[0]].name == meant)
  }

  /// A number is whole if its value is, whatever its spelling; infinity never is.
  @Test(arguments: ["inf", "-inf", "nan", "Infinity", "1.5", "-nan", "1e400", "true", "six"])
  func numbersThatAreNoExtent(_ number: String) throws {
    let text = "input: \"x\"\ninput_shape {\n dim: 1\n dim: \(number) }"
    let problem = try NetFixture(.caffe, text).only(.unsupportedParameter)
    #expect(problem.message == "'dim' must be a whole number")
    #expect(problem.location?.line == 4)
  }

  static let endOfMessage = "expected a field's name or a closing bracket, found "

  @Test(arguments: [
    ("layer {\n name: \"a\"\n", 3, Self.endOfMessage + "the end of the file"),
    ("layer {\n name: \"a\n}", 2, "a string has no end on its line"),
    ("layer {\n name: \"a\\\n\"\n}", 2, "a string has no end on its line"),
    ("name: 'a\"\n", 1, "a string has no end on its line"),
    ("layer <\n name: 'a'\n}", 3, Self.endOfMessage + "'}'"),
    ("}", 1, "expected a field's name, found '}'"),
    ("a: 1\n\n: 2", 3, "expected a field's name, found ':'"),
    ("a: 1\nb\n2", 3, "expected ':' or '{', found '2'"),
    ("a: 1\nb: \n", 3, "expected a value, found the end of the file"),
    ("a: [1, 2\n\n", 3, "expected a value, found the end of the file"),
    ("# 1\n# 2\na: 1x", 3, "'1x' is not a number"),
    ("a: 0xZZ", 1, "'0xZZ' is not a number"),
    ("a: --1", 1, "'--1' is not a number"),
    ("\r\n\r\na: \u{1}", 3, "a byte 1 is not text"),
    ("# one\n// two\na: 1", 2, "expected a field's name, found '/'"),
    ("a: 1\r\rb: {\r: 2 }", 4, Self.endOfMessage + "':'"),
    ("# one\ra: 1\r", 1, "a comment's line ends with a carriage return and no line feed"),
    ("a: -\nb: 1", 1, "'-' is not a number"),
    ("a {\n \"b\": 1 }", 2, Self.endOfMessage + "\"b\""),
  ])
  func refused(_ text: String, _ line: Int, _ message: String) throws {
    let problem = try NetFixture(.caffe, text).only(.textSyntax)
    #expect(problem.message == message)
    #expect(problem.location?.line == line)
    #expect(problem.location?.file?.hasSuffix("net.prototxt") == true)
  }

  /// After an error reading goes on with the next line of the same message.
  @Test func severalErrors() throws {
    let text = """
      layer { name: "a }
      layer { name: 'b' type: 1x
        top: 'c'
        param { lr_mult: } bottom: 'x'
      }
      name 'net'
      layer { name: 'd' }
      }
      """
    let all = try NetFixture(.caffe, text).diagnostics()
    #expect(all.map { $0.code } == [DiagnosticCode](repeating: .textSyntax, count: all.count))
    #expect(all.map { $0.location?.line } == [1, 2, 4, 6])
    let many = String(repeating: "a b\n", count: 100)
    #expect(try NetFixture(.caffe, many).diagnostics().count == 20)
  }

  @Test func nestingIsLimited() throws {
    func nested(_ depth: Int) -> String {
      "input: \"x\" input_shape { dim: 1 dim: 2 } "
        + String(repeating: "a {", count: depth) + String(repeating: "}", count: depth)
    }
    #expect(try extents(nested(64)) == [1, 2])
    #expect(
      try NetFixture(.caffe, nested(65)).only(.textSyntax).message
        == "messages are nested more than 64 deep")
    #expect(try extents(nested(100_000)) == nil)
  }
}
