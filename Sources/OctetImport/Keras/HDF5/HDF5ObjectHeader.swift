import OctetArchives
import OctetDiagnostics

/// A message of an object header: one property of a group or dataset.
struct HDF5Message: Sendable {
  /// The types of messages that are read, by their numbers.
  enum Kind: Int, Sendable {
    case dataspace = 0x1
    case linkInfo = 0x2
    case datatype = 0x3
    case oldFillValue = 0x4
    case fillValue = 0x5
    case link = 0x6
    case externalFiles = 0x7
    case layout = 0x8
    case filters = 0xB
    case attribute = 0xC
    case continuation = 0x10
    case symbolTable = 0x11
    case attributeInfo = 0x15
  }

  let kind: Kind
  /// Whether the message is only a reference to one that several objects share.
  let isShared: Bool
  /// Its place in the file.
  let body: Range<Int>
}

/// The messages of a group or a dataset.
///
/// Source: HDF5 File Format Specification, IV.A.
struct HDF5ObjectHeader: Sendable {
  let source: HDF5Source
  private(set) var messages: [HDF5Message] = []

  init(_ source: HDF5Source, at position: Int, _ budget: HDF5Budget) throws(Diagnostic) {
    self.source = source
    var start = try source.cursor(at: position, 4, "an object header", budget)
    if source.bytes.slice(position, 4)?.starts(with: Array("OHDR".utf8)) == true {
      try readVersion2(at: position, budget)
    } else {
      _ = try start.expect(version: 1...1)
      try readVersion1(at: position, budget)
    }
  }

  func first(_ kind: HDF5Message.Kind) -> HDF5Message? { messages.first { $0.kind == kind } }

  /// The contents of `message`. Throws `OCT0113` for one that is shared.
  func cursor(_ message: HDF5Message, _ what: String) throws(Diagnostic) -> HDF5Cursor {
    if message.isShared { throw source.unsupported("a \(what) that objects share") }
    return HDF5Cursor(source, message.body, "a \(what)")
  }

  private mutating func readVersion1(
    at position: Int, _ budget: HDF5Budget
  ) throws(Diagnostic) {
    let prefix = 16
    var cursor = try source.cursor(at: position, prefix, "an object header", budget)
    try cursor.skip(8)
    let size = try cursor.number(4)
    var blocks = [(position + prefix, size)]
    while let (start, count) = blocks.popLast() {
      var cursor = try source.cursor(at: start, count, "an object header", budget)
      while cursor.left >= 8 {
        let (type, size) = (try cursor.number(2), try cursor.number(2))
        let flags = try cursor.number(1)
        try cursor.skip(3)
        if let block = try add(type, flags, try cursor.take(size)) { blocks.append(block) }
      }
    }
  }

  private mutating func readVersion2(
    at position: Int, _ budget: HDF5Budget
  ) throws(Diagnostic) {
    let longest = 34
    var cursor = try source.cursor(
      at: position, min(longest, source.bytes.count - position), "an object header", budget)
    try cursor.expect("OHDR")
    _ = try cursor.expect(version: 2...2)
    let flags = try cursor.number(1)
    // Four times, and when attributes move to a heap.
    try cursor.skip((flags & 0x20 != 0 ? 16 : 0) + (flags & 0x10 != 0 ? 4 : 0))
    let size = try cursor.number(1 << (flags & 3))
    let start = cursor.position
    let hasOrder = flags & 4 != 0
    let checksum = 4
    try readBlock(
      try source.cursor(at: start, size, "an object header", budget), hasOrder, budget)
    _ = try source.cursor(at: start + size, checksum, "an object header", budget)
  }

  /// Reads the messages of a block of version 2 and of those that follow from it.
  private mutating func readBlock(
    _ first: HDF5Cursor, _ hasOrder: Bool, _ budget: HDF5Budget
  ) throws(Diagnostic) {
    var blocks = [first]
    while var cursor = blocks.popLast() {
      // What is shorter than the head of a message is a gap.
      while cursor.left >= (hasOrder ? 6 : 4) {
        let (type, size) = (try cursor.number(1), try cursor.number(2))
        let flags = try cursor.number(1)
        if hasOrder { try cursor.skip(2) }
        guard let (start, count) = try add(type, flags, try cursor.take(size)) else { continue }
        var next = try source.cursor(at: start, count, "an object header", budget)
        try next.expect("OCHK")
        guard next.left >= 4 else { throw next.damaged("ends too early") }
        blocks.append(HDF5Cursor(source, next.position..<next.end - 4, "an object header"))
      }
    }
  }

  /// Keeps a message that is known; the place of the block that a continuation names.
  private mutating func add(
    _ type: Int, _ flags: Int, _ body: Range<Int>
  ) throws(Diagnostic) -> (start: Int, count: Int)? {
    guard let kind = HDF5Message.Kind(rawValue: type) else { return nil }
    guard kind == .continuation else {
      messages.append(HDF5Message(kind: kind, isShared: flags & 2 != 0, body: body))
      return nil
    }
    var cursor = HDF5Cursor(source, body, "an object header")
    return (try cursor.definedAddress(), try cursor.length())
  }
}
