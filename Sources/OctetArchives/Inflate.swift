import CZlib
import Glibc
package import OctetDiagnostics
import OctetIR

/// Unpacks deflate data through zlib, never into more memory than the caller allows.
package enum Inflate {
  /// Deflate codes at most 258 bytes in 2 bits; no honest data grows more than this.
  package static let largestRatio = 1032

  package static func isGzip(_ bytes: ByteSlice) -> Bool { bytes.starts(with: [0x1F, 0x8B]) }

  /// The contents of a gzip file; several members one after the other count as one.
  ///
  /// - Parameters:
  ///   - limit: the most bytes to unpack; more is a diagnostic.
  ///   - file: names the file in diagnostics.
  /// - Throws: `.invalidData` for damaged or truncated data and for more than `limit` bytes.
  package static func gzip(
    _ bytes: ByteSlice, limit: Int, file: String
  ) throws(Diagnostic) -> ByteSlice {
    let limit = max(0, min(limit, Int.max / 4))
    // The last four bytes state the unpacked size modulo 2^32: a hint, capped by what can be true.
    let stated = bytes.uint32(bytes.count - 4) ?? 0
    let possible = bytes.count.multipliedReportingOverflow(by: largestRatio)
    let ceiling = possible.overflow ? limit : min(limit, possible.partialValue)
    let output = GrowingBytes(hint: min(stated, ceiling) + 1)
    let end = run(bytes, windowBits: 15 + 16, into: output, limit: limit + 1)
    if output.count > limit {
      throw Diagnostic(
        .invalidData, "'\(file)' unpacks to more than the \(limit) bytes expected",
        at: Location(file: file, format: "gzip"))
    }
    if end != .finished { throw broken(end, file, "gzip") }
    return ByteSlice(output.storage)
  }

  /// The first `count` unpacked bytes of a gzip file, or fewer when it holds fewer or is damaged.
  package static func gzipPrefix(_ bytes: ByteSlice, count: Int) -> ByteSlice {
    let output = GrowingBytes(hint: count)
    _ = run(bytes, windowBits: 15 + 16, into: output, limit: count)
    return ByteSlice(output.storage)
  }

  /// Unpacks raw deflate data, as in zip files, whose unpacked size is known.
  ///
  /// - Throws: `.invalidData` when the data is damaged or does not unpack to exactly `byteCount`.
  static func raw(
    _ bytes: ByteSlice, byteCount: Int, file: String, entry: String
  ) throws(Diagnostic) -> ByteSlice {
    let location = Location(file: file, format: "zip", node: entry)
    let possible = bytes.count.multipliedReportingOverflow(by: largestRatio)
    guard byteCount >= 0, possible.overflow || byteCount <= possible.partialValue else {
      throw Diagnostic(
        .invalidData,
        "'\(file)': \(bytes.count) packed bytes cannot hold the \(byteCount) stated for '\(entry)'",
        at: location)
    }
    let output = GrowingBytes(hint: byteCount + 1)
    let end = run(bytes, windowBits: -15, into: output, limit: byteCount + 1)
    if end == .finished, output.count == byteCount { return ByteSlice(output.storage) }
    if end == .finished || output.count > byteCount {
      throw Diagnostic(
        .invalidData, "'\(file)': '\(entry)' does not unpack to the \(byteCount) bytes stated",
        at: location)
    }
    throw broken(end, file, "zip").located(location)
  }

  /// Unpacks a zlib stream, as in HDF5's chunks; nil when it is damaged, ends too early or unpacks to more than
  /// `limit` bytes.
  package static func zlib(_ bytes: ByteSlice, limit: Int) -> ByteSlice? {
    let limit = max(0, min(limit, Int.max / 4))
    let output = GrowingBytes(hint: limit + 1)
    let end = run(bytes, windowBits: 15, into: output, limit: limit + 1)
    return end == .finished && output.count <= limit ? ByteSlice(output.storage) : nil
  }

  private enum End {
    case finished, full, truncated, damaged, outOfMemory
  }

  private static func broken(_ end: End, _ file: String, _ format: String) -> Diagnostic {
    let reason =
      switch end {
      case .truncated: "ends too early"
      case .outOfMemory: "does not fit into memory"
      case .finished, .full, .damaged: "is damaged"
      }
    return Diagnostic(
      .invalidData, "the packed data of '\(file)' \(reason)",
      at: Location(file: file, format: format))
  }

  /// Unpacks until the data ends or `limit` bytes are there. Window bits are zlib's: negative without a header,
  /// more than 15 for gzip.
  private static func run(
    _ bytes: ByteSlice, windowBits: Int32, into output: GrowingBytes, limit: Int
  ) -> End {
    var stream = z_stream()
    let size = Int32(MemoryLayout<z_stream>.size)
    guard inflateInit2_(&stream, windowBits, ZLIB_VERSION, size) == Z_OK else { return .damaged }
    defer { inflateEnd(&stream) }
    return bytes.withUnsafeBytes { input in
      var consumed = 0
      while true {
        if output.count >= limit { return .full }
        guard output.makeRoom(limit: limit) else { return .outOfMemory }
        let piece = min(input.count - consumed, 1 << 30)
        // Unsafe: zlib reads `piece` bytes of input and writes no more than the free room.
        stream.next_in = UnsafeMutablePointer(
          mutating: input.baseAddress?.advanced(by: consumed).assumingMemoryBound(to: Bytef.self))
        stream.avail_in = uInt(piece)
        let room = min(output.capacity - output.count, limit - output.count, 1 << 30)
        stream.next_out = output.end?.assumingMemoryBound(to: Bytef.self)
        stream.avail_out = uInt(room)
        let status = inflate(&stream, Z_NO_FLUSH)
        let read = piece - Int(stream.avail_in)
        let written = room - Int(stream.avail_out)
        consumed += read
        output.count += written
        if status == Z_STREAM_END {
          if windowBits <= 15 || consumed == input.count { return .finished }
          if inflateReset(&stream) != Z_OK { return .damaged }
        } else if status != Z_OK && status != Z_BUF_ERROR {
          return .damaged
        } else if read == 0 && written == 0 {
          return consumed == input.count ? .truncated : .damaged
        }
      }
    }
  }
}

/// Memory from `malloc` that grows by doubling and becomes a `Storage` without a copy.
private final class GrowingBytes {
  private var base: UnsafeMutableRawPointer?
  private let hint: Int
  private(set) var capacity = 0
  var count = 0

  /// - Parameter hint: how many bytes are likely to come.
  init(hint: Int) {
    self.hint = hint
  }

  deinit { free(base) }

  var end: UnsafeMutableRawPointer? { base?.advanced(by: count) }

  /// Grows when full, to `limit` bytes at most; false when memory runs out.
  func makeRoom(limit: Int) -> Bool {
    guard count == capacity, capacity < limit else { return true }
    let wanted = min(limit, max(capacity * 2, capacity == 0 ? hint : 0, 4096))
    guard let larger = realloc(base, wanted) else { return false }
    base = larger
    capacity = wanted
    return true
  }

  var storage: Storage {
    Storage(borrowing: UnsafeRawBufferPointer(start: base, count: count), owner: self)
  }
}
