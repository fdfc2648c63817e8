package import OctetArchives
package import OctetDiagnostics
package import OctetIR

/// NumPy's `.npy` files: one array each. Reads format versions 1, 2 and 3; writes version 1.
package enum NPY {
  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  package static func isNPY(_ bytes: ByteSlice) -> Bool { bytes.starts(with: magic) }

  /// The array in the file at `path`.
  ///
  /// - Throws: `.unreadableFile`, `.invalidData`.
  package static func read(_ path: String) throws(Diagnostic) -> Tensor {
    try tensor(try readFile(path), file: path)
  }

  /// The array of a whole `.npy` file: row-major, little-endian, of a type a model can hold. The
  /// tensor shares the bytes when they are aligned.
  ///
  /// - Parameters:
  ///   - file: names the file in diagnostics.
  ///   - entry: the name inside an archive.
  /// - Throws: `.invalidData`, also for Fortran order, big-endian, records and Python objects.
  package static func tensor(
    _ bytes: ByteSlice, file: String, entry: String? = nil
  ) throws(Diagnostic) -> Tensor {
    do {
      return try tensor(bytes)
    } catch {
      let name = entry.map { "'\($0)' in '\(file)'" } ?? "'\(file)'"
      throw Diagnostic(
        .invalidData, "\(name) \(error.text)",
        at: Location(file: file, format: "npy", node: entry),
        helps: error.help.map { [Diagnostic.Help($0)] } ?? [])
    }
  }

  private static func tensor(_ bytes: ByteSlice) throws(NPYHeader.Problem) -> Tensor {
    guard isNPY(bytes) else { throw NPYHeader.Problem("is not a .npy file") }
    let headerLength: (offset: Int, count: Int?)
    switch bytes.byte(6) {
    case 1: headerLength = (10, bytes.uint16(8))
    case 2, 3: headerLength = (12, bytes.uint32(8))
    case let version?:
      throw NPYHeader.Problem("has format version \(version); 1, 2 and 3 are read")
    case nil: headerLength = (0, nil)
    }
    guard let count = headerLength.count, let text = bytes.slice(headerLength.offset, count) else {
      throw NPYHeader.Problem("ends within its header")
    }
    let header = try NPYHeader(parsing: text.array)
    let element = try header.element()
    if header.isFortranOrder, header.extents.count > 1 {
      throw NPYHeader.Problem(
        "is stored column by column (Fortran order)",
        help: "save it row by row: np.save(file, np.ascontiguousarray(a))")
    }
    let type = TensorType(element, header.extents)
    let dataOffset = headerLength.offset + count
    guard let byteCount = type.byteCount, byteCount == bytes.count - dataOffset,
      let data = bytes.slice(dataOffset, byteCount)
    else {
      throw NPYHeader.Problem(
        "has \(bytes.count - dataOffset) bytes of data, which is not what \(type.text) takes")
    }
    if element == .bool, data.withUnsafeBytes({ $0.contains { $0 > 1 } }) {
      throw NPYHeader.Problem("has bytes other than 0 and 1 in its bool array")
    }
    return Tensor(type, data.tensorStorage)
  }

  /// `tensor` as a `.npy` file; the data start at a multiple of 64. Nil for element types that NumPy
  /// does not have and for unknown extents.
  package static func bytes(of tensor: Tensor) -> [UInt8]? {
    let known = NPYHeader.elements.first { $0.element == tensor.type.element }
    guard let known, let extents = tensor.type.shape.extents else { return nil }
    let header = NPYHeader(description: known.description, isFortranOrder: false, extents: extents)
    var text = Array(header.text.utf8)
    let padding = (64 - (10 + text.count + 1) % 64) % 64
    text += [UInt8](repeating: UInt8(ascii: " "), count: padding)
    text.append(UInt8(ascii: "\n"))
    guard text.count <= 0xFFFF else { return nil }
    var result = magic + [1, 0]
    result.append16(text.count)
    result += text
    withExtendedLifetime(tensor.storage) { result += tensor.storage.bytes }
    return result
  }
}
