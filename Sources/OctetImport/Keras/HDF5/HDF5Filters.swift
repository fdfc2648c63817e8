import OctetArchives
import OctetDiagnostics
import OctetIR

/// What was done to the bytes of chunks before they were stored, in this order.
///
/// Source: HDF5 File Format Specification, IV.A.2.l.
struct HDF5Filters {
  enum Filter {
    case deflate
    /// The first bytes of all elements of this size, then the second ones and so on.
    case shuffle(elementSize: Int)
    case fletcher32
  }

  private(set) var filters: [Filter] = []

  init() {}

  init(_ cursor: inout HDF5Cursor, of dataset: HDF5Dataset) throws(Diagnostic) {
    let version = try cursor.expect(version: 1...2)
    let count = try cursor.number(1)
    if version == 1 { try cursor.skip(6) }
    for _ in 0..<count {
      let type = try cursor.number(2)
      let nameSize = version == 1 || type >= 256 ? try cursor.number(2) : 0
      try cursor.skip(2)
      let valueCount = try cursor.number(2)
      try cursor.skip(version == 1 ? (nameSize + 7) / 8 * 8 : nameSize)
      var values: [Int] = []
      for _ in 0..<valueCount { values.append(try cursor.number(4)) }
      if version == 1, valueCount % 2 == 1 { try cursor.skip(4) }
      switch type {
      case 1: filters.append(.deflate)
      case 2: filters.append(.shuffle(elementSize: values.first ?? 1))
      case 3: filters.append(.fletcher32)
      default:
        let names = [4: "szip", 5: "nbit", 6: "scaleoffset", 32000: "lzf", 32001: "blosc"]
        throw dataset.unsupported(
          "a dataset packed by \(names[type] ?? "filter \(type)"); gzip is read")
      }
    }
  }

  /// The most bytes that `stored` ones can become.
  func largest(_ stored: Int) -> Int {
    let isPacked = filters.contains { if case .deflate = $0 { true } else { false } }
    let product = stored.multipliedReportingOverflow(by: isPacked ? Inflate.largestRatio : 1)
    return product.overflow ? .max : product.partialValue
  }

  /// The bytes of a chunk before filters; nil if they are damaged or not `byteCount`.
  ///
  /// - Parameter mask: a bit for each filter, the first lowest, that this chunk went without.
  func undone(_ stored: ByteSlice, mask: Int, byteCount: Int) -> ByteSlice? {
    var bytes = stored
    for (index, filter) in filters.enumerated().reversed() {
      if index < 32, mask >> index & 1 != 0 { continue }
      switch filter {
      case .deflate:
        // Checksums that were appended before.
        let limit = byteCount + 4 * index
        guard let unpacked = Inflate.zlib(bytes, limit: limit) else { return nil }
        bytes = unpacked
      case .shuffle(let size):
        guard size > 0 else { return nil }
        bytes = HDF5Filters.unshuffled(bytes, size)
      case .fletcher32:
        guard let data = bytes.slice(0, bytes.count - 4),
          bytes.uint32(data.count) == HDF5Filters.fletcher32(data)
        else { return nil }
        bytes = data
      }
    }
    return bytes.count == byteCount ? bytes : nil
  }

  private static func unshuffled(_ bytes: ByteSlice, _ size: Int) -> ByteSlice {
    let count = bytes.count / size
    guard size > 1, count > 1 else { return bytes }
    let result = Storage(byteCount: bytes.count)
    let target = result.mutableBytes
    bytes.withUnsafeBytes { source in
      for byte in 0..<size {
        for element in 0..<count { target[element * size + byte] = source[byte * count + element] }
      }
      // What is no whole element stays at the end.
      for place in count * size..<source.count { target[place] = source[place] }
    }
    return ByteSlice(result)
  }

  /// Fletcher's checksum of big-endian 16-bit words, a last odd byte being the upper half of one.
  private static func fletcher32(_ bytes: ByteSlice) -> Int {
    bytes.withUnsafeBytes { bytes in
      var (low, high): (UInt32, UInt32) = (0, 0)
      var place = 0
      while place < bytes.count {
        // Sums of 360 words stay within 32 bits.
        let end = min(bytes.count, place + 720)
        while place < end {
          let second = place + 1 < bytes.count ? UInt32(bytes[place + 1]) : 0
          low += UInt32(bytes[place]) << 8 | second
          high += low
          place += 2
        }
        low = low & 0xFFFF + low >> 16
        high = high & 0xFFFF + high >> 16
      }
      low = low & 0xFFFF + low >> 16
      high = high & 0xFFFF + high >> 16
      return Int(high) << 16 | Int(low)
    }
  }
}
