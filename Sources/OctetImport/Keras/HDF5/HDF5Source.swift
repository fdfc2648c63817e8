import OctetArchives
import OctetDiagnostics

/// The bytes of an HDF5 file and the sizes that its superblock gives to numbers.
struct HDF5Source: Sendable {
  let bytes: ByteSlice
  /// Names the file in diagnostics.
  let path: String
  /// Where the superblock is; addresses count from here.
  var base = 0
  /// Bytes of an address and of a length: 2, 4 or 8.
  var addressSize = 8
  var lengthSize = 8

  /// That the file contradicts itself at `position`.
  func damaged(_ reason: String, at position: Int? = nil) -> Diagnostic {
    Diagnostic(
      .invalidKeras, "'\(path)' is damaged: \(reason)",
      at: Location(file: path, format: "hdf5", offset: position),
      help: "fetch the file again, or save the model again")
  }

  /// That the file has `part`, which is sound but not read.
  func unsupported(
    _ part: String, in object: String? = nil, help: String = "save the model again with Keras"
  ) -> Diagnostic {
    Diagnostic(
      .invalidKeras, "'\(path)' has \(part), which is not read",
      at: Location(file: path, format: "hdf5", node: object), help: help)
  }

  /// Reads `count` bytes at `position`, which `what` names in diagnostics, and takes them from `budget`.
  func cursor(
    at position: Int, _ count: Int, _ what: String, _ budget: HDF5Budget
  ) throws(Diagnostic) -> HDF5Cursor {
    guard position >= 0, count >= 0, position <= bytes.count, count <= bytes.count - position else {
      throw damaged("\(what) reaches beyond the end of the file", at: position)
    }
    try budget.spend(count, what, self, at: position)
    return HDF5Cursor(self, position..<position + count, what)
  }
}

/// How many bytes one operation may still read.
///
/// Structures of a sound file do not overlap, so reading some of them once costs no more than the file has.
/// Circles and structures that share bytes end here.
final class HDF5Budget {
  private var left: Int

  init(_ source: HDF5Source, times: Int = 1) {
    left = source.bytes.count * times
  }

  func spend(
    _ count: Int, _ what: String, _ source: HDF5Source, at position: Int
  ) throws(Diagnostic) {
    guard count <= left else {
      throw source.damaged("\(what) is used twice, or overlaps another part", at: position)
    }
    left -= count
  }
}

/// Reads little-endian numbers from a part of the file, none beyond its end.
struct HDF5Cursor {
  let source: HDF5Source
  private(set) var position: Int
  let end: Int
  private let what: String

  /// - Precondition: `range` lies in the file.
  init(_ source: HDF5Source, _ range: Range<Int>, _ what: String) {
    self.source = source
    position = range.lowerBound
    end = range.upperBound
    self.what = what
  }

  var left: Int { end - position }

  func damaged(_ reason: String) -> Diagnostic {
    source.damaged("\(what) \(reason)", at: position)
  }

  /// An unsigned number of `size` bytes, 8 at most.
  mutating func number(_ size: Int) throws(Diagnostic) -> Int {
    let bits = try bits(size)
    guard let number = Int(exactly: bits) else { throw damaged("has a number of 2^63 or more") }
    return number
  }

  private mutating func bits(_ size: Int) throws(Diagnostic) -> UInt64 {
    let range = try take(size)
    var result: UInt64 = 0
    for offset in range.reversed() {
      result = result << 8 | UInt64(source.bytes.byte(offset) ?? 0)
    }
    return result
  }

  mutating func length() throws(Diagnostic) -> Int { try number(source.lengthSize) }

  /// A position in the file; nil for the address that stands for none.
  mutating func address() throws(Diagnostic) -> Int? {
    let bits = try bits(source.addressSize)
    if bits == UInt64.max >> UInt64(64 - 8 * source.addressSize) { return nil }
    guard let address = Int(exactly: bits), address <= source.bytes.count - source.base else {
      throw damaged("has an address beyond the end of the file")
    }
    return source.base + address
  }

  /// An address that must be there.
  mutating func definedAddress() throws(Diagnostic) -> Int {
    guard let address = try address() else { throw damaged("has no address where it needs one") }
    return address
  }

  mutating func skip(_ count: Int) throws(Diagnostic) { _ = try take(count) }

  /// The place of the next `count` bytes.
  mutating func take(_ count: Int) throws(Diagnostic) -> Range<Int> {
    guard count >= 0, count <= left else { throw damaged("ends too early") }
    defer { position += count }
    return position..<position + count
  }

  mutating func text(_ count: Int) throws(Diagnostic) -> String {
    source.text(try take(count))
  }

  mutating func expect(_ signature: String) throws(Diagnostic) {
    let start = position
    guard left >= signature.utf8.count, try text(signature.utf8.count) == signature else {
      throw source.damaged("\(what) does not begin with '\(signature)'", at: start)
    }
  }

  mutating func expect(version: ClosedRange<Int>) throws(Diagnostic) -> Int {
    let start = position
    let number = try number(1)
    guard version.contains(number) else {
      throw source.damaged("\(what) has version \(number)", at: start)
    }
    return number
  }
}

extension HDF5Source {
  /// The bytes of a part that a cursor gave, up to the first zero, as text.
  func text(_ range: Range<Int>) -> String {
    let text = bytes.slice(range.lowerBound, range.count)?.text ?? ""
    return text.firstIndex(of: "\0").map { String(text[..<$0]) } ?? text
  }
}
