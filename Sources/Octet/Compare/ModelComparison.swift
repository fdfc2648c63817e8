public import OctetData
public import OctetDiagnostics
import OctetIR
import OctetOps
import OctetQuantize
import OctetRuntime

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What one model's tensors are beside another's on samples, where errors are made, and why.
///
/// A is the reference, B the model that is looked into: a `.tflite` of its int8 form, or the same net of another format.
///
/// ```swift
/// let comparison = try ModelComparison(float, int8, dataset, .identity, log: log)
/// print(comparison.text)
/// ```
public struct ModelComparison: Sendable {
  /// A tensor that both models have.
  public struct Tensor: Sendable {
    /// Its name in B, and in A where that is another.
    public let name: String
    public let nameInA: String
    /// The operator of B that makes it: its place in the graph, its name and its source layer; nil for inputs.
    public let index: Int?
    public let op: String
    public let place: Location?
    public let type: String
    /// Signal to noise in dB: of all errors, of B's operator alone, and of what it has been given.
    public let decibels: Double
    public let own: Double
    public let inherited: Double
    /// Signal to noise of the outputs in dB if the own error were the only one; nil where it was not measured.
    public let atOutputs: Double?
    public let cosine: Double
    public let largest: Float
    public let mean: Double
    /// Nil for tensors of real numbers, as all that follow.
    public let errorInSteps: Double?
    public let overlap: Double?
    public let saturation: Double?
    public let codesUsed: Int?
    public let deadChannels: [Int]
    /// The range of A's numbers, and what B's type holds.
    public let data: ClosedRange<Float>
    public let range: ClosedRange<Float>?
    /// Own noise, as a multiple of what 8 bits cost if ranges and weights are as they should be.
    public let excess: Double
    /// Whether that is a fault.
    public var isSuspicious: Bool { excess > ModelComparison.suspicious }
    public let causes: [Cause]
  }

  /// An output of both models.
  public typealias Output = Agreement.Output

  /// Boxes of a detector on pictures.
  public struct Boxes: Sendable {
    /// Of A, found by B too, in the same class and overlapping by half.
    public internal(set) var kept = 0
    public internal(set) var lost = 0
    /// Of B alone.
    public internal(set) var added = 0
  }

  public let a: String
  public let b: String
  public let samples: Int
  /// Of what is wrong with no layer: data, preprocessing, calibration.
  public let causes: [Cause]
  /// In the order in which B makes them.
  public let tensors: [Tensor]
  /// Places in `tensors` of those with an error of their own, the one to look at first before others.
  public let ranking: [Int]
  public let outputs: [Output]
  public let boxes: Boxes?
  /// B's tensors of real numbers that A has no counterpart of, and that are no part of what makes one that it has.
  public let unpaired: [String]
  /// B's operators that run subgraphs, of which only the results are compared.
  public let withSubgraphs: [String]
  /// For each of `tensors`, what a report draws of it.
  let histograms: [TensorHistogram?]
  /// Some pictures with what A and B find in them; none for models that are no detectors.
  let pictures: [DetectedPicture]
  /// B.
  let graph: Graph

  /// Own noise beyond so many times what 8 bits cost is a fault.
  static let suspicious = 6.0
  /// Beyond so many times it is one whatever it costs here.
  private static let obvious = 100.0

