import OctetDiagnostics
import OctetFiles
import OctetIR
import SwiftProtobuf

/// The variables of a SavedModel: `variables.index`, a sorted table in LevelDB's format, says where in the
/// `variables.data-…` files each tensor's bytes are.
///
/// Source: LevelDB's table_format.md, TensorFlow's tensor_bundle.h. Every offset is checked before it is
/// followed, and the bytes of a tensor against their checksum when it is read.
struct TensorBundle {
  private var entries: [String: TFBundleEntryProto] = [:]
  private let shards: [MappedFile]
  private let path: String

  /// Opens `PREFIX.index` and its data files. Throws `OCT0101` for a file that cannot be read, `OCT0314` for one
  /// that is damaged.
  init(_ prefix: String) throws(Diagnostic) {
    path = prefix + ".index"
    let index = try MappedFile(path, limit: 1 << 30)
    var header = TFBundleHeaderProto()
    var found: [(name: String, entry: TFBundleEntryProto)] = []
    let path = path
    try BundleTable(index).forEach { key, value throws(Diagnostic) in
      do {
        if key.isEmpty {
          header = try TFBundleHeaderProto(serializedBytes: value)
        } else {
          found.append(
            (String(decoding: key, as: UTF8.self), try TFBundleEntryProto(serializedBytes: value)))
        }
      } catch {
        throw damaged(path, "an entry is no message (\(error))")
      }
    }
    guard header.endianness == 0, (1...4096).contains(header.numShards) else {
      throw damaged(
        path, "it has no header of a little-endian bundle (\(header.numShards) data files)")
    }
    let count = Int(header.numShards)
    var shards: [MappedFile] = []
    for shard in 0..<count {
      shards.append(try MappedFile("\(prefix).data-\(fiveDigits(shard))-of-\(fiveDigits(count))"))
    }
    self.shards = shards
    for (name, entry) in found { entries[name] = entry }
  }

  /// The tensor `name`, whose bytes stay in the mapped file; nil if there is none. Throws `OCT0314` where the
  /// file contradicts itself.
  func tensor(_ name: String) throws(Diagnostic) -> Tensor? {
    guard let entry = entries[name] else { return nil }
    guard let element = ElementType(entry.dtype), element.byteCount != nil,
      let extents = entry.shape.extents
    else {
      throw damaged(path, "the variable '\(name)' is of type \(entry.dtype), which has no numbers")
    }
    let type = TensorType(element, extents)
    guard shards.indices.contains(Int(entry.shardID)), entry.offset >= 0, entry.size >= 0,
      let byteCount = type.byteCount, byteCount == entry.size
    else {
      throw damaged(
        path,
        "the variable '\(name)' of type \(type.text) has \(entry.size) bytes in data file "
          + "\(entry.shardID)")
    }
    let shard = shards[Int(entry.shardID)]
    let (start, size) = (Int(entry.offset), Int(entry.size))
    guard start <= shard.bytes.count, size <= shard.bytes.count - start else {
      throw damaged(
        shard.path, "it ends before the variable '\(name)' (\(size) bytes from \(start) on)")
    }
    let bytes = UnsafeRawBufferPointer(rebasing: shard.bytes[start..<start + size])
    guard CRC32C.masked(bytes) == entry.crc32C else {
      throw damaged(shard.path, "the bytes of the variable '\(name)' do not have their checksum")
    }
    return Tensor(type, Storage(borrowing: bytes, owner: shard))
  }
}

private func fiveDigits(_ number: Int) -> String {
  let digits = "\(number)"
  return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
}

private func damaged(_ path: String, _ reason: String) -> Diagnostic {
  Diagnostic(
    .invalidWeights, "'\(path)' is damaged: \(reason)",
    at: Location(file: path, format: "tensorflow"),
    help: "fetch the file again, or save the model again")
}

/// A sorted table in LevelDB's format, without compression.
private struct BundleTable {
  private let file: MappedFile

  init(_ file: MappedFile) { self.file = file }

  /// Calls `body` with each key and value in the table's order.
  func forEach(
    _ body: (_ key: [UInt8], _ value: [UInt8]) throws(Diagnostic) -> Void
  ) throws(Diagnostic) {
    let footerSize = 48
    guard file.bytes.count >= footerSize else { throw damaged(file.path, "it is too short") }
    var footer = ByteCursor(file.bytes, file.bytes.count - footerSize..<file.bytes.count)
    let magic = UInt64(
      littleEndian: file.bytes.loadUnaligned(
        fromByteOffset: file.bytes.count - 8, as: UInt64.self))
    guard magic == 0xDB47_7524_8B80_FB57 else {
      throw damaged(file.path, "it does not end as a table of variables does")
    }
    // The place of the meta index comes first.
    guard footer.handle() != nil, let index = footer.handle() else {
      throw damaged(file.path, "its footer has no places")
    }
    try forEachEntry(of: index) { _, value throws(Diagnostic) in
      var cursor = ByteCursor(value)
      guard let block = cursor.handle() else {
        throw damaged(file.path, "its index has no places")
      }
      try forEachEntry(of: block) { key, value throws(Diagnostic) in
        try body(key, Array(value))
      }
    }
  }

