/// The range of each tensor, with what it was measured on.
public struct CalibrationTable: Sendable, Equatable {
  /// How the ranges followed from the values: what `CalibrationRules.text` gives.
  public var algorithm: String
  /// The float graph that was measured; empty hashes for ranges that fit any.
  public var model: GraphHash
  /// The preprocessing of the samples, as `--preprocess` takes it; empty for none.
  public var preprocessing: String
  /// Hash of the samples, whatever their order; empty when it is not known.
  public var data: String
  public var samples: Int
  /// Tensor names with their ranges, in the graph's order.
  public var entries: [(name: String, range: Range)]

  public init(
    algorithm: String, model: GraphHash, preprocessing: String, data: String = "",
    samples: Int, entries: [(name: String, range: Range)]
  ) {
    self.algorithm = algorithm
    self.model = model
    self.preprocessing = preprocessing
    self.data = data
    self.samples = samples
    self.entries = entries
  }

  public func range(of name: String) -> Range? { entries.first { $0.name == name }?.range }

  public static func == (a: CalibrationTable, b: CalibrationTable) -> Bool { a.text == b.text }
}

/// Hashes (FNV-1a of 64 bits, as 16 digits) that tell one graph from others.
public struct GraphHash: Sendable, Equatable {
  /// Of operators, names, types and shapes.
  public var structure: String
  /// Of all constants.
  public var weights: String

  public init(structure: String = "", weights: String = "") {
    self.structure = structure
    self.weights = weights
  }
}
