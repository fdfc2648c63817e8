/// Columns of text lined up with spaces.
struct TextTable {
  let header: [String]
  let rows: [[String]]
  /// Columns whose cells end at the same place.
  var rightAligned: Set<Int> = []

  /// A cell of at most 60 characters, its middle left out behind the first `head`.
  static func clipped(_ text: String, head: Int = 29) -> String {
    text.count <= 60 ? text : text.prefix(head) + "…" + text.suffix(59 - head)
  }

  /// Lines for a terminal; the header is followed by a line of dashes.
  var text: String {
    let widths = header.indices.map { column in
      max(header[column].count, rows.map { $0[column].count }.max() ?? 0)
    }
    func line(_ cells: [String]) -> String {
      let padded = cells.enumerated().map { column, cell in
        let blanks = String(repeating: " ", count: widths[column] - cell.count)
        return rightAligned.contains(column) ? blanks + cell : cell + blanks
      }
      var line = padded.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }
    return line(header) + line(widths.map { String(repeating: "-", count: $0) })
      + rows.map(line).joined()
  }
}
