import OctetArchives
import OctetDiagnostics

/// Reads the chunks of a dataset into one array.
struct HDF5ChunkReader {
  /// A chunk that was written.
  struct Chunk {
    /// Of its first element in the dataset.
    var origin: [Int]
    var place: Range<Int>
    /// A bit for each filter that it went without.
    var mask: Int
  }

  private let dataset: HDF5Dataset
  private let source: HDF5Source
  private let layout: HDF5Chunks
  private let extents: [Int]
  private let filters: HDF5Filters
  private let chunks: [Chunk]
  /// Bytes of a whole chunk.
  private let chunkBytes: Int

  /// Finds the chunks. Throws `OCT0113` if they cannot be what the file has.
  init(
    _ dataset: HDF5Dataset, _ layout: HDF5Chunks, extents: [Int], elementSize: Int
  ) throws(Diagnostic) {
    (self.dataset, source, self.layout) = (dataset, dataset.file.source, layout)
    self.extents = extents
    guard layout.extents.count == extents.count, layout.elementSize == elementSize,
      layout.extents.allSatisfy({ $0 > 0 })
    else { throw dataset.damaged("its chunks do not fit its extents") }
    var byteCount = elementSize
    for extent in layout.extents {
      let product = byteCount.multipliedReportingOverflow(by: extent)
      guard !product.overflow, product.partialValue <= 1 << 32 else {
        throw dataset.damaged("its chunks have more than 4 GiB")
      }
      byteCount = product.partialValue
    }
    chunkBytes = byteCount
    let header = dataset.record.header
    if let message = header.first(.filters) {
      var cursor = try header.cursor(message, "filter pipeline")
      filters = try HDF5Filters(&cursor, of: dataset)
    } else {
      filters = HDF5Filters()
    }
    let grid = HDF5ChunkGrid(
      dataset: dataset, layout: layout, extents: extents, chunkBytes: byteCount,
      hasFilters: !filters.filters.isEmpty)
    chunks = try grid.chunks()
    // Chunks that shared bytes would unpack to far more than the file can hold.
    let budget = HDF5Budget(source)
    for chunk in chunks {
      try budget.spend(chunk.place.count, "a chunk", source, at: chunk.place.lowerBound)
      guard byteCount <= filters.largest(chunk.place.count) else {
        throw dataset.damaged("\(chunk.place.count) bytes cannot hold a chunk of \(byteCount)")
      }
    }
  }

  /// Bytes of the array that the chunks have, or more where chunks reach beyond it.
  var writtenBytes: Int {
    let product = chunkBytes.multipliedReportingOverflow(by: chunks.count)
    return product.overflow ? .max : product.partialValue
  }

  /// Copies what the chunks have into the array.
  func read(into target: UnsafeMutableRawBufferPointer) throws(Diagnostic) {
    for chunk in chunks {
      guard let stored = source.bytes.slice(chunk.place.lowerBound, chunk.place.count) else {
        throw dataset.damaged("a chunk reaches beyond the end of the file")
      }
      let isAtEdge = zip(zip(chunk.origin, layout.extents), extents).contains { $0.0 + $0.1 > $1 }
      let mask = layout.leavesEdges && isAtEdge ? -1 : chunk.mask
      guard let bytes = filters.undone(stored, mask: mask, byteCount: chunkBytes) else {
        throw dataset.damaged("the chunk at \(chunk.origin) does not unpack to \(chunkBytes) bytes")
      }
      bytes.withUnsafeBytes { copy($0, at: chunk.origin, to: target) }
    }
  }

  /// Copies the part of a chunk that lies within the array, a row of the last dimension at a time.
  private func copy(
    _ chunk: UnsafeRawBufferPointer, at origin: [Int], to target: UnsafeMutableRawBufferPointer
  ) {
    let shape = layout.extents
    let part = zip(zip(origin, shape), extents).map { min($0.1, $1 - $0.0) }
    guard part.allSatisfy({ $0 > 0 }) else { return }
    let last = shape.count - 1
    let rowBytes = part[last] * layout.elementSize
    var index = [Int](repeating: 0, count: shape.count)
    while true {
      var (from, to) = (0, 0)
      for axis in shape.indices {
        from = from * shape[axis] + index[axis]
        to = to * extents[axis] + origin[axis] + index[axis]
      }
      from *= layout.elementSize
      to *= layout.elementSize
      UnsafeMutableRawBufferPointer(rebasing: target[to..<to + rowBytes])
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: chunk[from..<from + rowBytes]))
      var axis = last - 1
      while axis >= 0 {
        index[axis] += 1
        if index[axis] < part[axis] { break }
        index[axis] = 0
        axis -= 1
      }
      if axis < 0 { return }
    }
  }
}
