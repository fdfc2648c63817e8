import OctetDiagnostics
import OctetIR
import OctetSchema

/// Where the stored numbers of a sparse tensor belong.
///
/// Its levels, outermost first, are the tensor's dimensions and then those of blocks that it is made of, in the order of
/// `traversal_order`. A dense level has all its places; of a sparse one, the places below place p of the level above
/// are those of `indices` from `segments[p]` up to `segments[p + 1]`.
///
/// Source: `SparsityParameters` in TFLite's schema.
struct SparseTensor {
  private struct Level {
    let size: Int
    /// How many elements of the tensor lie between two places.
    let step: Int
    /// Nil for a dense level.
    let segments: [Int]?
    let indices: [Int]
  }

  private static let mostDimensions = 8

  private let levels: [Level]
  private let count: Int

  /// How many numbers say where the elements belong.
  var indexCount: Int { levels.reduce(0) { $0 + $1.indices.count + ($1.segments?.count ?? 0) } }

  /// - Parameter extents: the tensor's, whose product can be counted.
  /// - Throws: `OCT0104` for parameters that do not fit them.
  init(_ table: SparsityParametersTable, _ extents: [Int]) throws(Diagnostic) {
    let order = table.traversalOrder.map { $0.map { Int($0) } } ?? []
    let blocks = table.blockMap.map { $0.map { Int($0) } } ?? []
    let metadata = table.dimMetadata.map { Array($0) } ?? []
    let rank = extents.count
    guard rank <= Self.mostDimensions, order.count == rank + blocks.count,
      metadata.count == order.count,
      order.sorted() == Array(order.indices), Set(blocks).count == blocks.count,
      blocks.allSatisfy({ extents.indices.contains($0) })
    else { throw Self.wrong("levels") }
    var blockSizes = extents.map { _ in 1 }
    for (level, dimension) in order.enumerated() where dimension >= rank {
      blockSizes[blocks[dimension - rank]] = Int(metadata[level].denseSize)
    }
    guard zip(extents, blockSizes).allSatisfy({ $1 > 0 && $0 % $1 == 0 }) else {
      throw Self.wrong("blocks")
    }
    var steps = extents.map { _ in 1 }
    for axis in extents.indices.dropLast().reversed() {
      steps[axis] = steps[axis + 1] * extents[axis + 1]
    }
    count = extents.reduce(1, *)
    var levels: [Level] = []
    for (table, dimension) in zip(metadata, order) {
      let axis = dimension < rank ? dimension : blocks[dimension - rank]
      let block = blockSizes[axis]
      let size = dimension < rank ? extents[axis] / block : block
      let step = dimension < rank ? steps[axis] * block : steps[axis]
      guard table.format == .sparseCSR else {
        guard table.format == .dense, table.denseSize == size else { throw Self.wrong("extents") }
        levels.append(Level(size: size, step: step, segments: nil, indices: []))
        continue
      }
      guard let segments = table.segments, let indices = table.indices else {
        throw Self.wrong("indices")
      }
      levels.append(Level(size: size, step: step, segments: segments, indices: indices))
    }
    self.levels = levels
  }

  /// The tensor's elements, zero where nothing is stored.
  ///
  /// - Parameters:
  ///   - stored: the numbers that are stored.
  ///   - size: the bytes of an element.
  /// - Throws: `OCT0104` for indices that do not exist.
  func dense(_ stored: UnsafeRawBufferPointer, elements size: Int) throws(Diagnostic) -> Storage {
    let result = Storage(byteCount: count * size)
    let numbers = result.mutableBytes
    let isWhole = visit(0, place: 0, element: 0) { place, element in
      guard (place + 1) * size <= stored.count, element < count else { return false }
      for byte in 0..<size { numbers[element * size + byte] = stored[place * size + byte] }
      return true
    }
    guard isWhole else { throw Self.wrong("indices") }
    return result
  }

  /// Calls `body` with the place of each stored number and the element that it is, until it returns false.
  private func visit(
    _ level: Int, place: Int, element: Int, _ body: (_ place: Int, _ element: Int) -> Bool
  ) -> Bool {
    guard level < levels.count else { return body(place, element) }
    let this = levels[level]
    guard let segments = this.segments else {
      for index in 0..<this.size {
        guard
          visit(
            level + 1, place: place * this.size + index, element: element + index * this.step, body)
        else { return false }
      }
      return true
    }
    guard place + 1 < segments.count, segments[place] >= 0, segments[place] <= segments[place + 1],
      segments[place + 1] <= this.indices.count
    else { return false }
    for next in segments[place]..<segments[place + 1] {
      let index = this.indices[next]
      guard index >= 0, index < this.size,
        visit(level + 1, place: next, element: element + index * this.step, body)
      else { return false }
    }
    return true
  }

  private static func wrong(_ what: String) -> Diagnostic {
    Diagnostic(.invalidModel, "the \(what) of a sparse tensor do not fit its shape")
  }
}

extension DimensionMetadataTable {
  fileprivate var segments: [Int]? {
    if let vector = Int32VectorTable(arraySegmentsOf: self) { return numbers(vector.values) }
    if let vector = Uint16VectorTable(arraySegmentsOf: self) { return numbers(vector.values) }
    return Uint8VectorTable(arraySegmentsOf: self).flatMap { numbers($0.values) }
  }

  fileprivate var indices: [Int]? {
    if let vector = Int32VectorTable(arrayIndicesOf: self) { return numbers(vector.values) }
    if let vector = Uint16VectorTable(arrayIndicesOf: self) { return numbers(vector.values) }
    return Uint8VectorTable(arrayIndicesOf: self).flatMap { numbers($0.values) }
  }

  private func numbers<Number: BinaryInteger>(_ vector: FlatVector<Number>?) -> [Int] {
    vector.map { $0.map { Int($0) } } ?? []
  }
}
