import OctetDiagnostics

/// The records of a B-tree of version 2, in its order.
///
/// Source: HDF5 File Format Specification, III.A.2.
struct HDF5RecordTree {
  /// What the records are, by their type's number.
  enum Kind: Int {
    case hugeObjects = 1
    case linksByName = 5
    case attributesByName = 8
  }

  private(set) var records: [HDF5Cursor] = []
  private let source: HDF5Source
  private let kind: Kind
  private let recordSize: Int
  /// Bytes of a pointer in a node of each depth.
  private var pointerSizes = [0]
  /// Bytes of the number of records in a node.
  private let countSize: Int

  private static let what = "a tree of records"

  init(
    _ source: HDF5Source, at position: Int, _ kind: Kind, _ budget: HDF5Budget
  ) throws(Diagnostic) {
    (self.source, self.kind) = (source, kind)
    let what = HDF5RecordTree.what
    var head = try source.cursor(
      at: position, 18 + source.addressSize + source.lengthSize, what, budget)
    try head.expect("BTHD")
    _ = try head.expect(version: 0...0)
    guard try head.number(1) == kind.rawValue else { throw head.damaged("is of another kind") }
    let nodeSize = try head.number(4)
    recordSize = try head.number(2)
    let depth = try head.number(2)
    try head.skip(2)
    let root = try head.address()
    let rootCount = try head.number(2)
    guard recordSize > 0, nodeSize >= 10 + recordSize, depth < 32 else {
      throw head.damaged("has nodes that hold nothing")
    }
    // Numbers in pointers have as many bytes as the most records below a node need.
    let leafCount = (nodeSize - 10) / recordSize
    countSize = HDF5RecordTree.byteCount(leafCount)
    var (below, belowSize) = (leafCount, 0)
    for _ in 0..<depth {
      let pointerSize = source.addressSize + countSize + belowSize
      pointerSizes.append(pointerSize)
      let count = max(0, nodeSize - 10 - pointerSize) / (recordSize + pointerSize)
      let product = below.multipliedReportingOverflow(by: count + 1)
      let sum = product.partialValue.addingReportingOverflow(count)
      guard !product.overflow, !sum.overflow else { throw head.damaged("is too deep") }
      below = sum.partialValue
      belowSize = HDF5RecordTree.byteCount(below)
    }
    if let root { try read(root, rootCount, depth, budget) }
  }

  /// The bytes that numbers up to `limit` take.
  static func byteCount(_ limit: Int) -> Int {
    (Int.bitWidth - max(limit, 1).leadingZeroBitCount - 1) / 8 + 1
  }

  /// Reads a node of `count` records and what is below it; `depth` is 0 for a leaf and 31 at most.
  private mutating func read(
    _ position: Int, _ count: Int, _ depth: Int, _ budget: HDF5Budget
  ) throws(Diagnostic) {
    let pointers = depth == 0 ? 0 : (count + 1) * pointerSizes[depth]
    var cursor = try source.cursor(
      at: position, 6 + count * recordSize + pointers, HDF5RecordTree.what, budget)
    try cursor.expect(depth == 0 ? "BTLF" : "BTIN")
    _ = try cursor.expect(version: 0...0)
    guard try cursor.number(1) == kind.rawValue else { throw cursor.damaged("is of another kind") }
    var own: [HDF5Cursor] = []
    for _ in 0..<count {
      own.append(HDF5Cursor(source, try cursor.take(recordSize), HDF5RecordTree.what))
    }
    guard depth > 0 else {
      records += own
      return
    }
    for index in 0...count {
      let child = try cursor.definedAddress()
      let childCount = try cursor.number(countSize)
      try cursor.skip(pointerSizes[depth] - source.addressSize - countSize)
      try read(child, childCount, depth - 1, budget)
      if index < count { records.append(own[index]) }
    }
  }
}
