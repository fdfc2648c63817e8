public import OctetDiagnostics
import OctetIR
import OctetImport
import OctetOps
import OctetSchema

/// The table of operators Octet supports, made from the catalogue and the importers' mappings.
public struct OperatorTable: Sendable {
  public struct Row: Sendable {
    /// TFLite's name, for example `CONV_2D`.
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
  }

  public let rows: [Row]
  private let target: Target?

  /// - Parameter target: a runtime to tell of what it has of each operator.
  public init(target: Target? = nil) {
    self.target = target
    rows = OpCatalog.all.map { entry in
      let layers = OpMapping.caffe.filter { $0.value.makes.contains(entry.name) }.keys
      let sections = OpMapping.darknet.filter { $0.value.makes.contains(entry.name) }.keys
      let operators = OpMapping.tensorFlow.filter { $0.value.makes.contains(entry.name) }.keys
      return Row(
        builtin: entry.builtin.name ?? entry.name, name: entry.name,
        types: entry.types.map { $0.name }, caffe: layers.sorted(), darknet: sections.sorted(),
        tensorFlow: operators.sorted(),
        note: entry.notImported, summary: entry.summary,
        support: target?.support(entry))
    }
  }

  public var text: String {
    if let target { return text(for: target) }
    return TextTable(
      header: [
        "operator", "types", "from Caffe", "from Darknet", "from TensorFlow", "what it computes",
      ],
      rows: rows.map { row in
        [
          row.builtin, row.types.joined(separator: ", "),
          row.note.map { "(\($0))" } ?? row.caffe.joined(separator: ", "),
          row.darknet.joined(separator: ", "),
          row.tensorFlow.joined(separator: ", "),
          row.summary,
        ]
      }
    ).text
  }

  private func text(for target: Target) -> String {
    TextTable(
      header: ["operator", "types", "in \(target.name)", "what it computes"],
      rows: rows.map {
        [$0.builtin, $0.types.joined(separator: ", "), $0.support ?? "no", $0.summary]
      }
    ).text
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
