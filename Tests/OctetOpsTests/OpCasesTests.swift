import Foundation
import OctetDiagnostics
import OctetFiles
import OctetIR
import OctetImport
import OctetOps
import OctetQuantize
import OctetRuntime
import OctetSchema
import OctetTFLite
import OctetTestSupport
import Testing

/// Walks the catalogue and every operator's cases: a new operator fails here until it has all its parts.
@Suite struct OpCasesTests {
  func graph(_ inputs: String, _ body: String) throws -> Graph {
    try Graph(
      parsing: "octet-ir 1\ngraph @main(\(inputs)) -> (%y) {\n\(body)\n}",
      makeOp: OpCatalog.makeOp)
  }

  static let answers = OpCases.all.flatMap { $0.answers }

  @Test func everyOperatorHasCases() {
    #expect(OpCases.all.map { $0.op } == OpCatalog.all.map { $0.name })
    #expect(Set(OpCatalog.all.map { $0.builtin }).count == OpCatalog.all.count)
    #expect(OpCases.all.allSatisfy { !$0.refusals.isEmpty })
  }

  /// The catalogue claims the types that the answers show, and no others.
  @Test(arguments: OpCases.all) func everyClaimedTypeHasAnAnswer(_ cases: OpCases) throws {
    let entry = try #require(OpCatalog.entry(named: cases.op))
    var shown: Set<ElementType> = []
    for answer in cases.answers {
      let graph = try graph(answer.inputs, answer.body)
      for id in graph.inputs + graph.outputs { shown.insert(graph[id].type.element) }
    }
    #expect(shown == Set(entry.types))
    #expect(!entry.summary.isEmpty)
  }

  @Test(arguments: OpCatalog.all.map { $0.name }) func mappingOrReason(_ name: String) {
    let isMapped = OpMapping.all.contains { $0.makes.contains(name) }
    let reason = OpCatalog.entry(named: name)?.notImported
    #expect(isMapped != (reason != nil), "a mapping or a reason, not both")
  }

  /// Runs the graph on real numbers or codes, of complex ones both parts; memory is poisoned first, so that every element counts.
  func run(_ graph: Graph, _ values: [[Double]]) throws -> [Double] {
    let prepared = try PreparedGraph(graph, log: DiagnosticLog())
    for view in prepared.outputs where !view.isConstant {
      for i in 0..<(view.type.byteCount ?? 0) { view.uint8[i] = 0xA5 }
    }
    for (view, numbers) in zip(prepared.inputs, values) {
      try #require(view.count * (view.element == .complex64 ? 2 : 1) == numbers.count)
      for (i, number) in numbers.enumerated() {
        switch view.element {
        case .float32, .complex64: view.elements(Float.self)[i] = Float(number)
        case .float16: view.elements(UInt16.self)[i] = Float(number).half
        case .int8: view.int8[i] = Int8(number)
        case .uint8, .bool: view.uint8[i] = UInt8(number)
        case .int16: view.int16[i] = Int16(number)
        case .int64: view.elements(Int64.self)[i] = Int64(number)
        default: view.int32[i] = Int32(number)
        }
      }
    }
    prepared.invoke()
    try prepared.requireSoundRun()
    let view = prepared.outputs[0]
    return (0..<view.count * (view.element == .complex64 ? 2 : 1)).map { i in
      switch view.element {
      case .float32, .complex64: Double(view.elements(Float.self)[i])
      case .int8: Double(view.int8[i])
      case .uint8, .bool: Double(view.uint8[i])
      case .int16: Double(view.int16[i])
      case .int64: Double(view.elements(Int64.self)[i])
      default: Double(view.int32[i])
      }
    }
  }

