import OctetDiagnostics
import OctetIR
import OctetOps
import OctetQuantize
import Testing

@Suite struct GivenRangesTests {
  @Test func theThreeForms() throws {
    let json = try GivenRanges(
      parsing: """
        {"a": [-1, 2.5],
         "b \\"\\u00e9\\ud83d\\ude00": {"max": 4, "min": -3e0}, "c": [-0.5, 0.5]}
        """)
    #expect(json.entries.map { $0.name } == ["a", "b \"é😀", "c"])
    #expect(
      json.entries.map { $0.range } == [
        .init(low: -1, high: 2.5), .init(low: -3, high: 4), .symmetric(scale: 0.5 / 127),
      ])
    let text = try GivenRanges(parsing: "a: 1.27\r\nb:0: 2.54\nc d 12.7\n")
    #expect(text.entries.map { $0.name } == ["a", "b:0", "c d"])
    #expect(text.entries.map { $0.range.quantization.scale } == [0.01, 0.02, 12.7 / 127])
    #expect(text.entries.allSatisfy { $0.range.isSymmetric })
    #expect(try GivenRanges(parsing: "{}").entries.isEmpty)
    #expect(try GivenRanges(parsing: "").entries.isEmpty)
  }

  @Test(arguments: [
    ("a: 1\nb: x\nc: -1\nd: 0\ne: inf\nf: nan\na: 1\nalone", 2, 6),
    ("{\"a\": [0, 1],\n\"a\": [0, 1], \"b\": [1], \"c\": [1, 0], \"d\": {\"min\": 0}}", nil, 3),
    ("{\"a\": [0, 1e39], \"b\": [0, 1, 2], \"c\": 1, \"d\": {\"min\": 0, \"mx\": 1}}", nil, 3),
    ("{\"a\": [0, 1]", 1, 0), ("{\"a\": [0, 1],\n\n}", 3, 0), ("{\"a\": [0,\n nan]}", 2, 0),
    ("{\"a\": [0, 0x1p0]}", 1, 0), ("{\"a\n\": [0, 1]}", 1, 0), ("{\"\\ud83d\": [0, 1]}", 1, 0),
    ("{\"a\": [0, 1]} x", 1, 0), ("{\"a\": " + String(repeating: "[", count: 100_000), 1, 0),
  ])
  func allThatIsWrongIsNamed(_ text: String, _ line: Int?, _ others: Int) throws {
    let error = try #require(throws: Diagnostic.self) { _ = try GivenRanges(parsing: text) }
    #expect(error.code == .invalidTable)
    #expect(error.location?.line == line)
    #expect(error.notes.count == others, "\(error.message) \(error.notes)")
  }

  @Test func theyComeBeforeTheTable() throws {
    let graph = try Graph(
      parsing: """
        octet-ir 1
        graph @main(%x: f32[1,4,4,1]) -> (%s) {
          %y = leaky_relu(%x) {alpha = 0.5}
          %p = max_pool_2d(%y) {filter = [2, 2], stride = [2, 2], padding = valid}
          %f = reshape(%p) {shape = [1, 4]}
          %s = softmax(%f)
        }
        """, makeOp: OpCatalog.makeOp)
    var table = CalibrationTable(
      algorithm: "min-max", model: graph.contentHash, preprocessing: "", samples: 1,
      entries: [("x", .init(low: -1, high: 1)), ("p", .init(low: -1, high: 1))])
    let log = DiagnosticLog()
    var given = try GivenRanges(
      parsing: #"{"x": [0, 255], "y": [-1, 1], "p": [0, 9], "s": [0, 9]}"#)
    try table.take(given, of: graph, log: log)
    #expect(
      log.diagnostics.first?.notes == [
        "'p' has the codes of 'y'", "'s' has a scale that TFLite fixes",
      ])
    #expect(log.diagnostics.first?.message == "2 given ranges have no effect")
    let result = try Quantizer.quantize(
      graph, table, inputType: .int8, outputType: .int8, log: log)
    let quantizations = result.values.compactMap { $0.type.quantization }
    #expect(quantizations[0] == Quantization(scale: 1, zeroPoint: -128))
    #expect(quantizations[1] == Quantization(scale: 1 / 127, zeroPoint: 0))
    #expect(quantizations[2] == quantizations[1])
    given = try GivenRanges(parsing: "yy: 1\nz: 2")
    #expect(throws: DiagnosticFailure.self) { try table.take(given, of: graph, log: log) }
    let errors = log.diagnostics.filter { $0.severity == .error }
    #expect(
      errors.map { $0.message } == ["the model has no tensor 'yy'", "the model has no tensor 'z'"])
    #expect(errors.first?.helps.first?.text == "did you mean 'y'?")
  }
}
