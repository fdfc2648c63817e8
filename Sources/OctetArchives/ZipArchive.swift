import CZlib
package import OctetDiagnostics

/// The directory of a zip file, and its entries' contents on demand.
///
/// Reads stored and deflated entries. Encrypted, split and zip64 archives are diagnosed. Format:
/// PKWARE APPNOTE 6.3.
package struct ZipArchive: Sendable {
  package struct Entry: Sendable {
    package let name: String
    package let byteCount: Int
    fileprivate let method: Int
    fileprivate let checksum: Int
    fileprivate let packed: ByteSlice
  }

  package let file: String
  /// In the order of the central directory, with unique names.
  package let entries: [Entry]

  package static func isZip(_ bytes: ByteSlice) -> Bool {
    bytes.starts(with: [0x50, 0x4B, 3, 4]) || bytes.starts(with: [0x50, 0x4B, 5, 6])
  }

  /// - Parameters:
  ///   - file: names the archive in diagnostics.
  ///   - limit: the most bytes all entries may unpack to together.
  /// - Throws: `.invalidData`.
  package init(_ bytes: ByteSlice, file: String, limit: Int) throws(Diagnostic) {
    self.file = file
    let end = try ZipArchive.directoryEnd(bytes, file)
    var reader = DirectoryReader(bytes: bytes, file: file, offset: end.start)
    var entries: [Entry] = []
    var names: Set<String> = []
    var packedBytes = 0
    var unpackedBytes = 0
    for _ in 0..<end.count {
      let entry = try reader.next(before: end.limit)
      guard names.insert(entry.name).inserted else {
        throw ZipArchive.broken(file, "holds '\(entry.name)' twice")
      }
      // Entries that share packed bytes would unpack to far more than the file can hold.
      packedBytes += entry.packed.count
      unpackedBytes += entry.byteCount
      guard packedBytes <= bytes.count else {
        throw ZipArchive.broken(file, "has entries that overlap")
      }
      guard unpackedBytes <= limit else {
        throw ZipArchive.broken(file, "unpacks to more than \(limit) bytes")
      }
      entries.append(entry)
    }
    self.entries = entries
  }

  /// The unpacked bytes of `entry`, checked against its size and CRC-32.
  ///
  /// - Throws: `.invalidData`.
  package func contents(of entry: Entry) throws(Diagnostic) -> ByteSlice {
    let location = Location(file: file, format: "zip", node: entry.name)
    let bytes: ByteSlice
    switch entry.method {
    case 0:
      guard entry.packed.count == entry.byteCount else {
        throw ZipArchive.broken(file, "states two sizes for '\(entry.name)'").located(location)
      }
      bytes = entry.packed
    case 8:
      bytes = try Inflate.raw(
        entry.packed, byteCount: entry.byteCount, file: file, entry: entry.name)
    default:
      throw ZipArchive.broken(
        file, "packs '\(entry.name)' with method \(entry.method); stored and deflated are read"
      ).located(location)
    }
    guard bytes.checksum == entry.checksum else {
      throw ZipArchive.broken(file, "has a wrong checksum for '\(entry.name)'").located(location)
    }
    return bytes
  }

  /// Finds the end record: its signature in the last 64 KiB, with a comment that ends the file.
  private static func directoryEnd(
    _ bytes: ByteSlice, _ file: String
  ) throws(Diagnostic) -> (start: Int, limit: Int, count: Int) {
    var offset = bytes.count - 22
    let lowest = max(0, offset - 0xFFFF)
    while offset >= lowest {
      if bytes.uint32(offset) == 0x0605_4B50, bytes.uint16(offset + 20) == bytes.count - offset - 22
      {
        break
      }
      offset -= 1
    }
    guard offset >= lowest, let disk = bytes.uint16(offset + 4),
      let here = bytes.uint16(offset + 8), let count = bytes.uint16(offset + 10),
      let size = bytes.uint32(offset + 12), let start = bytes.uint32(offset + 16)
    else { throw broken(file, "has no central directory; it may be cut off") }
    if count == 0xFFFF || size == 0xFFFF_FFFF || start == 0xFFFF_FFFF {
      throw broken(file, "is a zip64 archive, which is not read")
    }
    guard disk == 0, here == count else { throw broken(file, "is one part of a split archive") }
    guard start <= offset, size <= offset - start else {
      throw broken(file, "has a central directory outside the file")
    }
    return (start, start + size, count)
  }

  fileprivate static func broken(_ file: String, _ what: String) -> Diagnostic {
    Diagnostic(.invalidData, "'\(file)' \(what)", at: Location(file: file, format: "zip"))
  }

  /// Walks the central directory.
  private struct DirectoryReader {
    let bytes: ByteSlice
    let file: String
    var offset: Int

    mutating func next(before limit: Int) throws(Diagnostic) -> Entry {
      let base = offset
      guard base <= limit - 46, bytes.uint32(base) == 0x0201_4B50,
        let flags = bytes.uint16(base + 8), let method = bytes.uint16(base + 10),
        let checksum = bytes.uint32(base + 16), let packed = bytes.uint32(base + 20),
        let unpacked = bytes.uint32(base + 24), let nameCount = bytes.uint16(base + 28),
        let extraCount = bytes.uint16(base + 30), let commentCount = bytes.uint16(base + 32),
        let header = bytes.uint32(base + 42), let name = bytes.slice(base + 46, nameCount)?.text
      else { throw broken(file, "has a damaged central directory") }
      offset = base + 46 + nameCount + extraCount + commentCount
      guard offset <= limit else { throw broken(file, "has a damaged central directory") }
      if packed == 0xFFFF_FFFF || unpacked == 0xFFFF_FFFF || header == 0xFFFF_FFFF {
        throw broken(file, "stores '\(name)' as a zip64 entry, which is not read")
      }
      if flags & 1 != 0 { throw broken(file, "has the encrypted entry '\(name)'") }
      // The sizes in the local header may be zip64 or missing; the directory's are the ones to use.
      guard bytes.uint32(header) == 0x0403_4B50, let localName = bytes.uint16(header + 26),
        let localExtra = bytes.uint16(header + 28),
        let data = bytes.slice(header + 30 + localName + localExtra, packed)
      else { throw broken(file, "has no data where its directory says '\(name)' is") }
      return Entry(
        name: name, byteCount: unpacked, method: method, checksum: checksum, packed: data)
    }
  }
}

extension ByteSlice {
  /// CRC-32 as zip and gzip compute it.
  package var checksum: Int {
    withUnsafeBytes { bytes in
      Int(crc32_z(0, bytes.baseAddress?.assumingMemoryBound(to: Bytef.self), bytes.count))
    }
  }
}
