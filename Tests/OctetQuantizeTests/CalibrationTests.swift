import OctetDiagnostics
import OctetIR
import OctetKernels
import OctetOps
import OctetQuantize
import Testing

@Suite struct HistogramTests {
  func add(_ values: [Float], to histogram: inout Histogram) -> Bool {
    values.withUnsafeBufferPointer { histogram.add($0) }
  }

  @Test func orderAndChunksDoNotMatter() {
    var generator = SplitMix64(seed: 41)
    for _ in 0..<50 {
      var values = (0..<400).map { _ in generator.nextFloat() * Float(1 << (generator.next() % 12))
      }
      values += [0, 0, 0]
      var whole = Histogram()
      #expect(add(values, to: &whole))
      values.shuffle(using: &generator)
      var parts = Histogram()
      for start in stride(from: 0, to: values.count, by: 7) {
        #expect(add(Array(values[start..<min(start + 7, values.count)]), to: &parts))
      }
      #expect(whole == parts)
      #expect(whole.zeros + whole.bins.reduce(0, +) == values.count)
    }
  }

  @Test func threadsDoNotMatter() {
    var generator = SplitMix64(seed: 43)
    // More than one counter of 16 bits holds, in one bin and in several.
    var values = (0..<300_000).map { _ in generator.nextFloat() * 8 }
    for index in 0..<150_000 { values[2 * index] = -0.75 }
    for index in stride(from: 0, to: values.count, by: 1001) { values[index] = 0 }
    var one = Histogram()
    #expect(add(values, to: &one))
    #expect(one.zeros == 300)
    #expect((one.negatives.max() ?? 0) >= 149_850)
    #expect(one.zeros + one.bins.reduce(0, +) == values.count)
    for threads in 2...3 {
      let pool = WorkPool(threads: threads)
      var several = Histogram()
      #expect(values.withUnsafeBufferPointer { several.add($0, pool: pool) })
      #expect(several == one)
      let value = values[297_001]
      values[297_001] = .nan
      #expect(values.withUnsafeBufferPointer { !several.add($0, pool: pool) })
      #expect(several == one)
      values[297_001] = value
    }
  }

  @Test func valuesThatAreNotFiniteAreRefused() {
    var histogram = Histogram()
    #expect(!add([1, .nan], to: &histogram))
    #expect(!add([.infinity], to: &histogram))
    #expect(histogram == Histogram())
  }

  @Test func anOutlierIsClippedByEntropyOnly() {
    var generator = SplitMix64(seed: 42)
    var histogram = Histogram()
    // Triangular around 0, and one value far away.
    let values = (0..<100_000).map { _ in generator.nextFloat() + generator.nextFloat() }
    #expect(add(values + [40], to: &histogram))
    #expect(histogram.range(.minMax).high == 40)
    #expect(histogram.range(.entropy).high < 10)
    #expect(histogram.range(.entropy).high > 0.5)
  }

  @Test func aRangeAlwaysHoldsZero() {
    var histogram = Histogram()
    #expect(add([3, 4], to: &histogram))
    #expect(histogram.range(.minMax) == CalibrationTable.Range(low: 0, high: 4))
    #expect(Histogram().range(.entropy) == CalibrationTable.Range(low: 0, high: 0))
  }
}

/// Notes what calibration asks of it.
final class RecordingCalibrator: Calibrator {
  let algorithm = CalibrationAlgorithm.minMax
  var calls: [String] = []
  var batches: [[Tensor]]
  let cache: CalibrationTable?

  init(_ batches: [[Tensor]], cache: CalibrationTable? = nil) {
    self.batches = batches
    self.cache = cache
  }

  var batchSize: Int {
    calls.append("size")
    return 4
  }

  func nextBatch(_ names: [String]) throws(Diagnostic) -> [Tensor]? {
    calls.append("batch of \(names.joined(separator: ","))")
    return batches.isEmpty ? nil : batches.removeFirst()
  }

  func readCache() throws(Diagnostic) -> CalibrationTable? {
    calls.append("read")
    return cache
  }

  func writeCache(_ table: CalibrationTable) throws(Diagnostic) { calls.append("write") }
}

@Suite struct QuantizerTests {
  func graph(_ body: String) throws -> Graph {
    try Graph(parsing: "octet-ir 1\n" + body, makeOp: OpCatalog.makeOp)
  }

  func quantized(
    _ graph: Graph, _ ranges: [(String, Float, Float)], _ log: DiagnosticLog,
    input: InterfaceType = .int8, output: InterfaceType = .int8
  ) throws -> Graph {
    let table = CalibrationTable(
      algorithm: "min-max", model: GraphHash(), preprocessing: "", samples: 1,
      entries: ranges.map { ($0.0, CalibrationTable.Range(low: $0.1, high: $0.2)) })
    return try Quantizer.quantize(graph, table, inputType: input, outputType: output, log: log)
  }

