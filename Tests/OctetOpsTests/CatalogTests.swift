import OctetDiagnostics
import OctetIR
import OctetImport
import OctetOps
import OctetRuntime
import Testing

/// Walks the catalogue: a new operator fails here until it has all its parts.
@Suite struct CatalogTests {
  /// One float or int8 node of each operator.
  static let examples: [String: String] = [
    "add": "%y = add(%x, %x) {activation = relu6}",
    "average_pool_2d":
      "%y = average_pool_2d(%x) {filter = [2, 3], stride = [1, 2], padding = same}",
    "concatenation": "%y = concatenation(%x, %x) {axis = -1}",
    "conv_2d": """
    %w = const random 1 : f32[5,3,3,2]
    %y = conv_2d(%x, %w, _) {padding = same, stride = [2, 1], dilation = [1, 2], activation = relu1}
    """,
    "depthwise_conv_2d": """
    %w = const random 1 : f32[1,3,3,4]
    %y = depthwise_conv_2d(%x, %w, _) {depth_multiplier = 2, padding = valid}
    """,
    "dequantize": "%q = quantize(%x) : i8[1,4,4,2]{0.5:0}\n%y = dequantize(%q)",
    "fully_connected": """
    %w = const random 1 : f32[3,2]
    %y = fully_connected(%x, %w, _) {keep_dimensions = true}
    """,
    "leaky_relu": "%y = leaky_relu(%x) {alpha = 0.25}",
    "logistic": "%y = logistic(%x)",
    "max_pool_2d": "%y = max_pool_2d(%x) {filter = [2, 2], stride = [2, 2], padding = valid}",
    "maximum": "%y = maximum(%x, %x)",
    "mul": "%c = const [2, 3] : f32[2]\n%y = mul(%x, %c)",
    "pad": "%p = const [0, 0, 1, 2, 0, 1, 0, 0] : i32[4,2]\n%y = pad(%x, %p)",
    "padv2": """
    %p = const [0, 0, 1, 2, 0, 1, 0, 0] : i32[4,2]
    %v = const [7] : f32[]
    %y = padv2(%x, %p, %v)
    """,
    "quantize": "%y = quantize(%x) {to = uint8} : u8[1,4,4,2]{0.5:3}",
    "relu": "%y = relu(%x)",
    "relu6": "%y = relu6(%x)",
    "reshape": "%s = const [2, -1] : i32[2]\n%y = reshape(%x, %s)",
    "softmax": "%y = softmax(%x) {beta = 0.5}",
    "tanh": "%y = tanh(%x)",
    "transpose": "%o = const [3, 0, 2, 1] : i32[4]\n%y = transpose(%x, %o)",
  ]

  @Test func everyOperatorHasAnExample() {
    #expect(Set(Self.examples.keys) == Set(OpCatalog.all.map { $0.name }))
    #expect(Set(OpCatalog.all.map { $0.builtin }).count == OpCatalog.all.count)
  }