  private func forEachEntry(
    of handle: Range<Int>,
    _ body: (_ key: [UInt8], _ value: UnsafeRawBufferPointer) throws(Diagnostic) -> Void
  ) throws(Diagnostic) {
    // A byte tells the compression, four more are a checksum.
    guard handle.upperBound <= file.bytes.count - 5 else {
      throw damaged(file.path, "a block is beyond its end")
    }
    guard file.bytes[handle.upperBound] == 0 else {
      throw damaged(file.path, "a block is compressed, which TensorFlow does not do")
    }
    let stored = file.bytes.loadUnaligned(
      fromByteOffset: handle.upperBound + 1, as: UInt32.self)
    let checked = file.bytes[handle.lowerBound..<handle.upperBound + 1]
    guard CRC32C.masked(UnsafeRawBufferPointer(rebasing: checked)) == UInt32(littleEndian: stored)
    else { throw damaged(file.path, "a block does not have its checksum") }
    // The restart points at the end are for look-ups.
    guard handle.count >= 4 else { throw damaged(file.path, "a block is too short") }
    let restarts = Int(
      UInt32(
        littleEndian: file.bytes.loadUnaligned(
          fromByteOffset: handle.upperBound - 4, as: UInt32.self)))
    guard restarts <= (handle.count - 4) / 4 else {
      throw damaged(file.path, "a block has more restart points than bytes")
    }
    var cursor = ByteCursor(
      file.bytes, handle.lowerBound..<handle.upperBound - 4 - 4 * restarts)
    var key: [UInt8] = []
    while !cursor.isAtEnd {
      guard let shared = cursor.varint(), let added = cursor.varint(),
        let size = cursor.varint(), shared <= key.count, let rest = cursor.take(added),
        let value = cursor.take(size)
      else { throw damaged(file.path, "an entry is beyond its block") }
      key.removeLast(key.count - shared)
      key += rest
      try body(key, value)
    }
  }
}

/// Reads numbers from bytes, none beyond the end.
private struct ByteCursor {
  private let bytes: UnsafeRawBufferPointer
  private var position: Int
  private let end: Int

  init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>? = nil) {
    self.bytes = bytes
    position = range?.lowerBound ?? 0
    end = range?.upperBound ?? bytes.count
  }

  var isAtEnd: Bool { position >= end }

  /// Seven bits a byte, the lowest first; nil beyond the end or for a number that does not fit.
  mutating func varint() -> Int? {
    var result = 0
    for shift in stride(from: 0, to: 63, by: 7) {
      guard position < end else { return nil }
      let byte = bytes[position]
      position += 1
      result |= Int(byte & 0x7F) << shift
      if byte < 0x80 { return result }
    }
    return nil
  }

  mutating func take(_ count: Int) -> UnsafeRawBufferPointer? {
    guard count >= 0, count <= end - position else { return nil }
    defer { position += count }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
  }

  /// The offset and the size of a block.
  mutating func handle() -> Range<Int>? {
    guard let offset = varint(), let size = varint(), size <= .max - offset else { return nil }
    return offset..<offset + size
  }
}

/// The Castagnoli checksum of LevelDB's and TensorFlow's files.
private enum CRC32C {
  /// Masked as these files store it, since a checksum of bytes that hold checksums is weak.
  static func masked(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    let crc = checksum(bytes)
    return (crc >> 15 | crc << 17) &+ 0xA282_EAD8
  }

  /// Eight tables for eight bytes at a time.
  private static let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      var crc = UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 0 ? crc >> 1 : crc >> 1 ^ 0x82F6_3B78 }
      tables[byte] = crc
    }
    for index in 256..<8 * 256 {
      let before = tables[index - 256]
      tables[index] = before >> 8 ^ tables[Int(before & 0xFF)]
    }
    return tables
  }()

  private static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    tables.withUnsafeBufferPointer { table in
      var crc = UInt32.max
      var position = 0
      while position + 8 <= bytes.count {
        let word =
          UInt64(
            littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
          ^ UInt64(crc)
        crc = 0
        for byte in 0..<8 {
          crc ^= table[(7 - byte) * 256 + Int(truncatingIfNeeded: word >> (8 * byte)) & 0xFF]
        }
        position += 8
      }
      while position < bytes.count {
        crc = crc >> 8 ^ table[Int((crc ^ UInt32(bytes[position])) & 0xFF)]
        position += 1
      }
      return ~crc
    }
  }
}
