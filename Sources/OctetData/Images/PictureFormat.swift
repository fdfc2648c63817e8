import OctetArchives

/// The picture files that are read, and what can be told about one without decoding it.
///
/// The decoder fills up what is missing in a file that was cut off, and older releases of it write
/// beyond a table for Huffman codes that no JPEG has; this finds such files first.
enum PictureFormat: String {
  case jpeg, png, bmp

  /// The format of a file with these first bytes; nil for anything else.
  init?(_ bytes: ByteSlice) {
    if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if bytes.starts(with: PictureFormat.pngSignature) {
      self = .png
    } else if bytes.starts(with: Array("BM".utf8)),
      [12, 40, 52, 56, 64, 108, 124].contains(bytes.uint32(14))
    {
      self = .bmp
    } else {
      return nil
    }
  }

  private static let pngSignature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  /// What is wrong with the file as a whole, for a sentence that begins with its name.
  func problem(_ bytes: ByteSlice) -> String? {
    switch self {
    case .jpeg: PictureFormat.jpegProblem(bytes)
    case .png: PictureFormat.pngProblem(bytes)
    case .bmp: PictureFormat.bmpProblem(bytes)
    }
  }

  /// Walks the segments up to the end marker (ITU T.81, annex B).
  private static func jpegProblem(_ bytes: ByteSlice) -> String? {
    bytes.withUnsafeBytes { raw in
      var offset = 2
      while offset + 1 < raw.count {
        // Entropy-coded data, fill bytes and junk: up to the next marker.
        guard raw[offset] == 0xFF, raw[offset + 1] != 0xFF else {
          offset += 1
          continue
        }
        let marker = raw[offset + 1]
        offset += 2
        switch marker {
        case 0xD9: return nil
        case 0x00, 0x01, 0xD0...0xD8: continue
        default:
          guard offset + 1 < raw.count else { break }
          let end = offset + max(2, Int(raw[offset]) << 8 | Int(raw[offset + 1]))
          if marker == 0xC4, end <= raw.count, !isHuffman(raw[(offset + 2)..<end]) {
            return "is damaged in its Huffman tables"
          }
          offset = end
        }
      }
      return "is cut off: a JPEG ends with a marker"
    }
  }

  /// Whether a segment is whole tables of at most 256 codes each: a class, 16 counts, the codes'
  /// values.
  private static func isHuffman(_ segment: Slice<UnsafeRawBufferPointer>) -> Bool {
    var rest = segment
    while !rest.isEmpty {
      let codes = rest.dropFirst().prefix(16).reduce(0) { $0 + Int($1) }
      guard codes <= 256, rest.count >= 17 + codes else { return false }
      rest = rest.dropFirst(17 + codes)
    }
    return true
  }

  /// Walks the chunks up to `IEND` and checks the CRC of those a picture needs (PNG, section 5).
  private static func pngProblem(_ bytes: ByteSlice) -> String? {
    var offset = 8
    while let length = bytes.bigEndianUInt32(offset), let kind = bytes.slice(offset + 4, 4) {
      guard let body = bytes.slice(offset + 4, 4 + length),
        let stated = bytes.bigEndianUInt32(offset + 8 + length)
      else { break }
      let isCritical = kind.byte(0).map { $0 & 0x20 == 0 } ?? true
      if isCritical, body.checksum != stated {
        return "is damaged: a part of it does not have the checksum it states"
      }
      if kind.starts(with: Array("IEND".utf8)) { return nil }
      offset += 12 + length
    }
    return "is cut off: a PNG ends with the chunk IEND"
  }

  /// Compares the size of uncompressed pixels with the file's.
  private static func bmpProblem(_ bytes: ByteSlice) -> String? {
    let isOld = bytes.uint32(14) == 12
    guard let start = bytes.uint32(10),
      let width = isOld ? bytes.uint16(18) : bytes.uint32(18),
      let height = isOld ? bytes.uint16(20) : bytes.uint32(22),
      let bits = bytes.uint16(isOld ? 24 : 28)
    else { return "is cut off in its header" }
    // A negative height, as two's complement, means rows from the top.
    let rows = height < 1 << 31 ? height : (1 << 32) - height
    // All factors are below 2^32: the product of width and bits fits, that with rows may not.
    let size = ((width * bits + 31) / 32 * 4).multipliedReportingOverflow(by: rows)
    guard !size.overflow, size.partialValue <= max(0, bytes.count - start) else {
      return
        "is cut off: its pixels take \(size.overflow ? "far more" : "\(size.partialValue)") bytes"
    }
    return nil
  }
}
