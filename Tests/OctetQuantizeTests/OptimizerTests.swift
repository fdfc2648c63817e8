import OctetDiagnostics
import OctetIR
import OctetOps
import OctetQuantize
import OctetRuntime
import Testing

/// What is done beside choosing ranges so that a quantized model loses less.
@Suite struct OptimizerTests {
  static func numbers(_ count: Int, seed: UInt64, scale: Float = 1) -> [Float] {
    var random = SplitMix64(seed: seed)
    return (0..<count).map { _ in random.nextFloat() * scale }
  }

  static func text(_ values: [Float]) -> String { values.map { "\($0)" }.joined(separator: ", ") }

  /// Two convolutions, a leaky ReLU behind each.
  static func net() throws -> Graph {
    try Graph(
      parsing: """
        octet-ir 1
        graph @main(%x: f32[1,12,12,3]) -> (%z) {
          %w = const [\(text(numbers(8 * 9 * 3, seed: 1, scale: 0.4)))] : f32[8,3,3,3]
          %b = const [\(text(numbers(8, seed: 2, scale: 0.3)))] : f32[8]
          %c = conv_2d(%x, %w, %b) {padding = same}
          %y = leaky_relu(%c) {alpha = 0.1}
          %v = const [\(text(numbers(24 * 9 * 8, seed: 3, scale: 0.2)))] : f32[24,3,3,8]
          %a = const [\(text(numbers(24, seed: 4, scale: 0.3)))] : f32[24]
          %d = conv_2d(%y, %v, %a) {padding = valid}
          %z = leaky_relu(%d) {alpha = 0.1}
        }
        """, makeOp: OpCatalog.makeOp)
  }

  static func samples(_ count: Int, seed: UInt64) -> [Tensor] {
    [Tensor([count, 12, 12, 3], numbers(count * 432, seed: seed).map { abs($0) })]
  }

  func table(_ graph: Graph, _ samples: [Tensor]) throws -> CalibrationTable {
    let size = samples[0].extents.dropFirst().reduce(1, *)
    let values = samples[0].storage.array(of: Float.self)
    let batches = stride(from: 0, to: samples[0].extents[0], by: 4).map { first in
      let count = min(4, samples[0].extents[0] - first)
      return [
        Tensor(
          [count] + samples[0].extents.dropFirst(),
          Array(values[first * size..<(first + count) * size]))
      ]
    }
    let calibrator = RecordingCalibrator(batches)
    return try Calibration(graph, log: DiagnosticLog()).run(calibrator, preprocessing: "") { _ in }
  }

  func quantized(
    _ graph: Graph, _ table: CalibrationTable
  ) throws(DiagnosticFailure) -> Graph {
    try Quantizer.quantize(
      graph, table, QuantizerOptions(inputType: .int8, outputType: .float32), log: DiagnosticLog())
  }

  func refined(
    _ quantized: Graph, _ float: Graph, _ samples: [Tensor], threads: Int, roundsWeights: Bool,
    correctsBiases: Bool
  ) throws -> Graph {
    var refinement = Refinement(
      of: quantized, madeFrom: float, samples: samples, threads: threads, log: DiagnosticLog())
    return try refinement.refined(roundsWeights: roundsWeights, correctsBiases: correctsBiases)
  }

  func outputs(_ graph: Graph, _ samples: [Tensor]) throws -> [[Float]] {
    var result: [[Float]] = []
    let log = DiagnosticLog()
    try SampleLoop(PreparedGraph(graph, log: log)).run(samples, log: log) { result.append($1[0]) }
    return result
  }

  func optimizer(_ graph: Graph) throws -> Optimizer {
    let held = try OutputFidelity(
      of: graph, samples: Self.samples(16, seed: 6), threads: 1, log: DiagnosticLog())
    return Optimizer(
      graph, fit: Self.samples(24, seed: 5), held: held, threads: 1, log: DiagnosticLog(),
      quantize: { graph, table throws(DiagnosticFailure) in
        try Quantizer.quantize(
          graph, table, QuantizerOptions(inputType: .int8, outputType: .float32),
          log: DiagnosticLog())
      }, calibrate: nil, progress: { _ in })
  }

