public import OctetDiagnostics
import OctetData
import OctetFiles
import OctetKernels
import OctetOps
import OctetRuntime

/// How long a model takes and what memory it needs, on inputs of pseudo-random values.
public struct Benchmark: Sendable {
  /// One operator's share.
  public struct Operator: Sendable {
    public let index: Int
    public let op: String
    public let kernel: String
    /// The tensor that it makes.
    public let output: String
    /// That and others that nodes which share its step make.
    let tensors: [String]
    /// Median over the runs.
    public let milliseconds: Double
    /// Multiplications of the operator's definition a second, in billions; nil for an operator that is not
    /// counted in them.
    public let gmacs: Double?
    /// The source layer.
    public let provenance: String
  }

  /// Which instructions kernels may use.
  public enum Instructions: String, Sendable, CaseIterable {
    /// All that the CPU has and Octet knows.
    case best
    /// At most AVX2 and FMA.
    case avx2
    /// Those of every CPU of the architecture.
    case portable
  }

  /// Limits this process's kernels; only before the first model is prepared.
  public static func limit(to instructions: Instructions) {
    switch instructions {
    case .best: CPUFeatures.limit = .best
    case .avx2: CPUFeatures.limit = .avx2
    case .portable: CPUFeatures.limit = .portable
    }
  }

  public let threads: Int
  public let runs: Int
  /// Opening the file, and converting it if it comes from a framework.
  public let loadMilliseconds: Double
  /// Planning memory, choosing kernels and packing weights.
  public let prepareMilliseconds: Double
  public let firstMilliseconds: Double
  public let medianMilliseconds: Double
  public let leastMilliseconds: Double
  /// Nine of ten runs took at most this.
  public let p90Milliseconds: Double
  public let peakResidentBytes: Int
  public let arenaBytes: Int
  public let scratchBytes: Int
  public let operators: [Operator]

  private static let warmUps = 3
  private static let leastNanoseconds: UInt64 = 500_000_000
  private static let mostRuns = 100_000

