import OctetArchives
import OctetDiagnostics

/// The links of a group in the old form: a B-tree of nodes of entries whose names are in a heap.
///
/// Source: HDF5 File Format Specification, III.A.1, III.B, III.C, III.D.
struct HDF5SymbolTable {
  private(set) var links: [HDF5Link] = []
  private let source: HDF5Source
  private let budget: HDF5Budget
  /// The part of the local heap that has the names.
  private let names: Range<Int>

  /// Reads the group whose symbol table message is at `message`.
  init(_ message: HDF5Cursor, _ budget: HDF5Budget) throws(Diagnostic) {
    var message = message
    source = message.source
    self.budget = budget
    let tree = try message.definedAddress()
    let (addressSize, lengthSize) = (source.addressSize, source.lengthSize)
    var heap = try source.cursor(
      at: try message.definedAddress(), 8 + 2 * lengthSize + addressSize, "a heap of names", budget)
    try heap.expect("HEAP")
    _ = try heap.expect(version: 0...0)
    try heap.skip(3)
    let size = try heap.length()
    try heap.skip(lengthSize)
    let start = try heap.definedAddress()
    guard size <= source.bytes.count - start else {
      throw source.damaged("a heap of names reaches beyond the end of the file", at: start)
    }
    names = start..<start + size
    for node in try HDF5BTree(source, at: tree, .group, budget).children { try readNode(at: node) }
  }

  /// Reads the entries of a leaf.
  private mutating func readNode(at position: Int) throws(Diagnostic) {
    let what = "a symbol table node"
    var head = try source.cursor(at: position, 8, what, budget)
    try head.expect("SNOD")
    _ = try head.expect(version: 1...1)
    try head.skip(1)
    let count = try head.number(2)
    let entrySize = 2 * source.addressSize + 24
    var cursor = try source.cursor(at: head.position, count * entrySize, what, budget)
    for _ in 0..<count {
      let name = try name(at: try cursor.number(source.addressSize))
      let header = try cursor.address()
      let type = try cursor.number(4)
      try cursor.skip(4)
      var scratch = HDF5Cursor(source, try cursor.take(16), what)
      if type == 2 {
        links.append(HDF5Link(name: name, target: .path(try self.name(at: try scratch.number(4)))))
      } else if let header {
        links.append(HDF5Link(name: name, target: .object(header)))
      }
    }
  }

  /// The zero-terminated text at `offset` of the heap.
  private func name(at offset: Int) throws(Diagnostic) -> String {
    let start = names.lowerBound
    guard offset < names.count else {
      throw source.damaged("a name lies outside its heap", at: start)
    }
    var end = start + offset
    while end < names.upperBound, source.bytes.byte(end) != 0 { end += 1 }
    try budget.spend(end - start - offset, "a name", source, at: start + offset)
    return source.text(start + offset..<end)
  }
}
