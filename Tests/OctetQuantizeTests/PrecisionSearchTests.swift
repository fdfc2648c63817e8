import OctetDiagnostics
import OctetIR
import OctetOps
import OctetQuantize
import OctetRuntime
import Testing

/// Which layers become int16 for a target.
@Suite struct PrecisionSearchTests {
  let log = DiagnosticLog()
  let samples: [Tensor]
  let float: Graph
  let table: CalibrationTable

  /// Three dense layers; the second one's result has a channel a thousand times larger than the others, which the third one takes
  /// back.
  init() throws {
    func layer(_ seed: UInt64, scale: (Int) -> Float) -> String {
      var generator = SplitMix64(seed: seed)
      let rows = (0..<8).flatMap { row in
        (0..<8).map { column in generator.nextFloat() * scale(row == 0 ? -1 : column) }
      }
      return "[" + rows.map { "\($0)" }.joined(separator: ", ") + "] : f32[8,8]"
    }
    float = try Graph(
      parsing: """
        octet-ir 1
        graph @main(%x: f32[1,8]) -> (%c) {
          %u = const \(layer(1) { _ in 1 })
          %v = const \(layer(2) { $0 < 0 ? 1000 : 1 })
          %w = const \(layer(3) { $0 == 0 ? 0.001 : 1 })
          %a = fully_connected(%x, %u, _)
          %b = fully_connected(%a, %v, _)
          %l = leaky_relu(%b) {alpha = 0.5}
          %c = fully_connected(%l, %w, _)
        }
        """, makeOp: OpCatalog.makeOp)
    var generator = SplitMix64(seed: 7)
    samples = [Tensor([64, 8], (0..<64 * 8).map { _ in generator.nextFloat() })]
    table = try Calibration(float, log: log).run(Batch(samples), preprocessing: "") { _ in }
  }

  private final class Batch: Calibrator {
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

  func search(
    _ metric: TargetMetric, given: LayerTypes = LayerTypes()
  ) throws -> PrecisionSearch.Result {
    try PrecisionSearch(
      float, given: given,
      try TargetMeasure(metric, of: float, samples: samples, threads: 1, log: log), log: log,
      quantize: { layers throws(DiagnosticFailure) in
        var options = QuantizerOptions()
        options.layers = layers
        return try Quantizer.quantize(float, table, options, log: DiagnosticLog())
      }, finish: nil, progress: { _ in }
    ).run()
  }

  func elements(_ graph: Graph) -> [String] {
    graph.nodes.map { "\($0.op.name) \(graph[$0.outputs[0]].type.element.name)" }
  }

  @Test func theLayerThatLosesMostIsChosen() throws {
    let int8 = try search(.sqnr(decibels: 0))
    #expect(int8.chosen.isEmpty && int8.before == int8.after && int8.groupCount == 3)
    let result = try search(.sqnr(decibels: int8.before + 6))
    #expect(result.chosen.first?.layers.map { $0.name } == ["b", "l"])
    #expect(result.chosen.count < 3)
    #expect(result.after >= int8.before + 6 && result.before == int8.before)
    #expect(
      elements(result.graph).prefix(4) == [
        "fully_connected int8", "quantize int16", "fully_connected int16", "leaky_relu int16",
      ])
  }

  /// What the user has said of a layer stays, and is not searched.
  @Test func givenLayersStay() throws {
    var given = LayerTypes()
    given.setPrecision(.int8, of: "b")
    given.setPrecision(.float32, of: "l")
    let result = try search(.sqnr(decibels: 0), given: given)
    #expect(result.groupCount == 2)
    #expect(elements(result.graph).contains("leaky_relu float32"))
    #expect(throws: DiagnosticFailure.self) { try search(.sqnr(decibels: 60), given: given) }
  }

  @Test func aTargetOutOfReach() throws {
    #expect(throws: DiagnosticFailure.self) { try search(.sqnr(decibels: 100)) }
    let missed = try #require(log.diagnostics.last)
    #expect(missed.code == .targetMissed)
    #expect(missed.message.hasPrefix("sqnr=100.0dB is not reached: the best is "))
    #expect(missed.message.hasSuffix(" dB, with 4 layers in int16"))
    #expect(missed.notes.first == "measured on 64 held-back samples")
  }

  /// The runtime has no int16 mean of more than 65536 elements.
  @Test func aLayerWhoseInt16FormIsRefusedIsFloat32() throws {
    let graph = try Graph(
      parsing: """
        octet-ir 1
        graph @main(%x: f32[1,257,256,1]) -> (%c) {
          %u = const [0.5, -0.25] : f32[2,1,1,1]
          %v = const [0.5, 0.25, -0.75, 1.0] : f32[2,1,1,2]
          %d = const [1, 2] : i32[2]
          %a = conv_2d(%x, %u, _) {padding = valid}
          %m = mean(%a, %d) {keep_dims = true}
          %s = sub(%a, %m)
          %c = conv_2d(%s, %v, _) {padding = valid}
        }
        """, makeOp: OpCatalog.makeOp)
    var generator = SplitMix64(seed: 7)
    let samples = [
      Tensor([4, 257, 256, 1], (0..<4 * 257 * 256).map { _ in generator.nextFloat() + 0.5 })
    ]
    let table = try Calibration(graph, log: log).run(Batch(samples), preprocessing: "") { _ in }
    func search(_ decibels: Double) throws -> PrecisionSearch.Result {
      try PrecisionSearch(
        graph, given: LayerTypes(),
        try TargetMeasure(
          .sqnr(decibels: decibels), of: graph, samples: samples, threads: 1, log: log), log: log,
        quantize: { layers throws(DiagnosticFailure) in
          var options = QuantizerOptions()
          options.layers = layers
          return try Quantizer.quantize(graph, table, options, log: DiagnosticLog())
        }, finish: nil, progress: { _ in }
      ).run()
    }
    let int8 = try search(0)
    let result = try search(int8.before + 6)
    #expect(
      result.chosen.flatMap { $0.layers }.contains { $0.name == "m" && $0.precision == .float32 })
    #expect(log.diagnostics.isEmpty, "\(log.diagnostics)")
  }

  @Test func bestClasses() throws {
    let int8 = try search(.top1Drop(1))
    #expect(int8.chosen.isEmpty && int8.before > 0)
    let result = try search(.top1Drop(int8.before / 2))
    #expect(!result.chosen.isEmpty && result.after <= int8.before / 2)
  }

  @Test func classesNeedOneOutputOfScores() throws {
    var pair = float
    pair.outputs = [float.outputs[0], float.outputs[0]]
    #expect(throws: DiagnosticFailure.self) {
      try TargetMeasure(.top1Drop(0.1), of: pair, samples: samples, threads: 1, log: log)
    }
    #expect(log.diagnostics.last?.message == "top1-drop needs a model with one output of scores")
  }

  @Test(arguments: [
    ("sqnr=30dB", TargetMetric.sqnr(decibels: 30)), ("sqnr=12.5", .sqnr(decibels: 12.5)),
    ("top1-drop=0.5%", .top1Drop(0.005)), ("top1-drop=0.25", .top1Drop(0.25)),
    ("top1-drop=200%", nil), ("sqnr=", nil), ("sqnr=-1dB", nil), ("sqnr=nan", nil), ("sqnr", nil),
    ("psnr=30dB", nil), ("sqnr=30%", nil), ("sqnr=1=2", nil),
  ]) func metricsAreRead(_ text: String, _ metric: TargetMetric?) {
    #expect(TargetMetric(text) == metric)
  }
}
