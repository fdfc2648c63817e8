import OctetArchives
import OctetDiagnostics

/// Where the elements of a dataset are.
///
/// Source: HDF5 File Format Specification, IV.A.2.i.
enum HDF5Layout {
  /// In one piece; nil if nothing was written.
  case place(Range<Int>?)
  case chunks(HDF5Chunks)

  /// Reads a layout message.
  init(_ cursor: inout HDF5Cursor) throws(Diagnostic) {
    let source = cursor.source
    let version = try cursor.number(1)
    guard (3...4).contains(version) else {
      throw source.unsupported("a layout of version \(version)")
    }
    switch try cursor.number(1) {
    case 0: self = .place(try cursor.take(try cursor.number(2)))
    case 1:
      let address = try cursor.address()
      let count = try cursor.length()
      guard let address else {
        self = .place(nil)
        return
      }
      guard count <= source.bytes.count - address else {
        throw source.damaged("a dataset reaches beyond the end of the file", at: address)
      }
      self = .place(address..<address + count)
    case 2: self = .chunks(try HDF5Chunks(&cursor, version: version))
    default: throw source.unsupported("a dataset that is put together from others")
    }
  }
}

/// How a dataset is cut into chunks and where these are listed.
struct HDF5Chunks {
  enum Index {
    case tree
    /// One chunk; its bytes in the file and the filters left out, if it has filters.
    case single(size: Int?, mask: Int)
    /// All one after the other.
    case implicit
    case fixedArray
  }

  /// The extents of a chunk, as many as the dataset has.
  let extents: [Int]
  let elementSize: Int
  let index: Index
  /// Where the index is; nil if nothing was written.
  let address: Int?
  /// Whether chunks that reach beyond the extents of the dataset have no filters.
  let leavesEdges: Bool

  /// Reads the rest of a layout message.
  fileprivate init(_ cursor: inout HDF5Cursor, version: Int) throws(Diagnostic) {
    let flags = version == 4 ? try cursor.number(1) : 0
    leavesEdges = flags & 1 != 0
    let count = try cursor.number(1)
    guard (2...33).contains(count) else {
      throw cursor.damaged("has chunks of \(count - 1) dimensions")
    }
    let address = version == 3 ? try cursor.address() : nil
    let size = version == 3 ? 4 : try cursor.number(1)
    guard (1...8).contains(size) else { throw cursor.damaged("has numbers of \(size) bytes") }
    var extents: [Int] = []
    for _ in 0..<count { extents.append(try cursor.number(size)) }
    elementSize = extents.removeLast()
    self.extents = extents
    if version == 3 {
      (index, self.address) = (.tree, address)
      return
    }
    switch try cursor.number(1) {
    case 1 where flags & 2 != 0:
      index = .single(size: try cursor.length(), mask: try cursor.number(4))
    case 1: index = .single(size: nil, mask: 0)
    case 2: index = .implicit
    case 3:
      // The size of a page, which the array's header tells again.
      try cursor.skip(1)
      index = .fixedArray
    case let type:
      throw cursor.source.unsupported(
        "a dataset that can grow, in a newer format (index \(type))",
        help: "write the file again without `libver=\"latest\"` or without `maxshape`")
    }
    self.address = try cursor.address()
  }
}
