import OctetDiagnostics
import OctetIR

/// The extents of a dataset or an attribute; none for a scalar.
///
/// Source: HDF5 File Format Specification, IV.A.2.b.
struct HDF5Dataspace: Sendable {
  /// Nil for a space without any element.
  let extents: [Int]?

  init(_ cursor: inout HDF5Cursor) throws(Diagnostic) {
    let version = try cursor.expect(version: 1...2)
    let rank = try cursor.number(1)
    try cursor.skip(1)
    if version == 2, try cursor.number(1) == 2 {
      extents = nil
      return
    }
    if version == 1 { try cursor.skip(5) }
    guard rank <= 32 else { throw cursor.damaged("has \(rank) dimensions") }
    var extents: [Int] = []
    for _ in 0..<rank { extents.append(try cursor.length()) }
    self.extents = extents
  }

  /// How many elements there are. Throws `OCT0113` if they are too many to count.
  func count(_ source: HDF5Source) throws(Diagnostic) -> Int {
    guard let extents else { return 0 }
    guard let count = Shape.elementCount(extents) else {
      throw source.damaged("it has an array of \(Shape(extents).text) elements")
    }
    return count
  }
}