  @Test(arguments: answers) func answer(_ answer: OpCases.Answer) throws {
    let graph = try graph(answer.inputs, answer.body)
    let log = DiagnosticLog()
    try #require(graph.verify(into: log), "\(log.diagnostics)")
    #expect(graph[graph.outputs[0]].type.text == answer.type)
    let found = try run(graph, answer.values)
    try #require(found.count == answer.result.count)
    for (a, b) in zip(found, answer.result) where a != b {
      #expect(
        abs(a - b) <= (["f32", "c64"].contains(answer.type.prefix(3)) ? 1e-6 * max(1, abs(b)) : 0),
        "\(found)")
    }
  }

  /// Constants as inputs take the reference's path where a kernel needs to know them: the same answers.
  @Test(arguments: answers) func answerWithoutConstants(_ answer: OpCases.Answer) throws {
    var graph = try graph(answer.inputs, answer.body)
    var values = answer.values
    let node = try #require(graph.nodes.last)
    guard case .int8(let rule) = node.op.quantization else { return }
    for (index, input) in node.inputs.enumerated() {
      guard let input, let storage = graph[input].constant, rule.input(index) != .index else {
        continue
      }
      switch graph[input].type.element {
      case .float32: values.append(storage.array(of: Float.self).map { Double($0) })
      case .int8: values.append(storage.array(of: Int8.self).map { Double($0) })
      case .uint8: values.append(storage.array(of: UInt8.self).map { Double($0) })
      case .int16: values.append(storage.array(of: Int16.self).map { Double($0) })
      case .int64: values.append(storage.array(of: Int64.self).map { Double($0) })
      default: values.append(storage.array(of: Int32.self).map { Double($0) })
      }
      graph[input].constant = nil
      graph.inputs.append(input)
    }
    let found = try run(graph, values)
    for (a, b) in zip(found, answer.result) {
      #expect(
        abs(a - b) <= (["f32", "c64"].contains(answer.type.prefix(3)) ? 1e-6 * max(1, abs(b)) : 0),
        "\(found)")
    }
  }

  @Test(arguments: OpCases.all.flatMap { $0.inferences })
  func inference(_ inference: OpCases.Inference) throws {
    let graph = try graph(inference.inputs, inference.body)
    #expect(graph[graph.outputs[0]].type.text == inference.type)
  }

  @Test(arguments: OpCases.all.flatMap { $0.refusals })
  func refusal(_ refusal: OpCases.Refusal) throws {
    let error = try #require(throws: Diagnostic.self) {
      _ = try graph(refusal.inputs, refusal.body)
    }
    #expect(error.code == refusal.code)
    #expect(error.message == refusal.message)
  }

  /// Text IR and TFLite give back the operator with its attributes.
  @Test(arguments: answers) func roundTrips(_ answer: OpCases.Answer) throws {
    let graph = try graph(answer.inputs, answer.body)
    let printed = GraphPrinter().print(graph)
    #expect(GraphPrinter().print(try Graph(parsing: printed, makeOp: OpCatalog.makeOp)) == printed)
    let folder = try Sample.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "m.tflite").path()
    let log = DiagnosticLog()
    let bytes = try TFLiteWriter.write(TFLiteModel(graph: graph), log: log)
      .withUnsafeBytes { Array($0) }
    try Data(bytes).write(to: URL(filePath: path))
    let again = try TFLiteReader.read(try MappedFile(path), log: log).graph
    #expect(again.verify(into: log) && log.diagnostics.isEmpty, "\(log.diagnostics)")
    let (before, after) = (try #require(graph.nodes.last), try #require(again.nodes.last))
    #expect(after.op.attributes == before.op.attributes)
    #expect(try run(again, answer.values) == run(graph, answer.values))
  }

  /// The int8 form of graphs with one float input, or inputs of one batch, with ranges measured on the answer's own numbers, is near the float one.
  @Test(arguments: OpCases.all) func int8IsNearFloat(_ cases: OpCases) throws {
    guard let steps = cases.int8Steps else { return }
    for answer in cases.answers where answer.type.hasPrefix("f32") {
      let float = try graph(answer.inputs, answer.body)
      if float.values.contains(where: { $0.type.isQuantized }) { continue }
      let log = DiagnosticLog()
      let batches = Set(float.inputs.map { float[$0].type.shape.extents?.first })
      guard batches.count == 1, batches.first != .some(nil) else { continue }
      let calibrator = OneSample(
        zip(float.inputs, answer.values).map { id, values in
          Tensor(float[id].type.shape.extents ?? [], values.map { Float($0) })
        })
      let table = try Calibration(float, log: log).run(calibrator, preprocessing: "") { _ in }
      let quantized = try Quantizer.quantize(
        float, table, QuantizerOptions(inputType: .float32, outputType: .float32), log: log)
      let found = try run(quantized, answer.values)
      let inner = try #require(quantized.nodes.dropLast().last?.outputs.first)
      let scale = Double(try #require(quantized[inner].type.quantization).scale)
      for (a, b) in zip(found, answer.result) {
        #expect(abs(a - b) <= (steps + 1e-3) * scale, "\(answer.body): \(found), step \(scale)")
      }
    }
  }

  private final class OneSample: Calibrator {
    let algorithm = CalibrationAlgorithm.minMax
    let batchSize = 64
    private var tensors: [Tensor]?

    init(_ tensors: [Tensor]) { self.tensors = tensors }

    func nextBatch(_ names: [String]) throws(Diagnostic) -> [Tensor]? {
      defer { tensors = nil }
      return tensors
    }

    func readCache() throws(Diagnostic) -> CalibrationTable? { nil }

    func writeCache(_ table: CalibrationTable) throws(Diagnostic) {}
  }
}
