public import OctetData
public import OctetDiagnostics
import OctetIR
import OctetImport

/// A trace beside the arrays of another one, of Octet or of another program, matched by name.
public struct TraceComparison: Sendable {
  public struct Row: Sendable {
    public let entry: TensorTrace.Entry
    /// Nil where the shapes or types cannot be compared.
    public let difference: TensorDifference?
    /// The type of the array.
    public let other: String
    /// Whether it differs by more than it may.
    public let exceeds: Bool
  }

  /// In the order in which the tensors are made.
  public let rows: [Row]
  /// Names of tensors that the other trace has not, and of arrays that are no tensor.
  public let missing: [String]
  public let unknown: [String]
  /// As for `TensorDifference.exceeds`.
  public let bound: Double?
  private let path: String

  /// - Throws: after logging `OCT0926` where no name is in both.
  public init(
    _ trace: TensorTrace, _ path: String, _ arrays: [NamedTensor], bound: Double? = nil,
    log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    var others: [String: Tensor] = [:]
    for array in arrays { others[array.name] = array.tensor }
    var rows: [Row] = []
    var missing: [String] = []
    for entry in trace.entries where entry.isKept {
      let type = entry.tensor.type
      let keys = TensorTrace.keys(of: entry.name, type)
      guard var other = keys.lazy.compactMap({ others[$0] }).first else {
        missing.append(entry.name)
        continue
      }
      if type.isQuantized, other.type.element == type.element {
        other.type.quantization = type.quantization
      } else if type.isQuantized, let real = others[entry.name] {
        other = real
      }
      let difference = TensorDifference(entry.tensor, from: other.inSinglePrecision ?? other)
      rows.append(
        Row(
          entry: entry, difference: difference, other: other.type.text,
          exceeds: difference?.exceeds(bound) ?? true))
    }
    self.rows = rows
    self.missing = missing
    unknown = arrays.map { $0.name }.filter { name in
      !trace.names.contains(name)
        && !(name.hasSuffix(TensorTrace.codesSuffix)
          && trace.names.contains(String(name.dropLast(TensorTrace.codesSuffix.count))))
    }
    self.bound = bound
    self.path = path
    guard rows.isEmpty else { return }
    throw log.failure(
      Diagnostic(
        .nothingToCompare, "no array of '\(path)' has the name of a tensor",
        at: Location(file: path),
        notes: [
          "the model has " + bounded(missing.map { "'\($0)'" }, to: 5).joined(separator: ", "),
          "the file has "
            + bounded(arrays.map { "'\($0.name)'" }, to: 5).joined(separator: ", "),
        ],
        help: "give a trace of this model, with arrays that are called like its tensors"))
  }

  /// The first tensor that differs by more than it may.
  public var first: Row? { rows.first { $0.exceeds } }

  public var text: String {
    let table = TextTable(
      header: ["#", "op", "tensor", "difference", "steps", "dB", ""],
      rows: rows.map { row in
        let difference = row.difference
        return [
          row.entry.index.map { "\($0)" } ?? "", row.entry.op ?? "input", row.entry.name,
          difference.map { "\(Float($0.largest))" }
            ?? "\(row.entry.tensor.type.text) and \(row.other)",
          difference?.steps.map { "\($0)" } ?? "",
          difference.map { $0.decibels.isFinite ? decimals($0.decibels, 1) : "equal" } ?? "",
          row.exceeds ? "*" : "",
        ]
      }, rightAligned: [0, 4, 5])
    var lines = [conclusion]
    for (names, what) in [
      (missing, "not in '\(path)'"), (unknown, "in '\(path)' and no tensor"),
    ] where !names.isEmpty {
      lines.append("\(what): " + bounded(names, to: 5).joined(separator: ", "))
    }
    return table.text + "\n" + lines.joined(separator: "\n") + "\n"
  }

  private var conclusion: String {
    let allowed =
      bound.map { "\(shortDecimal($0)) of the largest value" }
      ?? "\(shortDecimal(TensorDifference.floatBound)) of the largest value, codes exact"
    guard let first else {
      return
        "\(counted(rows.count, "tensor")) \(rows.count == 1 ? "agrees" : "agree") within the bound (\(allowed))"
    }
    let place = first.entry.location.map { ": " + $0.text } ?? ""
    let maker = first.entry.index.map { ", operator \($0) (\(first.entry.op ?? ""))" } ?? ""
    return "the first beyond the bound (\(allowed)): '\(first.entry.name)'\(maker)\(place)"
  }

  public var json: JSON {
    .members([
      ("other", .string(path)), ("bound", bound.map { .number($0) }),
      (
        "tensors",
        .array(
          rows.map { row in
            .members([
              ("name", .string(row.entry.name)), ("op_index", row.entry.index.map { .int($0) }),
              ("op", row.entry.op.map { .string($0) }),
              ("largest", row.difference.map { .number($0.largest) }),
              ("steps", row.difference?.steps.map { .int($0) }),
              ("snr_db", row.difference.map { .number($0.decibels) }),
              ("exceeds", .bool(row.exceeds)),
            ])
          })
      ),
      ("first", first.map { .string($0.entry.name) }), ("missing", .strings(missing)),
      ("unknown", .strings(unknown)),
    ])
  }
}
