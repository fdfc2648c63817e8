import OctetDiagnostics
import OctetIR

/// The type of the elements of a dataset or an attribute.
///
/// Source: HDF5 File Format Specification, IV.A.2.d.
struct HDF5Datatype: Sendable {
  enum Kind: Sendable {
    case number(ElementType, isBigEndian: Bool)
    case text(padding: Padding)
    /// Text of any length in a global heap.
    case longText
    /// Bytes that only an attribute beside them explains.
    case opaque
    /// In words for the user.
    case other(String)
  }

  /// What follows a text that is shorter than its place.
  enum Padding: Int, Sendable {
    case zeroTerminated, zeros, spaces
  }

  let kind: Kind
  /// Bytes of one element.
  let byteCount: Int

  init(_ cursor: inout HDF5Cursor) throws(Diagnostic) {
    let head = try cursor.number(1)
    let flags = try cursor.number(3)
    byteCount = try cursor.number(4)
    guard (1...5).contains(head >> 4) else {
      throw cursor.damaged("has a type of version \(head >> 4)")
    }
    guard byteCount > 0 else { throw cursor.damaged("has elements of no bytes") }
    switch head & 15 {
    case 0: kind = try HDF5Datatype.integer(&cursor, flags, byteCount)
    case 1: kind = try HDF5Datatype.float(&cursor, flags, byteCount)
    case 3:
      guard let padding = Padding(rawValue: flags & 15) else {
        throw cursor.damaged("has text of an unknown kind")
      }
      kind = .text(padding: padding)
    case 5: kind = .opaque
    case 8: kind = try HDF5Datatype.enumeration(&cursor, flags, byteCount, version: head >> 4)
    case 9:
      let isText = flags & 15 == 1 && byteCount == cursor.source.addressSize + 8
      kind = isText ? .longText : .other("lists")
    case let type:
      let names = [2: "times", 4: "bit fields", 6: "records", 7: "references", 10: "arrays"]
      guard let name = names[type] else { throw cursor.damaged("has a type of class \(type)") }
      kind = .other(name)
    }
  }

  private static func integer(
    _ cursor: inout HDF5Cursor, _ flags: Int, _ byteCount: Int
  ) throws(Diagnostic) -> Kind {
    let (offset, precision) = (try cursor.number(2), try cursor.number(2))
    let types: [Int: (signed: ElementType, unsigned: ElementType)] = [
      1: (.int8, .uint8), 2: (.int16, .uint16), 4: (.int32, .uint32), 8: (.int64, .uint64),
    ]
    guard let type = types[byteCount], offset == 0, precision == 8 * byteCount else {
      return .other("integers of \(precision) bits")
    }
    return .number(flags & 8 != 0 ? type.signed : type.unsigned, isBigEndian: flags & 1 != 0)
  }

  private static func float(
    _ cursor: inout HDF5Cursor, _ flags: Int, _ byteCount: Int
  ) throws(Diagnostic) -> Kind {
    let (offset, precision) = (try cursor.number(2), try cursor.number(2))
    let exponent = (start: try cursor.number(1), count: try cursor.number(1))
    let mantissa = (start: try cursor.number(1), count: try cursor.number(1))
    let isStandard =
      offset == 0 && precision == 8 * byteCount && exponent.start == mantissa.count
      && mantissa.start == 0 && flags & 0x40 == 0
    switch (byteCount, exponent.count, mantissa.count) {
    case (2, 5, 10) where isStandard: return .number(.float16, isBigEndian: flags & 1 != 0)
    case (2, 8, 7) where isStandard: return .number(.bfloat16, isBigEndian: flags & 1 != 0)
    case (4, 8, 23) where isStandard: return .number(.float32, isBigEndian: flags & 1 != 0)
    case (8, 11, 52) where isStandard: return .number(.float64, isBigEndian: flags & 1 != 0)
    default: return .other("floating-point numbers of \(precision) bits")
    }
  }

  /// Booleans, which h5py writes as an enumeration of FALSE and TRUE; other enumerations are their numbers.
  private static func enumeration(
    _ cursor: inout HDF5Cursor, _ flags: Int, _ byteCount: Int, version: Int
  ) throws(Diagnostic) -> Kind {
    let head = try cursor.number(1)
    let baseFlags = try cursor.number(3)
    let size = try cursor.number(4)
    guard head & 15 == 0, size == byteCount else {
      throw cursor.damaged("has an enumeration of no integers")
    }
    let base = try integer(&cursor, baseFlags, size)
    guard flags & 0xFFFF == 2, size == 1 else { return base }
    var names: [String] = []
    for _ in 0..<2 {
      var name: [UInt8] = []
      let start = cursor.position
      while case let byte = try cursor.number(1), byte != 0 { name.append(UInt8(byte)) }
      // In older versions names take multiples of eight bytes.
      if version < 3 { try cursor.skip((8 - (cursor.position - start) % 8) % 8) }
      names.append(String(decoding: name, as: UTF8.self))
    }
    let values = (try cursor.number(1), try cursor.number(1))
    return names == ["FALSE", "TRUE"] && values == (0, 1)
      ? .number(.bool, isBigEndian: false) : base
  }
}