  /// Runs both models and their parts.
  ///
  /// - Parameters:
  ///   - samples: how many of the data set to take, evenly spaced.
  ///   - progress: called with the number of samples that are done.
  /// - Throws: after logging `OCT0901` where the inputs are not the same, and what can't be run.
  public init(
    _ a: Model, _ b: Model, _ dataset: Dataset, _ preprocessing: Preprocessing, samples: Int = 32,
    log: DiagnosticLog, progress: (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) throws(DiagnosticFailure) {
    let pairs = TensorPairs(a.graph, b.graph)
    try Self.requireSameInputs(a, b, pairs, log)
    var run = try ComparisonRun(a.graph, b.graph, pairs, threads: a.threads, log: log)
    let indices = Dataset.evenlySpaced(samples, of: dataset.count)
    let feeder = try SampleFeeder(dataset, a, preprocessing, log: log)
    let few = try Dataset.evenlySpaced(8, among: indices).map { index throws(DiagnosticFailure) in
      try log.attempt { () throws(Diagnostic) in try feeder.batch([index]) }
    }
    try run.findMappings(few, log: log)
    var outputs = b.graph.outputs.map { Output(name: b.graph[$0].name, b.graph[$0].type) }
    var kept: [[OctetIR.Tensor]] = []
    for (done, index) in indices.enumerated() {
      progress(done, indices.count)
      let batch = try log.attempt { () throws(Diagnostic) in try feeder.batch([index]) }
      if kept.count < CalibrationCheck.samples { kept.append(batch) }
      try run.add(batch, log: log) { found in
        for (index, (wanted, values)) in zip(found.a, found.b).enumerated() {
          outputs[index].add(wanted, values)
        }
      }
    }
    progress(indices.count, indices.count)
    let parts = PartFinder(a.graph, b.graph, run.pairs)
    let findings = run.pairs.indices.map { parts.finding($0, run) }
    self.a = a.path
    self.b = b.path
    self.samples = indices.count
    tensors = findings
    ranking = Self.ranking(findings, run)
    // Behind a part that computes something else ranges are of other numbers.
    let spoilt = parts.behind(
      run.pairs.indices.filter { findings[$0].causes.contains { $0.kind.isOfOperator } })
    causes =
      CalibrationCheck.cause(
        a.graph, b.graph,
        run.pairs.indices.filter { parts.hasOwnRange($0) && !spoilt.contains(run.pairs[$0].b) }
          .map { run.pairs[$0] },
        isFaulty: findings.contains { finding in
          finding.isSuspicious && finding.causes.contains { $0.kind.isOfOperator }
        },
        samples: kept, threads: a.threads
      ).map { [$0] } ?? []
    self.outputs = outputs
    (boxes, pictures) = try Self.boxes(a, b, dataset, indices, preprocessing, log)
    histograms = run.statistics.map { TensorHistogram($0) }
    graph = b.graph
    withSubgraphs = b.graph.nodes.filter { !$0.subgraphs.isEmpty }.map { node in
      "\(node.op.name) '\(node.outputs.first.map { b.graph[$0].name } ?? "")'"
    }
    unpaired = b.graph.nodes.flatMap { $0.outputs }.filter {
      pairs.partner[$0] == nil && !parts.valuesOfB.contains($0)
        && TensorView.realTypes.contains(b.graph[$0].type.element)
    }.map { b.graph[$0].name }
  }

  private static func requireSameInputs(
    _ a: Model, _ b: Model, _ pairs: TensorPairs, _ log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    let missing = b.graph.inputs.filter { pairs.partner[$0] == nil }
    guard !missing.isEmpty || pairs.pairs.isEmpty else { return }
    throw log.failure(
      Diagnostic(
        .modelsDiffer, "the models don't have the same inputs, so no samples can be given to both",
        at: Location(file: b.path),
        notes: ["A has " + a.graph.inputs.map { a.graph[$0].text }.joined(separator: ", ")],
        help: "convert B from A, or give both the same shapes with --input-shape",
        tensors: missing.map { b.graph[$0].text }))
  }

  /// Those with faults first, then by what they cost the outputs.
  private static func ranking(_ findings: [Tensor], _ run: ComparisonRun) -> [Int] {
    let most = run.damage.compactMap { $0 }.max() ?? 0
    func weight(_ index: Int) -> (tier: Int, cost: Double) {
      let tensor = findings[index]
      let cost = run.damage[index] ?? 0
      if tensor.causes.first?.kind == .unreal { return (3, Double(-index)) }
      let isFault =
        tensor.causes.contains { $0.kind.isCertain }
        || tensor.excess > obvious
        || (tensor.isSuspicious || tensor.causes.contains { $0.kind.isOfOperator })
          && (run.damage[index] == nil || cost > 0.01 * most)
      return (isFault ? 2 : 1, run.damage[index] ?? run.ownRatio(index) * 1e-6)
    }
    var weights = Dictionary(
      uniqueKeysWithValues: findings.indices.filter { !findings[$0].causes.isEmpty }
        .map { ($0, weight($0)) })
    // A tensor that spoils those that read it comes before them.
    for (index, weight) in weights {
      guard let source = findings[index].causes.first?.tensor,
        let maker = findings.firstIndex(where: { $0.name == source })
      else { continue }
      if weights[maker].map({ ($0.tier, $0.cost) < (weight.tier, weight.cost) }) ?? true {
        weights[maker] = (weight.tier, weight.cost.nextUp)
      }
    }
    return weights.sorted {
      ($0.value.tier, $0.value.cost, $1.key) > ($1.value.tier, $1.value.cost, $0.key)
    }
    .map { $0.key }
  }

  /// Nil for models that are no detectors, and samples that are no pictures.
  private static func boxes(
    _ a: Model, _ b: Model, _ dataset: Dataset, _ indices: [Int], _ preprocessing: Preprocessing,
    _ log: DiagnosticLog
  ) throws(DiagnosticFailure) -> (Boxes?, [DetectedPicture]) {
    guard a.detector != nil, let paths = dataset.picturePaths else { return (nil, []) }
    var other = b
    other.detector = b.detector ?? a.detector
    let sessions = [try Session(a, log: log), try Session(other, log: log)]
    for session in sessions { session.preprocessing = preprocessing }
    guard sessions.allSatisfy({ $0.detector != nil }) else { return (nil, []) }
    var (result, pictures) = (Boxes(), [DetectedPicture]())
    for index in indices {
      let picture = try log.attempt { () throws(Diagnostic) in try dataset.picture(index) }
      let wanted = try sessions[0].detect(picture, log: log)
      var found = try sessions[1].detect(picture, log: log)
      if pictures.count < DetectedPicture.most {
        pictures.append(
          DetectedPicture(
            path: paths[index], width: picture.width, height: picture.height, reference: wanted,
            found: found))
      }
      for object in wanted {
        let match = found.firstIndex {
          $0.classIndex == object.classIndex && $0.box.overlap(object.box) >= 0.5
        }
        if let match {
          found.remove(at: match)
          result.kept += 1
        } else {
          result.lost += 1
        }
      }
      result.added += found.count
    }
    return (result, pictures)
  }
}

/// Signal to noise in dB; infinite without noise, and below all numbers with infinite noise.
func decibels(_ signal: Double, _ noise: Double) -> Double {
  noise > 0 ? 10 * log10(max(signal, .leastNormalMagnitude) / noise) : .infinity
}
