public import OctetDiagnostics
import OctetIR
import OctetImport
import OctetOps
import OctetSchema

/// The table of operators Octet supports, made from the catalogue and the importers' mappings.
public struct OperatorTable: Sendable {
  public struct Row: Sendable {
    /// TFLite's name, for example `CONV_2D`, or that of a custom operator.
    public let builtin: String
    public let name: String
    public let types: [String]
    /// Caffe layer types, Darknet sections and TensorFlow operators that become this operator.
    public let caffe: [String]
    public let darknet: [String]
    public let tensorFlow: [String]
    /// The reason why none does.
    public let note: String?
    public let summary: String
    /// What the target has of it; nil for nothing.
    public let support: String?

    fileprivate var names: [String] { [builtin, name] + caffe + darknet + tensorFlow }
  }

  public private(set) var rows: [Row]
  private let target: Target?
  private var isOfNames = false

  /// - Parameter target: a runtime to tell of what it has of each operator.
  public init(target: Target? = nil) {
    self.target = target
    rows = OpCatalog.all.map { entry in
      let layers = OpMapping.caffe.filter { $0.value.makes.contains(entry.name) }.keys
      let sections = OpMapping.darknet.filter { $0.value.makes.contains(entry.name) }.keys
      let operators = OpMapping.tensorFlow.filter { $0.value.makes.contains(entry.name) }.keys
      return Row(
        builtin: entry.custom ?? entry.builtin.name ?? entry.name, name: entry.name,
        types: entry.types.map { $0.name }, caffe: layers.sorted(), darknet: sections.sorted(),
        tensorFlow: operators.sorted(),
        note: entry.notImported, summary: entry.summary,
        support: target?.support(entry))
    }
  }

  /// The rows of these operators, by their own names or those of what becomes them, in any case of letters.
  ///
  /// - Throws: `OCT0206` for a name that none has.
  public func selecting(_ names: [String]) throws(Diagnostic) -> OperatorTable {
    var result = self
    result.rows = []
    result.isOfNames = true
    for name in names {
      let found = rows.filter { row in
        row.names.contains { $0.lowercased() == name.lowercased() }
      }
      guard !found.isEmpty else {
        throw Diagnostic(
          .unknownOperator, "no operator is called '\(name)' or made of such a layer"
        )
        .suggesting(name, from: Set(rows.flatMap { $0.names }).sorted())
      }
      result.rows += found
    }
    return result
  }

  public var text: String {
    if isOfNames { return rows.map { details($0) }.joined(separator: "\n") }
    let support = target.map { ["in \($0.name)"] } ?? []
    return TextTable(
      header: ["operator", "types"] + support + ["what it computes"],
      rows: rows.map { row in
        [row.builtin, row.types.joined(separator: ", ")]
          + (target == nil ? [] : [row.support ?? "no"]) + [row.summary]
      }
    ).text
  }

  private func details(_ row: Row) -> String {
    let lines: [(name: String, value: String)] = [
      ("types", row.types.joined(separator: ", ")),
      (target.map { "in \($0.name)" } ?? "", target == nil ? "" : row.support ?? "no"),
      ("from Caffe", row.caffe.joined(separator: ", ")),
      ("from Darknet", row.darknet.joined(separator: ", ")),
      ("from TensorFlow", row.tensorFlow.joined(separator: ", ")),
      ("not imported", row.note ?? ""),
    ]
    let shown = lines.filter { !$0.value.isEmpty }
    let width = shown.map { $0.name.count }.max() ?? 0
    return "\(row.builtin): \(row.summary)\n"
      + shown.map { line in
        "  " + line.name + String(repeating: " ", count: width - line.name.count) + "  "
          + "\(line.value)\n"
      }.joined()
  }

  public var json: JSON {
    .members([
      ("target", target.map { .string($0.name) }), ("operators", .array(rowsJSON)),
    ])
  }

  private var rowsJSON: [JSON] {
    rows.map { row in
      .members([
        ("operator", .string(row.builtin)), ("name", .string(row.name)),
        ("types", .strings(row.types)), ("caffe", .strings(row.caffe)),
        ("darknet", .strings(row.darknet)), ("tensorflow", .strings(row.tensorFlow)),
        ("note", row.note.map { .string($0) }), ("summary", .string(row.summary)),
        ("supported", target == nil ? nil : row.support.map { .string($0) } ?? .string("no")),
      ])
    }
  }
}
