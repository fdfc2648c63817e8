import OctetArchives
import OctetDiagnostics

/// The beginning of an HDF5 file: how long its numbers are and where its root group is.
///
/// Source: HDF5 File Format Specification, II.A.
struct HDF5Superblock {
  /// The file with its sizes of numbers set.
  let source: HDF5Source
  /// Where the header of the root group is.
  let root: Int

  static let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]

  /// Where the superblock begins: at 0, 512, 1024 and so on; nil if nowhere.
  static func position(_ bytes: ByteSlice) -> Int? {
    var position = 0
    while let start = bytes.slice(position, signature.count) {
      if start.starts(with: signature) { return position }
      position = position == 0 ? 512 : 2 * position
    }
    return nil
  }

  /// Reads the superblock of any version. Throws `OCT0113` if there is none or the file was cut off.
  init(_ bytes: ByteSlice, path: String) throws(Diagnostic) {
    var source = HDF5Source(bytes: bytes, path: path)
    guard let base = HDF5Superblock.position(bytes) else {
      throw Diagnostic(
        .invalidKeras, "'\(path)' is no HDF5 file: it has no superblock",
        at: Location(file: path, format: "hdf5"))
    }
    source.base = base
    let start = base + HDF5Superblock.signature.count
    let what = "the superblock"
    var cursor = HDF5Cursor(source, start..<bytes.count, what)
    let version = try cursor.expect(version: 0...3)
    if version < 2 { try cursor.skip(4) }
    source.addressSize = try HDF5Superblock.size(&cursor)
    source.lengthSize = try HDF5Superblock.size(&cursor)
    // Old: a reserved byte, K of leaves and nodes, flags, and in version 1 K of chunks. New: flags.
    try cursor.skip([9, 13, 1, 1][version])
    cursor = HDF5Cursor(source, cursor.position..<bytes.count, what)
    // Something may have been put before the file since it was written: its end counts from where it said it was.
    let statedBase = try cursor.number(source.addressSize)
    try cursor.skip(source.addressSize)
    let statedEnd = try cursor.number(source.addressSize)
    guard statedEnd >= statedBase, statedEnd - statedBase <= bytes.count - base else {
      throw source.damaged(
        "it is cut off: \(bytes.count) bytes of \(statedEnd) are there", at: bytes.count)
    }
    if version < 2 {
      // Of the driver information and, in the root's entry, of the name.
      try cursor.skip(2 * source.addressSize)
    }
    root = try cursor.definedAddress()
    self.source = source
  }

  private static func size(_ cursor: inout HDF5Cursor) throws(Diagnostic) -> Int {
    let size = try cursor.number(1)
    guard [2, 4, 8].contains(size) else { throw cursor.damaged("has numbers of \(size) bytes") }
    return size
  }
}