  /// Opens and prepares the model at `path`, runs it and measures each part.
  ///
  /// - Parameter runs: Timed runs after the first and three that warm up; more are made until half a second
  ///   has passed.
  public static func measure(
    _ path: String, _ options: ModelOptions = .init(), runs: Int = 20, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> Benchmark {
    let start = ProcessMeasures.nanoseconds
    let graph = try Model.open(path, options, log: log).runnable(log: log).graph
    let loaded = ProcessMeasures.nanoseconds
    let prepared = try PreparedGraph(graph, threads: options.threads, log: log)
    let isPrepared = ProcessMeasures.nanoseconds
    // The runs are a stream: what a model does once it does before they are timed.
    prepared.keepsVariables = true
    fill(prepared.inputs)
    let first = milliseconds { prepared.invoke() }
    // All runs have the same inputs.
    try log.attempt(at: Location(file: path)) { () throws(Diagnostic) in
      try prepared.requireSoundRun()
    }
    let times = times(of: prepared, runs: runs)
    return Benchmark(
      threads: prepared.threadCount, runs: times.count,
      loadMilliseconds: Double(loaded - start) / 1e6,
      prepareMilliseconds: Double(isPrepared - loaded) / 1e6, firstMilliseconds: first,
      medianMilliseconds: times[times.count / 2], leastMilliseconds: times[0],
      p90Milliseconds: times[min(times.count - 1, times.count * 9 / 10)],
      peakResidentBytes: ProcessMeasures.peakResidentBytes, arenaBytes: prepared.arenaBytes,
      scratchBytes: prepared.scratchBytes,
      operators: profile(prepared, runs: max(runs, 5)))
  }

  /// The median time of a run of the `.tflite` at `path`, in milliseconds.
  static func latency(
    _ path: String, threads: Int, runs: Int, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> Double {
    let graph = try Model.open(path, ModelOptions(threads: threads), log: log).graph
    let prepared = try PreparedGraph(graph, threads: threads, log: log)
    prepared.keepsVariables = true
    let times = times(of: prepared, runs: runs)
    return times[times.count / 2]
  }

  /// Times of single runs in milliseconds after three that warm up, the least first.
  private static func times(of prepared: PreparedGraph, runs: Int) -> [Double] {
    fill(prepared.inputs)
    for _ in 0..<warmUps { prepared.invoke() }
    var times: [Double] = []
    let begin = ProcessMeasures.nanoseconds
    while times.count < runs
      || (times.count < mostRuns && ProcessMeasures.nanoseconds - begin < leastNanoseconds)
    {
      fill(prepared.inputs)
      times.append(milliseconds { prepared.invoke() })
    }
    return times.sorted()
  }

  private static func milliseconds(_ body: () -> Void) -> Double {
    let start = ProcessMeasures.nanoseconds
    body()
    return Double(ProcessMeasures.nanoseconds - start) / 1e6
  }

  /// Times of the single operators, in runs of their own.
  private static func profile(_ prepared: PreparedGraph, runs: Int) -> [Operator] {
    var times = [[UInt64]](repeating: [], count: prepared.steps.count)
    for _ in 0..<runs {
      fill(prepared.inputs)
      var last = ProcessMeasures.nanoseconds
      prepared.invoke(afterStep: { index in
        let now = ProcessMeasures.nanoseconds
        times[index].append(now - last)
        last = ProcessMeasures.nanoseconds
      })
    }
    return zip(prepared.schedule.entries, prepared.steps).enumerated().map { index, pair in
      let (entry, step) = pair
      let median = Double(times[index].sorted()[runs / 2])
      return Operator(
        index: index, op: prepared.operators(entry), kernel: step.kernel,
        output: prepared.graph.nodes[entry.main].outputs.first.map { prepared.graph[$0].name }
          ?? "",
        tensors: entry.nodes.flatMap { prepared.graph.nodes[$0].outputs }
          .map { prepared.graph[$0].name },
        milliseconds: median / 1e6,
        gmacs: step.multiplications > 0 ? Double(step.multiplications) / max(median, 1) : nil,
        provenance: prepared.graph.nodes[entry.main].location.node ?? "")
    }
  }

  /// Inputs may be overwritten by a run, so they are written anew before each.
  private static func fill(_ inputs: [TensorView]) {
    var state: UInt32 = 1
    for input in inputs {
      for i in 0..<input.count {
        state = state &* 1_664_525 &+ 1_013_904_223
        switch input.element {
        case .float32: input.float32[i] = Float(state >> 8) / Float(1 << 24)
        case .int8, .uint8: input.uint8[i] = UInt8(state >> 24)
        case .int16: input.int16[i] = Int16(truncatingIfNeeded: state >> 16)
        default: break
        }
      }
    }
  }
}

extension Benchmark {
  public var text: String {
    func fixed(_ value: Double) -> String { decimals(value, 3) }
    let total = operators.reduce(0) { $0 + $1.milliseconds }
    let rows = operators.map { row in
      [
        "\(row.index)", row.op, row.kernel, fixed(row.milliseconds),
        decimals(100 * row.milliseconds / max(total, 1e-9), 1),
        row.gmacs.map { decimals($0, 1) } ?? "", row.provenance,
      ]
    }
    let table = TextTable(
      header: ["#", "op", "kernel", "ms", "%", "GMAC/s", "layer"], rows: rows,
      rightAligned: [0, 3, 4, 5])
    return table.text + """

      load \(fixed(loadMilliseconds)) ms, prepare \(fixed(prepareMilliseconds)) ms, \
      first run \(fixed(firstMilliseconds)) ms
      median \(fixed(medianMilliseconds)) ms, least \(fixed(leastMilliseconds)) ms, 90 % within \(fixed(p90Milliseconds)) ms \
      (\(runs) runs, \(threads) \(threads == 1 ? "thread" : "threads"))
      peak memory \(peakResidentBytes) bytes, arena \(arenaBytes), scratch \(scratchBytes)

      """
  }

  public var json: JSON {
    .members([
      ("load_ms", .number(loadMilliseconds)), ("prepare_ms", .number(prepareMilliseconds)),
      ("first_ms", .number(firstMilliseconds)), ("median_ms", .number(medianMilliseconds)),
      ("min_ms", .number(leastMilliseconds)),
      ("p90_ms", .number(p90Milliseconds)), ("runs", .int(runs)), ("threads", .int(threads)),
      ("peak_rss_bytes", .int(peakResidentBytes)), ("arena_bytes", .int(arenaBytes)),
      ("scratch_bytes", .int(scratchBytes)),
      (
        "ops",
        .array(
          operators.map { row in
            .members([
              ("index", .int(row.index)), ("op", .string(row.op)),
              ("kernel", .string(row.kernel)), ("median_ms", .number(row.milliseconds)),
              ("gmacs", row.gmacs.map { .number($0) }),
              ("provenance", row.provenance.isEmpty ? nil : .string(row.provenance)),
            ])
          })
      ),
    ])
  }
}
