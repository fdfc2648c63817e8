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
    /// Caffe layer types that become this operator, or the reason why none does.
    public let caffe: [String]
    public let note: String?
    public let summary: String
  }

  public let rows: [Row]

  public init() {
    rows = OpCatalog.all.map { entry in
      let layers = OpMapping.caffe.filter { $0.value.makes.contains(entry.name) }.keys
      return Row(
        builtin: entry.builtin.name ?? entry.name, name: entry.name,
        types: entry.types.map { $0.name }, caffe: layers.sorted(),
        note: OpMapping.unmapped[entry.name], summary: entry.summary)
    }
  }

  private var table: TextTable {
    TextTable(
      header: ["operator", "types", "from Caffe", "what it computes"],
      rows: rows.map { row in
        [
          row.builtin, row.types.joined(separator: ", "),
          row.caffe.isEmpty ? "(\(row.note ?? ""))" : row.caffe.joined(separator: ", "),
          row.summary,
        ]
      })
  }

  public var text: String { table.text }
  public var markdown: String { table.markdown }

  public var json: JSON {
    .members([("operators", .array(rowsJSON))])
  }

  private var rowsJSON: [JSON] {
    rows.map { row in
      .members([
        ("operator", .string(row.builtin)), ("name", .string(row.name)),
        ("types", .strings(row.types)), ("caffe", .strings(row.caffe)),
        ("note", row.note.map { .string($0) }), ("summary", .string(row.summary)),
      ])
    }
  }
}
