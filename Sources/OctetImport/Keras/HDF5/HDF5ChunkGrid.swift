import OctetArchives
import OctetDiagnostics

/// Finds the chunks of a dataset through its index.
///
/// Source: HDF5 File Format Specification, III.A.1, VII.
struct HDF5ChunkGrid {
  let dataset: HDF5Dataset
  let layout: HDF5Chunks
  let extents: [Int]
  let chunkBytes: Int
  let hasFilters: Bool

  private var source: HDF5Source { dataset.file.source }

  /// The chunks that were written, their places checked against the file and their origins against the extents.
  func chunks() throws(Diagnostic) -> [HDF5ChunkReader.Chunk] {
    guard let address = layout.address, !extents.contains(0) else { return [] }
    let budget = HDF5Budget(source)
    switch layout.index {
    case .tree: return try treeChunks(address, budget)
    case .single(let size, let mask):
      let origin = extents.map { _ in 0 }
      return [try chunk(origin, address, size ?? chunkBytes, mask)]
    case .implicit:
      if hasFilters { throw dataset.damaged("it has filters where none can be") }
      var result: [HDF5ChunkReader.Chunk] = []
      let count = try chunkCount()
      guard count <= source.bytes.count / chunkBytes else {
        throw dataset.damaged("it reaches beyond the end of the file")
      }
      for index in 0..<count {
        result.append(try chunk(origin(index), address + index * chunkBytes, chunkBytes, 0))
      }
      return result
    case .fixedArray: return try arrayChunks(address, budget)
    }
  }

  private func treeChunks(
    _ address: Int, _ budget: HDF5Budget
  ) throws(Diagnostic) -> [HDF5ChunkReader.Chunk] {
    let tree = try HDF5BTree(source, at: address, .chunks(rank: extents.count), budget)
    var result: [HDF5ChunkReader.Chunk] = []
    for (key, position) in zip(tree.keys, tree.children) {
      var key = key
      let size = try key.number(4)
      let mask = try key.number(4)
      var origin: [Int] = []
      for _ in extents { origin.append(try key.number(8)) }
      result.append(try chunk(origin, position, size, mask))
    }
    return result
  }

  /// A list of all chunks in row-major order, in pages if it is long.
  private func arrayChunks(
    _ address: Int, _ budget: HDF5Budget
  ) throws(Diagnostic) -> [HDF5ChunkReader.Chunk] {
    let what = "a list of chunks"
    var head = try source.cursor(
      at: address, 8 + source.lengthSize + source.addressSize, what, budget)
    try head.expect("FAHD")
    _ = try head.expect(version: 0...0)
    guard try head.number(1) == (hasFilters ? 1 : 0) else {
      throw head.damaged("is of another kind")
    }
    let entrySize = try head.number(1)
    let pageBits = try head.number(1)
    let count = try head.length()
    guard let position = try head.address() else { return [] }
    let sizeBytes = hasFilters ? entrySize - source.addressSize - 4 : 0
    guard (hasFilters ? 1...8 : 0...0).contains(sizeBytes),
      hasFilters || entrySize == source.addressSize, pageBits < 32,
      count <= source.bytes.count / entrySize, try chunkCount() <= count
    else { throw head.damaged("does not fit its dataset") }
    let pageCount = (count - 1) / (1 << pageBits) + 1
    let isPaged = count > 1 << pageBits
    let checksum = 4
    let prefix = 6 + source.addressSize + (isPaged ? (pageCount + 7) / 8 : 0)
    var block = try source.cursor(at: position, prefix, what, budget)
    try block.expect("FADB")
    try block.skip(2 + source.addressSize)
    var result: [HDF5ChunkReader.Chunk] = []
    var start = position + prefix + (isPaged ? checksum : 0)
    for page in 0..<pageCount {
      let entries = isPaged ? min(1 << pageBits, count - page << pageBits) : count
      let first = isPaged ? page << pageBits : 0
      let isWritten = !isPaged || isSet(page, in: position + 6 + source.addressSize)
      if isWritten {
        var cursor = try source.cursor(at: start, entries * entrySize, what, budget)
        for index in first..<first + entries {
          let place = try cursor.address()
          let size = hasFilters ? try cursor.number(sizeBytes) : chunkBytes
          let mask = hasFilters ? try cursor.number(4) : 0
          guard let place, index < (try chunkCount()) else { continue }
          result.append(try chunk(origin(index), place, size, mask))
        }
      }
      start += entries * entrySize + checksum
    }
    return result
  }

  /// Whether the bit `index` of those at `position` is set, the highest of a byte first.
  private func isSet(_ index: Int, in position: Int) -> Bool {
    let byte = source.bytes.byte(position + index / 8) ?? 0
    return byte >> UInt8(7 - index % 8) & 1 != 0
  }

  private func chunk(
    _ origin: [Int], _ position: Int, _ size: Int, _ mask: Int
  ) throws(Diagnostic) -> HDF5ChunkReader.Chunk {
    guard zip(origin, extents).allSatisfy({ $0 < $1 }) else {
      throw dataset.damaged("a chunk lies outside its extents")
    }
    guard size <= source.bytes.count - position else {
      throw dataset.damaged("a chunk reaches beyond the end of the file")
    }
    return HDF5ChunkReader.Chunk(origin: origin, place: position..<position + size, mask: mask)
  }

  private func chunkCount() throws(Diagnostic) -> Int {
    var count = 1
    for (extent, size) in zip(extents, layout.extents) {
      let product = count.multipliedReportingOverflow(by: (extent - 1) / size + 1)
      guard !product.overflow else { throw dataset.damaged("it has too many chunks") }
      count = product.partialValue
    }
    return count
  }

  /// The origin of the chunk `index` in row-major order.
  private func origin(_ index: Int) -> [Int] {
    var rest = index
    var result: [Int] = []
    for (extent, size) in zip(extents, layout.extents).reversed() {
      let count = (extent - 1) / size + 1
      result.append(rest % count * size)
      rest /= count
    }
    return result.reversed()
  }
}