  let relu = "graph @main(%x: f32[1,4]) -> (%y) {\n %y = relu(%x) : f32[1,4]\n}"

  @Test func theCalibratorIsAskedAsTensorRTAsks() throws {
    let calibrator = RecordingCalibrator([
      [Tensor([2, 4], [1, 2, 3, 4, -5, 0, 0, 0])], [Tensor([1, 4], [0, 0, 0, 9])],
    ])
    let table = try Calibration(try graph(relu), log: DiagnosticLog()).run(
      calibrator, preprocessing: ""
    ) { _ in }
    #expect(
      calibrator.calls == ["read", "size", "batch of x", "batch of x", "batch of x", "write"])
    #expect(table.samples == 3)
    #expect(table.range(of: "x") == .init(low: -5, high: 9))
    #expect(table.range(of: "y") == .init(low: 0, high: 9))
    let cached = RecordingCalibrator([], cache: table)
    _ = try Calibration(try graph(relu), log: DiagnosticLog()).run(cached, preprocessing: "") { _ in
    }
    #expect(cached.calls == ["read"])
  }

  @Test(arguments: [
    ([[Tensor]](), OctetDiagnostics.DiagnosticCode.noSamples),
    ([[Tensor([1, 5], [0, 0, 0, 0, 0])]], .sampleMismatch),
    ([[Tensor([5, 4], [Float](repeating: 0, count: 20))]], .sampleMismatch),
    ([[Tensor([1, 4], [0, .nan, 0, 0])]], .notFinite),
  ])
  func badSamplesAreDiagnosed(_ batches: [[Tensor]], _ code: DiagnosticCode) throws {
    let log = DiagnosticLog()
    _ = try? Calibration(try graph(relu), log: log).run(
      RecordingCalibrator(batches), preprocessing: ""
    ) { _ in }
    #expect(log.diagnostics.map { $0.code } == [code])
  }

  @Test func allMissingRangesAreListed() throws {
    let log = DiagnosticLog()
    _ = try? quantized(try graph(relu), [("z", 0, 1)], log)
    #expect(log.diagnostics.map { $0.code } == [.missingRange])
    #expect(log.diagnostics[0].tensors == ["x: f32[1,4]", "y: f32[1,4]"])
  }

  @Test func interfaceTypes() throws {
    for (type, element) in [(InterfaceType.uint8, ElementType.uint8), (.float32, .float32)] {
      let result = try quantized(
        try graph(relu), [("x", -1, 1), ("y", 0, 1)], DiagnosticLog(), input: type, output: type)
      #expect(result[result.inputs[0]].type.element == element)
      #expect(result[result.outputs[0]].type.element == element)
      #expect(result[result.inputs[0]].name == "x")
      #expect(result[result.outputs[0]].name == "y")
    }
  }

  @Test func aTinyWeightBesideABiasKeepsTheBiasInRange() throws {
    let log = DiagnosticLog()
    let result = try quantized(
      try graph(
        """
        graph @main(%x: f32[1,2,2,1]) -> (%y) {
          %w = const [1e-9, 0.5, 0.0] : f32[3,1,1,1]
          %b = const [100.0, 1.0, 2.0] : f32[3]
          %y = conv_2d(%x, %w, %b) {padding = valid} : f32[1,2,2,3]
        }
        """), [("x", 0, 1), ("y", 0, 101)], log)
    #expect(log.diagnostics.map { $0.code } == [.weightScaleRaised])
    let bias = try #require(result.nodes[0].inputs[2])
    let codes = try #require(result[bias].constant).array(of: Int32.self)
    let scales = try #require(result[bias].type.quantization).scales
    for (code, (scale, real)) in zip(codes, zip(scales, [100, 1, 2] as [Float])) {
      #expect(abs(Double(code) * Double(scale) - Double(real)) <= 1e-6 * Double(real))
    }
  }

  @Test func concatenationUnifiesOrRequantizes() throws {
    let result = try quantized(
      try graph(
        """
        graph @main(%x: f32[1,4]) -> (%y, %a) {
          %a = relu(%x) : f32[1,4]
          %b = leaky_relu(%x) {alpha = 0.5} : f32[1,4]
          %y = concatenation(%a, %b) {axis = 1} : f32[1,8]
        }
        """), [("x", -1, 1), ("a", 0, 1), ("b", -0.5, 1), ("y", -0.5, 1)], DiagnosticLog())
    // %b has no other reader and takes the joint scale; %a is an output and is requantized.
    #expect(result.nodes.map { $0.op.name } == ["relu", "leaky_relu", "quantize", "concatenation"])
    let joined = try #require(result.nodes.last)
    let scales = joined.inputs.compactMap { $0.map { result[$0].type.quantization } }
    #expect(scales.allSatisfy { $0 == result[joined.outputs[0]].type.quantization })
  }
}
