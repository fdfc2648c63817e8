import OctetDiagnostics

/// A name in a group and what it stands for.
struct HDF5Link: Sendable {
  enum Target: Sendable {
    /// The position of an object header.
    case object(Int)
    /// A path, from the root if it begins with `/`, else from the group of the link.
    case path(String)
  }

  var name: String
  var target: Target
  /// How many links of the group are older, where that is kept.
  var order: Int?
}

extension HDF5ObjectHeader {
  /// The links of a group, in the order of their creation where the file keeps it, else by name; nil for what is no
  /// group. Links to other files are left out.
  ///
  /// Source: HDF5 File Format Specification, IV.A.2.c, IV.A.2.g.
  func links(_ budget: HDF5Budget) throws(Diagnostic) -> [HDF5Link]? {
    if let table = first(.symbolTable) {
      return try HDF5SymbolTable(try cursor(table, "symbol table"), budget).links
    }
    var links: [HDF5Link] = []
    var isGroup = false
    for message in messages where message.kind == .link || message.kind == .linkInfo {
      isGroup = true
      if message.kind == .link {
        var cursor = try cursor(message, "link")
        if let link = try HDF5Link(&cursor) { links.append(link) }
      } else {
        links += try denseLinks(message, budget)
      }
    }
    guard isGroup else { return nil }
    if links.allSatisfy({ $0.order != nil }) {
      links.sort { ($0.order ?? 0) < ($1.order ?? 0) }
    } else {
      links.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }
    return links
  }

  /// The links of a group with too many for its header.
  private func denseLinks(
    _ message: HDF5Message, _ budget: HDF5Budget
  ) throws(Diagnostic) -> [HDF5Link] {
    var cursor = try cursor(message, "link info")
    _ = try cursor.expect(version: 0...0)
    let flags = try cursor.number(1)
    if flags & 1 != 0 { try cursor.skip(8) }
    guard let position = try cursor.address(), let tree = try cursor.address() else { return [] }
    let heap = try HDF5ObjectHeap(source, at: position, budget)
    var links: [HDF5Link] = []
    for record in try HDF5RecordTree(source, at: tree, .linksByName, budget).records {
      var record = record
      // A hash of the name comes first.
      try record.skip(4)
      var object = try heap.object(&record, idSize: 7, "a link")
      if let link = try HDF5Link(&object) { links.append(link) }
    }
    return links
  }
}

extension HDF5Link {
  /// Reads a link message; nil for a link to another file.
  init?(_ cursor: inout HDF5Cursor) throws(Diagnostic) {
    _ = try cursor.expect(version: 1...1)
    let flags = try cursor.number(1)
    let type = flags & 8 != 0 ? try cursor.number(1) : 0
    order = flags & 4 != 0 ? try cursor.number(8) : nil
    // The character set: ASCII, which UTF-8 includes, or UTF-8.
    if flags & 16 != 0 { try cursor.skip(1) }
    name = try cursor.text(try cursor.number(1 << (flags & 3)))
    switch type {
    case 0: target = .object(try cursor.definedAddress())
    case 1: target = .path(try cursor.text(try cursor.number(2)))
    default: return nil
    }
  }
}
