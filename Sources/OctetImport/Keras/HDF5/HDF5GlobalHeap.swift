import OctetDiagnostics

/// Texts of any length, which a file keeps in collections of objects.
///
/// Source: HDF5 File Format Specification, III.E.
final class HDF5GlobalHeap {
  private let source: HDF5Source
  private let budget: HDF5Budget
  /// The objects of the collections that were read, by position and number.
  private var collections: [Int: [Int: Range<Int>]] = [:]

  init(_ source: HDF5Source) {
    self.source = source
    // A collection is walked through, then its objects are read.
    budget = HDF5Budget(source, times: 2)
  }

  /// The text that the element at `cursor` refers to.
  func text(_ cursor: inout HDF5Cursor) throws(Diagnostic) -> String {
    let count = try cursor.number(4)
    let position = try cursor.address()
    let index = try cursor.number(4)
    guard count > 0, let position else { return "" }
    let what = "a text"
    guard let object = try collection(at: position)[index], count <= object.count else {
      throw source.damaged("\(what) is not where it should be", at: position)
    }
    try budget.spend(count, what, source, at: object.lowerBound)
    return source.text(object.lowerBound..<object.lowerBound + count)
  }

  private func collection(at position: Int) throws(Diagnostic) -> [Int: Range<Int>] {
    if let known = collections[position] { return known }
    let what = "a heap of texts"
    // The heads of the collection and of each object take multiples of eight bytes.
    let headSize = 8 + (source.lengthSize + 7) / 8 * 8
    var head = try source.cursor(at: position, headSize, what, budget)
    try head.expect("GCOL")
    _ = try head.expect(version: 1...1)
    try head.skip(3)
    let size = try head.length()
    var cursor = try source.cursor(at: position + headSize, size - headSize, what, budget)
    var objects: [Int: Range<Int>] = [:]
    while cursor.left >= headSize {
      let index = try cursor.number(2)
      try cursor.skip(6)
      let count = try cursor.length()
      try cursor.skip(headSize - 8 - source.lengthSize)
      // Number 0 is the free rest.
      if index == 0 { break }
      objects[index] = try cursor.take(count)
      try cursor.skip(min(cursor.left, (8 - count % 8) % 8))
    }
    collections[position] = objects
    return objects
  }
}
