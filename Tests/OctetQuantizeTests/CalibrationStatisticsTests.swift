import OctetDiagnostics
import OctetIR
import OctetOps
import OctetQuantize
import Testing

/// Statistics of shards, and what they merge to.
@Suite struct CalibrationStatisticsTests {
  /// Gives a list of samples of shape [1, 4], in batches of three.
  final class Samples: Calibrator {
    let algorithm = CalibrationAlgorithm.minMax
    let batchSize = 3
    private var samples: ArraySlice<[Float]>

    init(_ samples: ArraySlice<[Float]>) { self.samples = samples }

    func nextBatch(_ names: [String]) throws(Diagnostic) -> [Tensor]? {
      if samples.isEmpty { return nil }
      let batch = samples.prefix(3)
      samples = samples.dropFirst(3)
      return [Tensor([batch.count, 4], batch.flatMap { $0 })]
    }

    func readCache() throws(Diagnostic) -> CalibrationTable? { nil }

    func writeCache(_ table: CalibrationTable) throws(Diagnostic) {}

    func range(of name: String, _ values: Histogram) -> CalibrationTable.Range? {
      name == "y" ? CalibrationTable.Range(low: -1, high: values.high * 2) : nil
    }
  }

  let graph: Graph
  let log = DiagnosticLog()
  let samples: [[Float]]

  init() throws {
    graph = try Graph(
      parsing: """
        octet-ir 1
        graph @main(%x: f32[1,4]) -> (%y) {
          %w = const [1.0, -0.5, 2.0, 0.25, 0.5, 1.5, -1.0, 3.0] : f32[2,4]
          %a = fully_connected(%x, %w) : f32[1,2]
          %y = leaky_relu(%a) {alpha = 0.1} : f32[1,2]
        }
        """, makeOp: OpCatalog.makeOp)
    var generator = SplitMix64(seed: 61)
    samples = (0..<3000).map { index in
      (0..<4).map { _ in generator.nextFloat() * Float(1 << (index % 7)) }
    }
  }

  func statistics(
    _ samples: ArraySlice<[Float]>, _ shard: CalibrationStatistics.Shard = .whole
  ) throws -> CalibrationStatistics {
    try Calibration(graph, log: log).statistics(
      Samples(samples), counting: true, preprocessing: "scale=1/2", shard: shard
    ) { _ in }
  }

  func shard(_ index: Int, of count: Int) throws -> CalibrationStatistics {
    try statistics(
      samples[(index - 1) * samples.count / count..<index * samples.count / count],
      .init(index: index, count: count))
  }

  @Test func shardsMergeToTheWhole() throws {
    let whole = try statistics(samples[...])
    for count in [1, 2, 7] {
      var parts = try (1...count).map { try shard($0, of: count) }
      parts.reverse()
      let read = try parts.map { try CalibrationStatistics(parsing: $0.text) }
      let merged = try CalibrationStatistics.merged(read)
      #expect(merged.text == whole.text)
      for algorithm in CalibrationAlgorithm.names.compactMap({ CalibrationAlgorithm($0) }) {
        let rules = CalibrationRules(algorithm)
        #expect(merged.table(for: graph, rules) == whole.table(for: graph, rules))
      }
    }
  }

