public import OctetDiagnostics
package import OctetIR

/// What calibration has seen of every tensor of a float graph. Every algorithm's table follows from it without
/// another run.
///
/// Statistics of parts of the samples merge to those of all: order and batches do not matter.
public struct CalibrationStatistics: Sendable, Equatable {
  /// A part of a run's samples: the `index`-th of `count`, from 1.
  public struct Shard: Sendable, Hashable {
    public let index: Int
    public let count: Int

    public static let whole = Shard(index: 1, count: 1)

    public init(index: Int, count: Int) {
      precondition(count >= 1 && (1...count).contains(index), "a shard lies within its count")
      self.index = index
      self.count = count
    }

    public var text: String { "\(index)/\(count)" }
  }

  /// Of the float graph with its weights.
  public let model: GraphHash
  /// The preprocessing of the samples; empty for none.
  public let preprocessing: String
  public internal(set) var shard: Shard
  public internal(set) var samples: Int
  /// The sum of the samples' hashes.
  var data: UInt64
  /// In the graph's order: the float32 tensors that are not constants.
  public internal(set) var tensors: [(name: String, values: Histogram)]

  public static func == (a: Self, b: Self) -> Bool { a.text == b.text }

  /// Statistics of no sample.
  init(of graph: Graph, preprocessing: String, shard: Shard = .whole) {
    self.init(
      model: graph.contentHash, preprocessing: preprocessing, shard: shard, samples: 0, data: 0,
      tensors: graph.activations.map { (graph[$0].name, Histogram()) })
  }

  init(
    model: GraphHash, preprocessing: String, shard: Shard, samples: Int, data: UInt64,
    tensors: [(name: String, values: Histogram)]
  ) {
    self.model = model
    self.preprocessing = preprocessing
    self.shard = shard
    self.samples = samples
    self.data = data
    self.tensors = tensors
  }

  /// The statistics of a whole run from those of its shards, in any order.
  ///
  /// Throws `OCT0515` when a shard is missing or given twice, or when the parts differ in model,
  /// preprocessing or number of shards.
  public static func merged(_ parts: [CalibrationStatistics]) throws(Diagnostic) -> Self {
    guard var result = parts.first else {
      throw Diagnostic(.shardMismatch, "there are no statistics to merge")
    }
    let count = result.shard.count
    for part in parts {
      let differing =
        part.model != result.model
        ? "model"
        : part.preprocessing != result.preprocessing
          ? "preprocessing"
          : part.shard.count != count ? "number of shards" : nil
      if let differing {
        throw Diagnostic(
          .shardMismatch,
          "shard \(result.shard.text) and shard \(part.shard.text) differ in their \(differing)",
          help: "merge what 'octet calibrate --shard' has made of one model and one set of samples")
      }
    }
    let given = parts.map { $0.shard.index }
    let twice = Set(given).filter { index in given.count { $0 == index } > 1 }.sorted()
    let missing = (1...count).filter { !given.contains($0) }
    if !twice.isEmpty || !missing.isEmpty {
      throw Diagnostic(
        .shardMismatch, "the statistics are not those of \(counted(count, "shard")), each once",
        notes: [("given twice", twice), ("missing", missing)].compactMap { kind, indices in
          indices.isEmpty
            ? nil
            : "\(kind): " + indices.prefix(20).map { "\($0)/\(count)" }.joined(separator: ", ")
        })
    }
    for part in parts.dropFirst() {
      guard part.tensors.map({ $0.name }) == result.tensors.map({ $0.name }) else {
        throw Diagnostic(
          .shardMismatch, "shard \(part.shard.text) has other tensors than \(result.shard.text)")
      }
      result.add(part)
    }
    result.shard = .whole
    return result
  }

  /// Takes in what other samples hold, of the same graph.
  package mutating func add(_ other: CalibrationStatistics) {
    samples += other.samples
    data &+= other.data
    for i in tensors.indices { tensors[i].values.merge(other.tensors[i].values) }
  }

  /// Throws `OCT0503` unless it is what a run of `graph` has seen.
  package func check(fits graph: Graph) throws(Diagnostic) {
    let names = graph.activations.map { graph[$0].name }
    if model == graph.contentHash, tensors.map({ $0.name }) == names { return }
    throw Diagnostic(
      .tableMismatch, "the calibration statistics are of another model",
      help: "run this model on the samples: octet calibrate --shard")
  }

  /// The table that `rules` make of what was seen.
  ///
  /// - Parameters:
  ///   - graph: what was run.
  ///   - own: a range that comes before the rules'; nil for none.
  /// - Precondition: the graph is the one that was run (`check(fits:)`).
  package func table(
    for graph: Graph, _ rules: CalibrationRules,
    own: (String, Histogram) -> CalibrationTable.Range? = { _, _ in nil }
  ) -> CalibrationTable {
    var histograms = [Histogram](repeating: Histogram(), count: graph.values.count)
    var ranges = [CalibrationTable.Range](
      repeating: .init(low: 0, high: 0), count: graph.values.count)
    let ids = graph.activations
    precondition(ids.count == tensors.count, "the statistics are of another graph")
    var given: Set<ValueID> = []
    for (id, (name, values)) in zip(ids, tensors) {
      histograms[id.index] = values
      if let range = own(name, values) {
        ranges[id.index] = range
        given.insert(id)
      } else {
        ranges[id.index] = values.range(rules.algorithm(of: name))
      }
    }
    graph.fitActivations(histograms, &ranges, except: given)
    return CalibrationTable(
      algorithm: rules.text, model: model, preprocessing: preprocessing,
      data: ContentHash.text(data), samples: samples,
      entries: zip(ids, tensors).map { id, tensor in
        let range = ranges[id.index]
        return (tensor.name, rules.isSymmetric(tensor.name) ? range.widenedToSymmetric : range)
      })
  }
}
