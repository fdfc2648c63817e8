import OctetDiagnostics
import OctetIR
import OctetOps
import OctetQuantize
import Testing

/// What the quantizer makes of ranges that quantization-aware training has found.
@Suite struct TrainedRangeTests {
  let log = DiagnosticLog()

  func quantized(
    _ body: String, inputs: String = "%x: f32[1,4,4,1]", outputs: String = "%y",
    ranges: [String: (Float, Float)] = [:]
  ) throws -> Graph {
    let graph = try Graph(
      parsing: "octet-ir 1\ngraph @main(\(inputs)) -> (\(outputs)) {\n\(body)\n}",
      makeOp: OpCatalog.makeOp)
    let table = CalibrationTable(
      algorithm: "min-max", model: GraphHash(), preprocessing: "", samples: 0,
      entries: ranges.map { ($0.key, CalibrationTable.Range(low: $0.value.0, high: $0.value.1)) })
    return try Quantizer.quantize(graph, table, inputType: .int8, outputType: .int8, log: log)
  }

  func scale(_ name: String, _ graph: Graph) throws -> Quantization {
    let value = try #require(graph.values.first { $0.name == name }, "no value \(name)")
    return try #require(value.type.quantization)
  }

  func names(_ graph: Graph) -> [String] { graph.nodes.map { $0.op.name } }

  let steps = Quantization(scale: 0.5, zeroPoint: 0)

  /// All that rounds is gone; what rounds behind a pool and a reshape gives its range to the sum before them.
  @Test func rangesReachWhatMakesTheCodes() throws {
    let result = try quantized(
      """
        %q = fake_quant(%x) {low = -64, high = 63.5}
        %s = add(%q, %q)
        %m = max_pool_2d(%s) {filter = [2, 2], stride = [2, 2], padding = valid}
        %z = const [1, 4] : i32[2]
        %r = reshape(%m, %z) {shape = [1, 4]}
        %y = fake_quant(%r) {low = -64, high = 191}
      """)
    #expect(names(result) == ["add", "max_pool_2d", "reshape"])
    #expect(try scale("x", result) == steps)
    let sum = Quantization(scale: 1, zeroPoint: -64)
    for name in ["s", "m", "y"] { #expect(try scale(name, result) == sum) }
    #expect(log.diagnostics.map { $0.code } == [.trainedRanges])
    #expect(
      log.diagnostics.first?.message
        == "quantization-aware training gives the ranges of 4 tensors")
  }

  /// A tensor that is rounded twice has the first range; the second takes an operator, and so does the softmax's fixed
  /// one.
  @Test func unlikeRangesAreRequantized() throws {
    let result = try quantized(
      """
        %q = fake_quant(%x) {low = -64, high = 63.5}
        %m = max_pool_2d(%q) {filter = [2, 2], stride = [2, 2], padding = valid}
        %n = fake_quant(%m) {low = -128, high = 127}
        %t = softmax(%q) {beta = 1}
        %y = fake_quant(%t) {low = 0, high = 0.5}
      """, outputs: "%n, %y")
    #expect(names(result) == ["max_pool_2d", "quantize", "softmax", "quantize"])
    #expect(try scale("m", result) == steps)
    #expect(try scale("n", result) == Quantization(scale: 1, zeroPoint: 0))
    #expect(try scale("y", result) == Quantization(scale: 0.5 / 255, zeroPoint: -128))
  }

  /// An input that is an output too keeps both names.
  @Test func namesOfTheModelStay() throws {
    let result = try quantized("%y = fake_quant(%x) {low = -64, high = 63.5}")
    #expect(names(result) == ["quantize"])
    #expect(
      result.inputs.map { result[$0].name } + result.outputs.map { result[$0].name } == ["x", "y"])
  }

  @Test func fewerBitsDivideTheSameRange() throws {
    let result = try quantized(
      """
        %q = fake_quant(%x) {low = -8, high = 7, bits = 4}
        %y = max_pool_2d(%q) {filter = [2, 2], stride = [2, 2], padding = valid}
      """)
    #expect(try scale("y", result) == Quantization(scale: 15 / 255, zeroPoint: 8))
    #expect(log.diagnostics.last?.notes.first?.hasPrefix("1 of them had other") == true)
  }

  /// Training wins over a table, which gives what is left; without one that is missing.
  @Test func theRestIsMeasured() throws {
    let body = """
        %q = fake_quant(%x) {low = -64, high = 63.5}
        %s = add(%q, %q)
        %t = mul(%s, %s)
        %y = fake_quant(%t) {low = 0, high = 255}
      """
    let result = try quantized(body, ranges: ["x": (-1, 1), "q": (-1, 1), "s": (-256, 254)])
    #expect(try scale("x", result) == steps)
    #expect(try scale("s", result) == Quantization(scale: 2, zeroPoint: 0))
    #expect(throws: DiagnosticFailure.self) { try quantized(body) }
    let problem = try #require(log.diagnostics.last)
    #expect(problem.code == .missingRange && problem.tensors == ["s: f32[1,4,4,1]"])
    #expect(problem.message == "training gives no range for 1 tensor")
    #expect(problem.helps.first?.arguments == ["--calibration-data", "DATA"])
  }

  /// What is joined behind a rounding takes up its range; what joins rounded tensors has one that holds them.
  @Test func joinedTensors() throws {
    let result = try quantized(
      """
        %q = fake_quant(%x) {low = -64, high = 63.5}
        %a = add(%q, %q)
        %j = concatenation(%a, %q) {axis = 3}
        %k = fake_quant(%j) {low = -128, high = 127}
        %y = concatenation(%q, %k) {axis = 3}
      """)
    #expect(try scale("a", result) == Quantization(scale: 1, zeroPoint: 0))
    #expect(try scale("y", result) == Quantization(scale: 1, zeroPoint: 0))
    #expect(
      names(result) == ["add", "quantize", "concatenation", "quantize", "concatenation"])
  }

  /// Codes of weights are what training has rounded them to, where these are codes of int8.
  @Test(
    arguments: [
      ("[-64, 3.5, 10]", "{0.5:0}", [-127, 7, 20], Quantization(scale: 0.5, zeroPoint: 0)),
      (
        "[2, 3.5, 0]", "{axis 0: 1.0:0, 0.5:0, 0.25:0}", [2, 7, 0],
        Quantization(scales: [1, 0.5, 0.25], axis: 0)
      ),
      // More than int8 has, and between the steps: a range of their own.
      (
        "[127, 63.5, 254]", "{0.5:0}", [127, 127, 127], Quantization(scales: [1, 0.5, 2], axis: 0)
      ),
      ("[127, 63.3, 254]", "{1.0:0}", [127, 127, 127], nil),
    ] as [(String, String, [Int8], Quantization?)])
  func weights(
    _ values: String, _ scales: String, _ codes: [Int8], _ expected: Quantization?
  ) throws {
    let result = try quantized(
      """
        %q = fake_quant(%x) {low = -64, high = 63.5}
        %w = const \(values) : f32[3,1,1,1]\(scales)
        %c = conv_2d(%q, %w, _) {padding = valid}
        %y = fake_quant(%c) {low = -128, high = 127}
      """)
    let weights = try #require(result.values.first { $0.name == "w" })
    #expect(weights.constant?.array(of: Int8.self) == codes)
    if let expected { #expect(weights.type.quantization == expected) }
  }
}
