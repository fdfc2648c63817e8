package import OctetArchives
package import OctetDiagnostics
package import OctetIR

/// MNIST's IDX files, plain or gzipped: a big-endian header, then unsigned bytes.
package enum IDX {
  private static let imagesMagic = 0x0000_0803
  private static let labelsMagic = 0x0000_0801

  /// What a file's first bytes say it is.
  package enum Kind: Sendable {
    case images, labels
  }

  /// The kind of IDX file that `bytes` begin like, through gzip if need be; nil for anything else.
  package static func kind(_ bytes: ByteSlice) -> Kind? {
    let start = Inflate.isGzip(bytes) ? Inflate.gzipPrefix(bytes, count: 4) : bytes
    switch start.bigEndianUInt32(0) {
    case imagesMagic: return .images
    case labelsMagic: return .labels
    default: return nil
    }
  }

  /// The pictures of a file as `uint8[count, height, width]`, row-major.
  ///
  /// - Parameter file: names the file in diagnostics.
  /// - Throws: `.invalidData` when the header or the size is wrong.
  package static func images(_ bytes: ByteSlice, file: String) throws(Diagnostic) -> Tensor {
    let (extents, data) = try read(bytes, imagesMagic, rank: 3, file: file)
    return Tensor(TensorType(.uint8, extents), data.tensorStorage)
  }

  /// The labels of a file, one a picture.
  ///
  /// - Throws: as `images(_:file:)`.
  package static func labels(_ bytes: ByteSlice, file: String) throws(Diagnostic) -> [Int] {
    let (_, data) = try read(bytes, labelsMagic, rank: 1, file: file)
    return data.withUnsafeBytes { $0.map { Int($0) } }
  }

  private static func read(
    _ bytes: ByteSlice, _ magic: Int, rank: Int, file: String
  ) throws(Diagnostic) -> (extents: [Int], data: ByteSlice) {
    let headerBytes = 4 + 4 * rank
    let isPacked = Inflate.isGzip(bytes)
    let header = isPacked ? Inflate.gzipPrefix(bytes, count: headerBytes) : bytes
    guard let found = header.bigEndianUInt32(0) else { throw broken(file, "ends in its header") }
    guard found == magic else {
      let wanted = magic == imagesMagic ? "pictures" : "labels"
      let words =
        found == imagesMagic ? "IDX pictures" : found == labelsMagic ? "IDX labels" : nil
      throw broken(
        file,
        words.map { "holds \($0), not \(wanted)" }
          ?? "does not begin like IDX \(wanted): 0x\(hex(found)) instead of 0x\(hex(magic))")
    }
    var extents: [Int] = []
    for index in 0..<rank {
      guard let extent = header.bigEndianUInt32(4 + 4 * index) else {
        throw broken(file, "ends in its header")
      }
      extents.append(extent)
    }
    guard let dataBytes = Shape.elementCount(extents), dataBytes <= 1 << 32 else {
      throw broken(file, "states \(Shape(extents).text) bytes, more than 4 GiB")
    }
    let whole =
      isPacked ? try Inflate.gzip(bytes, limit: headerBytes + dataBytes, file: file) : bytes
    guard whole.count == headerBytes + dataBytes, let data = whole.slice(headerBytes, dataBytes)
    else {
      throw broken(
        file,
        "has \(whole.count - headerBytes) bytes after its header, which states "
          + "\(Shape(extents).text) = \(dataBytes)")
    }
    return (extents, data)
  }

  private static func hex(_ value: Int) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: max(0, 8 - digits.utf8.count)) + digits
  }

  private static func broken(_ file: String, _ what: String) -> Diagnostic {
    Diagnostic(.invalidData, "'\(file)' \(what)", at: Location(file: file, format: "idx"))
  }
}