  @Test func shardsThatDoNotBelongTogether() throws {
    let parts = try (1...3).map { try shard($0, of: 3) }
    let missing = try #require(throws: Diagnostic.self) {
      _ = try CalibrationStatistics.merged([parts[0], parts[2], parts[2]])
    }
    #expect(missing.code == .shardMismatch)
    #expect(missing.notes == ["given twice: 3/3", "missing: 2/3"])
    let other = try CalibrationStatistics(
      parsing: parts[1].text.split(separator: "scale=1/2", omittingEmptySubsequences: false)
        .joined(separator: "scale=1/4"))
    let differs = try #require(throws: Diagnostic.self) {
      _ = try CalibrationStatistics.merged([parts[0], other, parts[2]])
    }
    #expect(differs.message == "shard 1/3 and shard 2/3 differ in their preprocessing")
    let renamed = try CalibrationStatistics(
      parsing: parts[1].text.split(separator: "\na:", omittingEmptySubsequences: false)
        .joined(separator: "\nb:"))
    #expect(throws: Diagnostic.self) {
      _ = try CalibrationStatistics.merged([parts[0], renamed, parts[2]])
    }
    let (graph, merged) = (graph, try CalibrationStatistics.merged(parts))
    try merged.check(fits: graph)
    var larger = graph
    _ = larger.addConstant("extra", Tensor([1], [1]))
    #expect(throws: Diagnostic.self) { try merged.check(fits: larger) }
    #expect(throws: Diagnostic.self) { _ = try CalibrationStatistics.merged([]) }
  }

  @Test(arguments: [
    ("octet-statistics 1", "octet-statistics 2", 1), ("shard: 1/1", "shard: 2/1", 5),
    ("shard: 1/1", "shard: 1/4097", 5), ("samples: 3000", "samples: 0", 6),
    ("data: ", "data: g", 7), ("x: ", "x: nan ", 9), ("zeros 0", "zeros -1", 9),
    ("zeros 0", "zeros 9223372036854775807", 9), ("width 2^", "width 2^1000", 9),
    ("width 2^", "width 3^", 9), (" above", "", 9), (" below", " below 1.5", 9),
    (" below", " below -4", 9), (" below", " below 1 " + String(repeating: "1 ", count: 2048), 9),
    ("\na: ", "\nx: ", 10),
  ])
  func filesThatAreWrong(_ old: String, _ new: String, _ line: Int) throws {
    let text = try statistics(samples[...]).text
    let changed = text.split(separator: old, omittingEmptySubsequences: false)
      .joined(separator: new)
    #expect(changed != text)
    let error = try #require(throws: Diagnostic.self) {
      _ = try CalibrationStatistics(parsing: changed, file: "s")
    }
    #expect(error.code == .invalidTable && error.location?.line == line)
  }

  /// No text may trap, whatever is cut or changed in it.
  @Test func mutants() throws {
    let bytes = Array(try statistics(samples[..<20]).text.utf8)
    var generator = SplitMix64(seed: 62)
    for _ in 0..<3000 {
      var mutant = bytes
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let place = Int.random(in: 0..<mutant.count, using: &generator)
        mutant[place] = UInt8.random(in: 32...126, using: &generator)
      }
      if Bool.random(using: &generator) {
        mutant.removeLast(Int.random(in: 0..<mutant.count, using: &generator))
      }
      guard
        let read = try? CalibrationStatistics(parsing: String(decoding: mutant, as: UTF8.self)),
        (try? read.check(fits: graph)) != nil
      else { continue }
      for name in CalibrationAlgorithm.names {
        guard let algorithm = CalibrationAlgorithm(name) else { continue }
        let table = read.table(for: graph, CalibrationRules(algorithm))
        #expect(table.entries.allSatisfy { $0.range.low <= $0.range.high })
      }
    }
  }

  @Test func rulesOfSingleTensors() throws {
    let whole = try statistics(samples[...])
    var rules = CalibrationRules(
      .minMax,
      exceptions: [(NamePattern("*"), .percentile(50)), (NamePattern("x"), .minMax)],
      symmetric: [NamePattern("x")])
    let table = whole.table(for: graph, rules)
    #expect(table.algorithm == "min-max *=percentile:50.0 x=min-max")
    let input = try #require(whole.tensors.first { $0.name == "x" }).values
    let range = try #require(table.range(of: "x"))
    #expect(range.isSymmetric && range.quantization.zeroPoint == 0)
    #expect(range.quantization.scale == max(-input.low, input.high) / 127)
    rules.exceptions = []
    #expect(
      (table.range(of: "y")?.high ?? 9) < (whole.table(for: graph, rules).range(of: "y")?.high ?? 0)
    )
  }

  /// A calibrator's own range comes before what would follow from the values.
  @Test func aCalibratorMayHaveItsOwnRule() throws {
    let table = try Calibration(graph, log: log).run(
      Samples(samples[...]), preprocessing: ""
    ) { _ in }
    let high = try #require(try statistics(samples[...]).tensors.last).values.high
    #expect(table.range(of: "y") == CalibrationTable.Range(low: -1, high: high * 2))
  }
}

