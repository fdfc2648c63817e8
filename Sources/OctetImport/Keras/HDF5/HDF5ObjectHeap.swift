import OctetArchives
import OctetDiagnostics

/// A heap of links or attributes, which the specification calls fractal: blocks of growing size that together are
/// one range of offsets.
///
/// Source: HDF5 File Format Specification, III.G.
final class HDF5ObjectHeap {
  private struct Block {
    /// Of its first byte in the heap.
    var offset: Int
    var place: Range<Int>
  }

  private let source: HDF5Source
  private let budget: HDF5Budget
  /// By offset.
  private var blocks: [Block] = []
  /// Bytes of an object's offset and of its size in an identifier.
  private let offsetSize: Int
  private let sizeSize: Int
  private let hugeTree: Int?
  /// The places of objects larger than any block, once they are read.
  private var hugeObjects: [Int: Range<Int>]?

  private static let what = "a heap of objects"

  init(_ source: HDF5Source, at position: Int, _ budget: HDF5Budget) throws(Diagnostic) {
    (self.source, self.budget) = (source, budget)
    let (address, length) = (source.addressSize, source.lengthSize)
    var head = try source.cursor(
      at: position, 22 + 12 * length + 3 * address, HDF5ObjectHeap.what, budget)
    try head.expect("FRHP")
    _ = try head.expect(version: 0...0)
    try head.skip(2)
    guard try head.number(2) == 0 else { throw source.unsupported("packed links or attributes") }
    try head.skip(1)
    let largestObject = try head.number(4)
    try head.skip(length)
    hugeTree = try head.address()
    // Free space and the numbers and sizes of objects.
    try head.skip(9 * length + address)
    let width = try head.number(2)
    let (firstSize, largestBlock) = (try head.length(), try head.length())
    let offsetBits = try head.number(2)
    try head.skip(2)
    let root = try head.address()
    let rowCount = try head.number(2)
    func isPower(_ number: Int) -> Bool { number > 0 && number & (number - 1) == 0 }
    guard isPower(width), isPower(firstSize), isPower(largestBlock), firstSize <= largestBlock,
      largestBlock <= 1 << 40, (1...64).contains(offsetBits), rowCount <= 64
    else { throw head.damaged("has impossible sizes") }
    offsetSize = (offsetBits + 7) / 8
    sizeSize = HDF5RecordTree.byteCount(min(largestBlock, largestObject))
    guard let root else { return }
    if rowCount == 0 {
      try addBlock(at: root, 0, firstSize)
    } else {
      let table = Table(width: width, firstSize: firstSize, largestBlock: largestBlock)
      try readTable(at: root, rowCount, table)
    }
    blocks.sort { $0.offset < $1.offset }
  }

  /// The sizes of the blocks in the rows of a table.
  private struct Table {
    let width: Int
    let firstSize: Int
    let largestBlock: Int

    /// Nil where it is not representable.
    func blockSize(row: Int) -> Int? {
      let product = firstSize.multipliedReportingOverflow(by: 1 << max(0, row - 1))
      return product.overflow || row > 62 ? nil : product.partialValue
    }

    /// How many rows the table has that stands in for a block of `size`.
    func rowCount(_ size: Int) -> Int {
      size.trailingZeroBitCount - firstSize.trailingZeroBitCount - width.trailingZeroBitCount + 1
    }
  }

  /// Finds the blocks below a table, whose rows from some on have tables in place of blocks.
  private func readTable(at root: Int, _ rowCount: Int, _ table: Table) throws(Diagnostic) {
    var tables = [(position: root, offset: 0, rowCount: rowCount)]
    while let (position, start, rowCount) = tables.popLast() {
      let headSize = 5 + source.addressSize + offsetSize
      let size = headSize + rowCount * table.width * source.addressSize
      var cursor = try source.cursor(at: position, size, HDF5ObjectHeap.what, budget)
      try cursor.expect("FHIB")
      try cursor.skip(headSize - 4)
      var offset = start
      for row in 0..<rowCount {
        guard let blockSize = table.blockSize(row: row) else {
          throw cursor.damaged("has impossible sizes")
        }
        for _ in 0..<table.width {
          if let child = try cursor.address() {
            if blockSize <= table.largestBlock {
              try addBlock(at: child, offset, blockSize)
            } else {
              tables.append((child, offset, max(0, table.rowCount(blockSize))))
            }
          }
          let next = offset.addingReportingOverflow(blockSize)
          guard !next.overflow else { throw cursor.damaged("has impossible sizes") }
          offset = next.partialValue
        }
      }
    }
  }

  private func addBlock(at position: Int, _ offset: Int, _ size: Int) throws(Diagnostic) {
    var cursor = try source.cursor(at: position, size, HDF5ObjectHeap.what, budget)
    try cursor.expect("FHDB")
    blocks.append(Block(offset: offset, place: position..<position + size))
  }

  /// The object that the `idSize` bytes at `cursor` identify.
  func object(
    _ cursor: inout HDF5Cursor, idSize: Int, _ what: String
  ) throws(Diagnostic) -> HDF5Cursor {
    var id = HDF5Cursor(source, try cursor.take(idSize), what)
    let place: Range<Int>
    switch try id.number(1) >> 4 {
    case 0:
      let offset = try id.number(offsetSize)
      place = try object(at: offset, try id.number(sizeSize))
    case 1:
      let number = try id.number(min(id.left, source.lengthSize))
      guard let object = try hugeObject(number) else {
        throw source.damaged("\(what) is not where it should be", at: id.position)
      }
      place = object
    case let type: throw id.damaged("has an identifier of type \(type)")
    }
    try budget.spend(place.count, what, source, at: place.lowerBound)
    return HDF5Cursor(source, place, what)
  }

  private func object(at offset: Int, _ size: Int) throws(Diagnostic) -> Range<Int> {
    // The last block that begins at the offset or before it.
    var (low, high) = (0, blocks.count)
    while low < high {
      let middle = (low + high) / 2
      if blocks[middle].offset <= offset { low = middle + 1 } else { high = middle }
    }
    guard low > 0, case let block = blocks[low - 1],
      case let start = offset - block.offset, start <= block.place.count,
      size <= block.place.count - start
    else { throw source.damaged("\(HDF5ObjectHeap.what) has no object at \(offset)") }
    let position = block.place.lowerBound + start
    return position..<position + size
  }

  private func hugeObject(_ number: Int) throws(Diagnostic) -> Range<Int>? {
    if let hugeObjects { return hugeObjects[number] }
    var objects: [Int: Range<Int>] = [:]
    if let hugeTree {
      for record in try HDF5RecordTree(source, at: hugeTree, .hugeObjects, budget).records {
        var record = record
        let (position, size) = (try record.definedAddress(), try record.length())
        guard size <= source.bytes.count - position else {
          throw source.damaged("an object reaches beyond the end of the file", at: position)
        }
        objects[try record.length()] = position..<position + size
      }
    }
    hugeObjects = objects
    return objects[number]
  }
}
