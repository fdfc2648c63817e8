/// What a field or a vector may hold: numbers, enumerations, strings and tables.
package protocol FlatElement {
  /// Bytes from one element of a vector to the next.
  static var flatStride: Int { get }
  /// The value stored at `position`; an offset stored there is followed.
  static func flatElement(_ base: UnsafeRawPointer, at position: Int) -> Self
}

/// A vector in a verified FlatBuffer, read in place.
package struct FlatVector<Element: FlatElement>: RandomAccessCollection {
  package typealias Index = Int
  package typealias Indices = Range<Int>

  /// The first element.
  package let start: UnsafeRawPointer
  package let count: Int

  package init(base: UnsafeRawPointer, position: Int) {
    start = base + (position &+ 4)
    count = Int(truncatingIfNeeded: base.flatLoad(at: position, as: UInt32.self))
  }

  package var startIndex: Int { 0 }
  package var endIndex: Int { count }

  package subscript(index: Int) -> Element {
    precondition(index >= 0 && index < count, "index beyond a FlatBuffer vector")
    return Element.flatElement(start, at: index &* Element.flatStride)
  }
}

extension FlatVector where Element: FlatScalar {
  /// The elements' bytes, in place. They have the file's alignment, which for elements wider than
  /// four bytes is not checked: use unaligned loads.
  package var bytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: start, count: count &* Element.flatStride)
  }
}

/// A number, flag or enumeration: what fits a table field itself.
package protocol FlatScalar: FlatElement {
  /// The value's own bits in the low `flatStride` bytes, zero above.
  var flatBits: UInt64 { get }
}

/// An enumeration that keeps values the schema does not list.
package protocol FlatEnum: FlatScalar, RawRepresentable where RawValue: FlatScalar {
  init(rawValue: RawValue)
}

extension FlatEnum {
  package static var flatStride: Int { RawValue.flatStride }
  package static func flatElement(_ base: UnsafeRawPointer, at position: Int) -> Self {
    Self(rawValue: RawValue.flatElement(base, at: position))
  }
  package var flatBits: UInt64 { rawValue.flatBits }
}

extension FlatScalar where Self: FixedWidthInteger & BitwiseCopyable {
  package static var flatStride: Int { bitWidth / 8 }
  package static func flatElement(_ base: UnsafeRawPointer, at position: Int) -> Self {
    base.flatLoad(at: position, as: Self.self)
  }
  package var flatBits: UInt64 {
    let unused = UInt64(64 - Self.bitWidth)
    return (UInt64(truncatingIfNeeded: self) << unused) >> unused
  }
}

extension Int8: FlatScalar {}
extension UInt8: FlatScalar {}
extension Int16: FlatScalar {}
extension UInt16: FlatScalar {}
extension Int32: FlatScalar {}
extension UInt32: FlatScalar {}
extension Int64: FlatScalar {}
extension UInt64: FlatScalar {}

extension Bool: FlatScalar {
  package static var flatStride: Int { 1 }
  package static func flatElement(_ base: UnsafeRawPointer, at position: Int) -> Bool {
    base.flatLoad(at: position, as: UInt8.self) != 0
  }
  package var flatBits: UInt64 { self ? 1 : 0 }
}

extension Float: FlatScalar {
  package static var flatStride: Int { 4 }
  package static func flatElement(_ base: UnsafeRawPointer, at position: Int) -> Float {
    Float(bitPattern: base.flatLoad(at: position, as: UInt32.self))
  }
  package var flatBits: UInt64 { UInt64(bitPattern) }
}

extension String: FlatElement {
  package static var flatStride: Int { 4 }
  /// Bytes that are not UTF-8 become replacement characters.
  package static func flatElement(_ base: UnsafeRawPointer, at position: Int) -> String {
    let bytes = FlatVector<UInt8>(base: base, position: base.flatTarget(at: position)).bytes
    return String(decoding: bytes, as: UTF8.self)
  }
}