/// Ranges that follow from counts.
@Suite struct RangeTests {
  func histogram(_ values: [Float]) -> Histogram {
    var histogram = Histogram()
    #expect(values.withUnsafeBufferPointer { histogram.add($0) })
    return histogram
  }

  @Test(arguments: [
    ("min-max", CalibrationAlgorithm.minMax), ("entropy", .entropy), ("mse", .meanSquaredError),
    ("percentile", .percentile(99.99)), ("percentile:99", .percentile(99)),
    ("percentile:100", .percentile(100)),
  ])
  func algorithmsReadBack(_ text: String, _ algorithm: CalibrationAlgorithm) {
    #expect(CalibrationAlgorithm(text) == algorithm)
    #expect(CalibrationAlgorithm(algorithm.text) == algorithm)
  }

  @Test(arguments: [
    "", "minmax", "percentile:", "percentile:0", "percentile:101", "percentile:nan", "mse:1",
    "percentile:99:9",
  ])
  func otherWordsAreNoAlgorithm(_ text: String) {
    #expect(CalibrationAlgorithm(text) == nil)
  }

  /// 0.5 % beyond each end of 1000 values are 5.
  @Test func percentileLeavesItsPartBeyondEachEnd() {
    // The sixth largest is 494.5, in a bin of 0.25.
    let values = histogram((1...1000).map { Float($0) - 500.5 })
    let range = values.range(.percentile(99))
    #expect(range.high == 494.75 && range.low == -494.75)
    #expect(values.range(.percentile(100)) == values.range(.minMax))
    #expect(histogram([Float](repeating: 0, count: 10)).range(.percentile(50)).high == 0)
  }

  /// The range of the least error, as a search over all pairs of ends finds it among numbers rounded one by one.
  @Test func leastSquaredErrorIsNearTheBestOfAll() {
    var generator = SplitMix64(seed: 63)
    // Long tails, the one to the right longer.
    let values = (0..<20_000).map { _ -> Float in
      let sum = (0..<6).reduce(Float(0)) { total, _ in total + generator.nextFloat() - 0.4 }
      return sum * sum * sum
    }
    let counted = histogram(values)
    func error(_ range: CalibrationTable.Range) -> Double {
      let step = Double(range.high - range.low) / 255
      return values.reduce(0) { total, value in
        let clipped = Double(min(max(value, range.low), range.high))
        let difference = (clipped / step).rounded() * step - Double(value)
        return total + difference * difference
      }
    }
    let full = counted.range(.minMax)
    let found = error(counted.range(.meanSquaredError))
    var best = Double.infinity
    for low in 1...40 {
      for high in 1...40 {
        let range = CalibrationTable.Range(
          low: full.low * Float(low) / 40, high: full.high * Float(high) / 40)
        best = min(best, error(range))
      }
    }
    #expect(found < 0.95 * error(full))
    #expect(found <= 1.02 * best)
  }

  /// What a layer makes of an empty background is one number, and no reason to clip all others.
  @Test func aSpikeDoesNotDrawTheThreshold() {
    var generator = SplitMix64(seed: 64)
    let values = (0..<50_000).map { _ in abs(generator.nextFloat() + generator.nextFloat()) * 4 }
    let plain = histogram(values).range(.entropy)
    let spiked = histogram(values + [Float](repeating: 0.3711, count: 80_000)).range(.entropy)
    #expect(spiked.high > 0.9 * plain.high && spiked.high < 1.1 * plain.high)
  }
}