  @Test(arguments: OpCatalog.all.map { $0.name })
  func parts(_ name: String) throws {
    let entry = try #require(OpCatalog.entry(named: name))
    let isMapped = OpMapping.all.contains { $0.makes.contains(name) }
    #expect(isMapped != (OpMapping.unmapped[name] != nil), "a mapping or a reason, not both")
    #expect(!entry.summary.isEmpty && !entry.types.isEmpty)
    let text = try #require(Self.examples[name])
    let graph = try Graph(
      parsing: "octet-ir 1\ngraph @main(%x: f32[1,4,4,2]) -> (%y) {\n\(text)\n}",
      makeOp: OpCatalog.makeOp)
    let log = DiagnosticLog()
    #expect(graph.verify(into: log), "\(log.diagnostics)")
    let printed = GraphPrinter().print(graph)
    #expect(
      GraphPrinter().print(try Graph(parsing: printed, makeOp: OpCatalog.makeOp)) == printed)
    let op = try #require(graph.nodes.last).op
    let again = try entry.parse(AttributeReader(op: name, op.attributes))
    #expect(again.attributes == op.attributes)
    #expect(OpCatalog.builtin(op) != nil)
    // Running it writes every element of the inferred shape.
    let prepared = try PreparedGraph(graph, log: log)
    let output = prepared.outputs[0]
    #expect(output.count == graph[graph.outputs[0]].type.shape.elementCount)
    prepared.invoke()
  }

  @Test(arguments: [
    ("%y = add(%x, %z)", "f32[1,4,4,3]", OctetDiagnostics.DiagnosticCode.shapeMismatch),
    ("%y = add(%x, %z)", "i8[1,4,4,2]", .typeMismatch),
    ("%y = conv_2d(%x, %z, _) {padding = valid}", "f32[5,3,3,3]", .shapeMismatch),
    ("%y = conv_2d(%x, %z, _) {padding = valid}", "f32[5,9,9,2]", .shapeMismatch),
    (
      "%y = conv_2d(%x, %z, _) {padding = valid, stride = [0, 1]}", "f32[5,3,3,2]",
      .invalidAttribute
    ),
    (
      "%y = depthwise_conv_2d(%x, %z, _) {depth_multiplier = 3, padding = same}", "f32[1,3,3,4]",
      .shapeMismatch
    ),
    ("%y = fully_connected(%x, %z, _)", "f32[3,5]", .shapeMismatch),
    ("%y = concatenation(%x, %z) {axis = 1}", "f32[1,4,3,2]", .shapeMismatch),
    ("%y = concatenation(%x, %z) {axis = 4}", "f32[1,4,4,2]", .invalidAttribute),
    ("%y = reshape(%x, %z)", "i32[1]", .unknownDimension),
    ("%y = reshape(%x) {shape = [5, 7]}", "f32[1]", .shapeMismatch),
    ("%y = reshape(%x) {shape = [-1, -1]}", "f32[1]", .invalidAttribute),
    ("%y = transpose(%x, %z)", "i32[4]", .unknownDimension),
    ("%o = const [0, 1, 1, 2] : i32[4]\n%y = transpose(%x, %o)", "f32[1]", .shapeMismatch),
    ("%p = const [0, 0] : i32[1,2]\n%y = pad(%x, %p)", "f32[1]", .shapeMismatch),
    (
      "%p = const [0, 0, -1, 0, 0, 0, 0, 0] : i32[4,2]\n%y = pad(%x, %p)", "f32[1]",
      .invalidAttribute
    ),
    (
      "%y = max_pool_2d(%x) {filter = [9, 9], stride = [1, 1], padding = valid}", "f32[1]",
      .shapeMismatch
    ),
    ("%y = softmax(%z)", "f32[]", .shapeMismatch),
    ("%y = softmax(%z)", "i32[3]", .typeMismatch),
    ("%y = dequantize(%x)", "f32[1]", .typeMismatch),
    ("%y = relu(%x, %z)", "f32[1]", .invalidGraph),
    ("%y = leaky_relu(%x)", "f32[1]", .invalidAttribute),
  ])
  func badOperandsAreDiagnosed(_ body: String, _ second: String, _ code: DiagnosticCode) throws {
    let text = "octet-ir 1\ngraph @main(%x: f32[1,4,4,2], %z: \(second)) -> (%y) {\n\(body)\n}"
    let error = try #require(throws: Diagnostic.self) {
      _ = try Graph(parsing: text, makeOp: OpCatalog.makeOp)
    }
    #expect(error.code == code)
  }
}

@Suite struct FixedPointTests {
  @Test func multipliers() {
    #expect(FixedPoint.quantize(1) == (1 << 30, 1))
    #expect(FixedPoint.quantize(0.5) == (1 << 30, 0))
    #expect(FixedPoint.quantize(0) == (0, 0))
    #expect(FixedPoint.quantize(.leastNonzeroMagnitude) == (0, 0))
    // The significand rounds up to 2^31 and is halved.
    #expect(FixedPoint.quantize(1 - 0x1p-40) == (1 << 30, 1))
  }

  @Test func roundings() {
    #expect(FixedPoint.roundingDivide(5, byPowerOfTwo: 1) == 3)
    #expect(FixedPoint.roundingDivide(-5, byPowerOfTwo: 1) == -3)
    #expect(FixedPoint.roundingDivide(-4, byPowerOfTwo: 3) == -1)
    #expect(FixedPoint.doublingHighMultiply(.min, .min) == .max)
    #expect(FixedPoint.doublingHighMultiply(1, 1 << 30) == 1)
    #expect(FixedPoint.doublingHighMultiply(-1, 1 << 30) == 0)
    #expect(FixedPoint.multiply(100, 1 << 30, 1) == 100)
  }

  @Test(arguments: [
    (WindowPadding.same, 5, 3, 2, [3, 1, 1]), (.same, 4, 3, 2, [2, 0, 1]),
    (.valid, 5, 3, 2, [2, 0, 0]),
  ])
  func windows(
    _ padding: WindowPadding, _ input: Int, _ window: Int, _ stride: Int, _ expected: [Int]
  ) throws {
    let span = try #require(padding.span(input: input, window: window, stride: stride))
    #expect([span.output, span.before, span.after] == expected)
  }

  @Test func windowsThatDoNotFit() {
    #expect(WindowPadding.valid.span(input: 2, window: 3, stride: 1) == nil)
    #expect(WindowPadding.same.span(input: 2, window: 3, stride: 0) == nil)
  }
}
