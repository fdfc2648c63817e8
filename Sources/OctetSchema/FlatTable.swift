/// A table of a FlatBuffer whose bytes were verified: field reads with no further checks.
///
/// The bytes must stay alive and unchanged as long as the table is used. A field is found through
/// its slot, the number its place in the schema gives it.
package struct FlatTable {
  /// Start of the file; positions count from here.
  package let base: UnsafeRawPointer
  /// Where the table starts, which diagnostics report as the byte offset.
  package let position: Int

  package init(base: UnsafeRawPointer, position: Int) {
    self.base = base
    self.position = position
  }

  /// The root table of a verified file.
  package init(rootOf bytes: UnsafeRawBufferPointer) {
    let base = bytes.baseAddress!
    self.init(base: base, position: base.flatTarget(at: 0))
  }

  /// Where the value of the field at `slot` lies; nil when the table leaves it out.
  package func field(_ slot: Int) -> Int? {
    // The arithmetic wraps as the verifier's does on a 32-bit target, so both mean the same byte.
    let vtable = position &- Int(truncatingIfNeeded: base.flatLoad(at: position, as: Int32.self))
    let entry = 4 &+ 2 &* slot
    guard entry < Int(base.flatLoad(at: vtable, as: UInt16.self)) else { return nil }
    let offset = Int(base.flatLoad(at: vtable &+ entry, as: UInt16.self))
    return offset == 0 ? nil : position &+ offset
  }

  /// Whether the table has a value for a field from `slot` on: what a newer version of the schema may have added.
  package func hasFields(from slot: Int) -> Bool {
    let vtable = position &- Int(truncatingIfNeeded: base.flatLoad(at: position, as: Int32.self))
    let slots = (Int(base.flatLoad(at: vtable, as: UInt16.self)) - 4) / 2
    return slots > slot && (slot..<slots).contains { field($0) != nil }
  }

  /// A number, flag or enumeration; `value` when the table leaves it out.
  package func scalar<T: FlatElement>(_ slot: Int, default value: T) -> T {
    guard let at = field(slot) else { return value }
    return T.flatElement(base, at: at)
  }

  package func string(_ slot: Int) -> String? {
    guard let at = field(slot) else { return nil }
    return String.flatElement(base, at: at)
  }

  package func table(_ slot: Int) -> FlatTable? {
    guard let at = field(slot) else { return nil }
    return FlatTable(base: base, position: base.flatTarget(at: at))
  }

  package func child<T: FlatTableView>(_ slot: Int) -> T? {
    guard let at = field(slot) else { return nil }
    return T.flatElement(base, at: at)
  }

  package func vector<T: FlatElement>(_ slot: Int) -> FlatVector<T>? {
    guard let at = field(slot) else { return nil }
    return FlatVector(base: base, position: base.flatTarget(at: at))
  }

  /// The table of a union of type `type`; nil for a type outside 1...`last`, whose table the
  /// verifier does not know and therefore has not checked.
  package func union(_ slot: Int, _ type: UInt8, last: UInt8) -> FlatTable? {
    type == 0 || type > last ? nil : table(slot)
  }
}

/// A typed view of a table: what the generated `…Table` structures are.
///
/// Making one from a `FlatTable` of another type reads unverified bytes. For unions, use
/// `init?(builtinOptionsOf:)` and its siblings, which check the union's type.
package protocol FlatTableView: FlatElement {
  var table: FlatTable { get }
  init(_ table: FlatTable)
}

extension FlatTableView {
  package static var flatStride: Int { 4 }

  package static func flatElement(_ base: UnsafeRawPointer, at position: Int) -> Self {
    Self(FlatTable(base: base, position: base.flatTarget(at: position)))
  }
}

extension UnsafeRawPointer {
  /// The little-endian number at any address; every supported target is little-endian.
  package func flatLoad<T: BitwiseCopyable>(at position: Int, as type: T.Type) -> T {
    loadUnaligned(fromByteOffset: position, as: type)
  }

  /// Where the offset stored at `position` points.
  package func flatTarget(at position: Int) -> Int {
    position &+ Int(truncatingIfNeeded: flatLoad(at: position, as: UInt32.self))
  }
}
