public import OctetData
public import OctetDiagnostics
public import OctetIR

/// What the tensors of one run held, in the order in which they were made.
public struct TensorTrace: Sendable {
  public struct Entry: Sendable {
    /// Unique in the trace.
    public let name: String
    /// In the model's own type.
    public let tensor: Tensor
    /// The place of the operator that made it; nil for an input.
    public let index: Int?
    public let op: String?
    /// Where that comes from.
    public let location: Location?
    let id: ValueID
    /// Whether it was to be kept, and whether statistics were wanted.
    public let isKept: Bool
    let isWatched: Bool
  }

  public internal(set) var entries: [Entry]
  /// The names of all tensors of the model, constants among them.
  let names: Set<String>
  /// The first tensor with a NaN or an infinity, if one was looked for (`OCT0925`).
  public internal(set) var notFinite: Diagnostic?

  /// What stands behind a tensor's name for its codes.
  static let codesSuffix = ":codes"

  /// Writes an `.npz` with each tensor that is kept under its name: real numbers as they are, those of codes dequantized to float32 with
  /// the codes beside them as `NAME:codes`, other types as they are.
  public func save(_ path: String, log: DiagnosticLog) throws(DiagnosticFailure) {
    var arrays: [NamedTensor] = []
    for entry in entries where entry.isKept {
      guard entry.tensor.type.isQuantized, let values = entry.tensor.realValues else {
        arrays.append(NamedTensor(entry.name, entry.tensor))
        continue
      }
      arrays.append(NamedTensor(entry.name, Tensor(entry.tensor.extents, values)))
      arrays.append(NamedTensor(entry.name + Self.codesSuffix, entry.tensor))
    }
    try log.attempt { () throws(Diagnostic) in try NPZ.write(arrays, to: path) }
  }

  /// What a tensor is called in a trace, the array that is nearest to its type first: codes are for codes, and real numbers
  /// for real ones.
  static func keys(of name: String, _ type: TensorType) -> [String] {
    type.isQuantized ? [name + codesSuffix, name] : [name, name + codesSuffix]
  }

  /// The arrays of a trace that Octet or another program has written.
  public static func arrays(
    _ path: String, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> [NamedTensor] {
    try log.attempt { () throws(Diagnostic) in try NPZ.read(path) }
  }

  /// Statistics of the watched tensors that hold real numbers, a line each.
  public var statisticsText: String {
    TextTable(
      header: ["#", "tensor", "type"] + TensorStatistics.header,
      rows: statistics.map { entry, statistics in
        [entry.index.map { "\($0)" } ?? "", entry.name, entry.tensor.type.text] + statistics.cells
      }, rightAligned: Set([0] + Array(3...9))
    ).text
  }

  public var statisticsJSON: JSON {
    .array(
      statistics.map { entry, statistics in
        .members(
          [
            ("name", .string(entry.name)), ("op_index", entry.index.map { .int($0) }),
            ("type", .string(entry.tensor.type.element.name)),
            ("shape", .ints(entry.tensor.extents)),
          ] + statistics.members)
      })
  }

  private var statistics: [(entry: Entry, TensorStatistics)] {
    entries.filter { $0.isWatched }.compactMap { entry in
      entry.tensor.realValues.map { (entry, TensorStatistics($0)) }
    }
  }
}