  @Test func aSplitLayerComputesTheSame() throws {
    let graph = try Self.net()
    let names = SignSplit.candidates(graph).map { $0.result }
    #expect(names == ["y", "z"])
    let split = try SignSplit.applied(to: graph, result: "y")
    #expect(split.nodes.map { $0.op.name }.filter { $0 == "conv_2d" }.count == 3)
    let samples = Self.samples(3, seed: 7)
    for (a, b) in zip(try outputs(graph, samples), try outputs(split, samples)) {
      for (x, y) in zip(a, b) { #expect(abs(x - y) < 1e-5) }
    }
    var table = CalibrationTable(
      algorithm: "", model: GraphHash(), preprocessing: "", samples: 0,
      entries: [("y", .init(low: -0.5, high: 3)), ("y/above", .init(low: 0, high: 3))])
    SignSplit.setRanges(of: "y", in: &table)
    #expect(table.entries.count == 3)
    for half in ["y/above", "y/below"] {
      #expect(table.range(of: half) == CalibrationTable.Range(low: 0, high: 3.5))
    }
  }

  /// The second channel lies below zero: it is turned, and its reader's weights with it.
  @Test func channelsBelowZeroAreTurned() throws {
    let graph = try Graph(
      parsing: """
        octet-ir 1
        graph @main(%x: f32[1,12,12,3]) -> (%z) {
          %w = const [0.3, 0.5, 0.2, -2.0, -9.0, -4.0] : f32[2,1,1,3]
          %b = const [0.1, -0.5] : f32[2]
          %c = conv_2d(%x, %w, %b) {padding = valid}
          %y = leaky_relu(%c) {alpha = 0.1}
          %v = const [\(Self.text(Self.numbers(9 * 2, seed: 3)))] : f32[1,3,3,2]
          %a = const [0.0, 0.2] : f32[2]
          %z = depthwise_conv_2d(%y, %v, %a) {padding = same, depth_multiplier = 1}
        }
        """, makeOp: OpCatalog.makeOp)
    let samples = Self.samples(4, seed: 7)
    let id = ValueID(try #require(graph.values.firstIndex { $0.name == "y" }))
    let statistics = try ChannelStatistics.measured(
      [id], of: graph, samples: samples, threads: 1, log: DiagnosticLog())
    #expect(try #require(statistics[id]).high[1] < 0)
    let split = try SignSplit.applied(to: graph, result: "y", statistics[id])
    for (a, b) in zip(try outputs(graph, samples), try outputs(split, samples)) {
      for (x, y) in zip(a, b) { #expect(abs(x - y) < 1e-5) }
    }
    let turned = try #require(split.values.firstIndex { $0.name == "y" })
    let ends = try #require(
      try ChannelStatistics.measured(
        [ValueID(turned)], of: split, samples: samples, threads: 1, log: DiagnosticLog()
      )[ValueID(turned)])
    #expect(ends.low.allSatisfy { $0 > 0 })
  }

  @Test(arguments: [
    ("f32[1,3,3,6]", "depthwise_conv_2d", "padding = same, depth_multiplier = 2", "f32[6]"),
    ("f32[5,3]", "fully_connected", "", "f32[5]"),
  ])
  func otherLayersAreSplit(_ filter: String, _ op: String, _ options: String, _ bias: String) throws
  {
    let (count, outputs) = op == "fully_connected" ? (15, 5) : (54, 6)
    let graph = try Graph(
      parsing: """
        octet-ir 1
        graph @main(%x: f32[\(op == "fully_connected" ? "4" : "1,4,4"),3]) -> (%z) {
          %w = const [\(Self.text(Self.numbers(count, seed: 1)))] : \(filter)
          %b = const [\(Self.text(Self.numbers(outputs, seed: 2)))] : \(bias)
          %c = \(op)(%x, %w, %b) {\(options)}
          %z = leaky_relu(%c) {alpha = 0.1}
        }
        """, makeOp: OpCatalog.makeOp)
    let split = try SignSplit.applied(to: graph, result: "z")
    #expect(split.nodes.map { $0.op.name } == [op, op, "sub"])
    let extents = graph[graph.inputs[0]].type.shape.extents ?? []
    let samples = [Tensor(extents, Self.numbers(extents.reduce(1, *), seed: 3))]
    for (a, b) in zip(try self.outputs(graph, samples), try self.outputs(split, samples)) {
      #expect(a.contains { $0 < -0.01 } && a.contains { $0 > 0.1 })
      for (x, y) in zip(a, b) { #expect(abs(x - y) < 1e-5) }
    }
  }

  /// Each number is rounded once: no code is further than half a step from what its codes come from, but for what
  /// the weights lost.
  @Test func aSplitLayerIsRoundedOnce() throws {
    let graph = try Graph(
      parsing: """
        octet-ir 1
        graph @main(%x: f32[1,16,16,1]) -> (%z) {
          %w = const [1.0] : f32[1,1,1,1]
          %b = const [0.0] : f32[1]
          %c = conv_2d(%x, %w, %b) {padding = valid}
          %y = leaky_relu(%c) {alpha = 0.125}
          %s = const [256] : i32[1]
          %z = reshape(%y, %s) {shape = [256]}
        }
        """, makeOp: OpCatalog.makeOp)
    let samples = [Tensor([4, 16, 16, 1], Self.numbers(1024, seed: 8, scale: 4))]
    let table = try table(graph, samples)
    let split = try SignSplit.applied(to: graph, result: "y")
    var ranges = table
    SignSplit.setRanges(of: "y", in: &ranges)
    func error(_ quantized: Graph) throws -> Double {
      var sum = 0.0
      for (a, b) in zip(try outputs(graph, samples), try outputs(quantized, samples)) {
        for (x, y) in zip(a, b) { sum += Double((x - y) * (x - y)) }
      }
      return sum
    }
    #expect(
      try error(quantized(split, ranges)) < 0.8 * error(quantized(graph, table)))
  }

  /// Of two layers with leaky ReLUs the one is split whose rounding the output feels: here the first, though the second
  /// loses more of its own numbers.
  @Test func theLayerIsSplitThatTheOutputFeels() throws {
    let graph = try Graph(
      parsing: """
        octet-ir 1
        graph @main(%x: f32[1,12,12,3]) -> (%z) {
          %w = const [\(Self.text(Self.numbers(9 * 3, seed: 1, scale: 0.4)))] : f32[1,3,3,3]
          %b = const [0.1] : f32[1]
          %c = conv_2d(%x, %w, %b) {padding = same}
          %y = leaky_relu(%c) {alpha = 0.1}
          %v = const [\(Self.text(Self.numbers(9 * 3, seed: 3, scale: 0.4)))] : f32[1,3,3,3]
          %a = const [-0.9] : f32[1]
          %d = conv_2d(%x, %v, %a) {padding = same}
          %n = leaky_relu(%d) {alpha = 0.1}
          %g = const [0.01] : f32[1,1,1,1]
          %h = const [0.0] : f32[1]
          %s = conv_2d(%n, %g, %h) {padding = valid}
          %k = const [\(Self.text(Self.numbers(16 * 27, seed: 4, scale: 0.1)))] : f32[16,3,3,3]
          %l = conv_2d(%x, %k, _) {padding = same}
          %o = const [\(Self.text(Self.numbers(16, seed: 5, scale: 0.01)))] : f32[1,1,1,16]
          %p = conv_2d(%l, %o, %h) {padding = valid}
          %t = add(%y, %s)
          %z = add(%t, %p)
        }
        """, makeOp: OpCatalog.makeOp)
    let samples = Self.samples(24, seed: 5)
    let held = try OutputFidelity(
      of: graph, samples: Self.samples(16, seed: 6), threads: 1, log: DiagnosticLog())
    let result = try Optimizer(
      graph, fit: samples, held: held, threads: 1, log: DiagnosticLog(),
      quantize: { graph, table throws(DiagnosticFailure) in
        try Quantizer.quantize(
          graph, table, QuantizerOptions(inputType: .int8, outputType: .float32),
          log: DiagnosticLog())
      }, calibrate: nil, progress: { _ in }
    ).run(try table(graph, samples), .best)
    let texts = result.trials.map { $0.text }
    #expect(texts.contains { $0.hasPrefix("1 layer rounded once ('y')") }, "\(texts)")
  }

  @Test func layersRunApartAsInOne() throws {
    let graph = try Self.net()
    let samples = Self.samples(5, seed: 9)
    let quantized = try quantized(graph, try table(graph, samples))
    let refined = try refined(
      quantized, graph, samples, threads: 1, roundsWeights: false, correctsBiases: false)
    #expect(try outputs(refined, samples) == outputs(quantized, samples))
  }

  @Test func biasesTakeUpTheMeanError() throws {
    let graph = try Self.net()
    let samples = Self.samples(24, seed: 5)
    let plain = try quantized(graph, try table(graph, samples))
    let corrected = try refined(
      plain, graph, samples, threads: 1, roundsWeights: false, correctsBiases: true)
    let expected = try outputs(graph, samples)
    func meanErrors(_ graph: Graph) throws -> [Double] {
      var sums = [Double](repeating: 0, count: 24)
      for (a, b) in zip(expected, try outputs(graph, samples)) {
        for index in a.indices { sums[index % 24] += Double(a[index] - b[index]) }
      }
      return sums.map { abs($0) }
    }
    let (before, after) = (try meanErrors(plain), try meanErrors(corrected))
    // Half of what the reference kernels' LeakyReLU shifts is left to be fair to XNNPACK's.
    #expect(after.reduce(0, +) < 0.7 * before.reduce(0, +), "\(before) \(after)")
  }

  /// On the samples that the weights are fitted to, a layer's results come nearer.
  @Test func weightsAreRoundedForTheResults() throws {
    let graph = try Self.net()
    let samples = Self.samples(24, seed: 5)
    let plain = try quantized(graph, try table(graph, samples))
    let rounded = try refined(
      plain, graph, samples, threads: 2, roundsWeights: true, correctsBiases: true)
    let corrected = try refined(
      plain, graph, samples, threads: 1, roundsWeights: false, correctsBiases: true)
    let fidelity = try OutputFidelity(of: graph, samples: samples, threads: 1, log: DiagnosticLog())
    #expect(
      try fidelity.decibels(of: rounded, log: DiagnosticLog())
        > fidelity.decibels(of: corrected, log: DiagnosticLog()))
    for (old, new) in zip(plain.values, rounded.values) where old.type.element == .int8 {
      guard let before = old.constant, let after = new.constant else { continue }
      let steps = zip(before.array(of: Int8.self), after.array(of: Int8.self)).map {
        abs(Int($0) - Int($1))
      }
      #expect(steps.max() == 1, "each weight stays beside its own value")
    }
  }

  /// Weights that were rounded for a graph are those of another form of it, whose results are near the float ones too.
  @Test func roundedWeightsAreTakenAgain() throws {
    let graph = try Self.net()
    let samples = Self.samples(24, seed: 5)
    let table = try table(graph, samples)
    var refinement = Refinement(
      of: try quantized(graph, table), madeFrom: graph, samples: samples, threads: 1,
      log: DiagnosticLog())
    let first = try refinement.refined(roundsWeights: true, correctsBiases: true)
    var options = QuantizerOptions(inputType: .int8, outputType: .float32)
    options.layers.setPrecision(.int16, ofTensor: "c")
    options.layers.setPrecision(.int16, ofTensor: "y")
    let mixed = try Quantizer.quantize(graph, table, options, log: DiagnosticLog())
    refinement.quantized = mixed
    let second = try refinement.refined(roundsWeights: true, correctsBiases: true)
    func weights(_ graph: Graph) -> [[Int8]] {
      graph.nodes.compactMap { node in
        node.op is Conv2D ? graph[node.inputs[1]!].constant?.array(of: Int8.self) : nil
      }
    }
    #expect(weights(second) == weights(first) && weights(mixed) != weights(first))
    let fidelity = try OutputFidelity(of: graph, samples: samples, threads: 1, log: DiagnosticLog())
    func decibels(_ graph: Graph) throws -> Double {
      try fidelity.decibels(of: graph, log: DiagnosticLog())
    }
    let anew = try refinement.refined(roundsWeights: true, correctsBiases: true, isAnew: true)
    let loss = (try decibels(second), try decibels(mixed), try decibels(anew))
    #expect(loss.0 > loss.1 && loss.0 > loss.2 - 0.5, "\(loss)")
    #expect(weights(anew) != weights(first))
  }

  @Test(arguments: [Optimization.fast, .best])
  func whatIsKeptHelps(level: Optimization) throws {
    let graph = try Self.net()
    let result = try optimizer(graph).run(try table(graph, Self.samples(64, seed: 10)), level)
    #expect(result.after >= result.before)
    var best = result.before
    for trial in result.trials {
      #expect(trial.isKept ? trial.decibels > best : true)
      if trial.isKept { best = trial.decibels }
    }
    let fidelity = try OutputFidelity(
      of: graph, samples: Self.samples(16, seed: 6), threads: 1, log: DiagnosticLog())
    #expect(try fidelity.decibels(of: result.graph, log: DiagnosticLog()) == best)
    #expect(result.trials.contains { $0.isKept })
  }
}
