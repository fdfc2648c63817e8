/// A table to write, as a value: made without a builder, serialized later by `SerializedModel`.
///
/// The generated `…Table.object(…)` functions make these.
package struct FlatObject: Equatable {
  package var fields: [FlatField] = []

  package init() {}

  /// Adds a scalar unless it has the default's bits, so -0 and 0 differ.
  package mutating func add<T: FlatScalar>(_ slot: Int, _ value: T, default other: T) {
    let bits = value.flatBits
    guard bits != other.flatBits else { return }
    fields.append(FlatField(slot: slot, value: .scalar(bits: bits, size: T.flatStride)))
  }

  package mutating func add(_ slot: Int, _ text: String?) {
    if let text { fields.append(FlatField(slot: slot, value: .string(text))) }
  }

  package mutating func add(_ slot: Int, _ texts: [String]?) {
    if let texts { fields.append(FlatField(slot: slot, value: .strings(texts))) }
  }

  package mutating func add(_ slot: Int, _ object: FlatObject?) {
    if let object { fields.append(FlatField(slot: slot, value: .table(object))) }
  }

  package mutating func add(_ slot: Int, _ objects: [FlatObject]?) {
    if let objects { fields.append(FlatField(slot: slot, value: .tables(objects))) }
  }

  /// Adds a vector of bytes, whose first byte is aligned to `alignment` in the file.
  package mutating func add(_ slot: Int, _ bytes: FlatBytes?, alignment: Int = 1) {
    guard let bytes else { return }
    let value = FlatValue.vector(bytes, elementSize: 1, alignment: alignment)
    fields.append(FlatField(slot: slot, value: value))
  }

  package mutating func add<T: FlatScalar>(_ slot: Int, _ elements: [T]?, alignment: Int = 1) {
    guard let elements else { return }
    let size = T.flatStride
    let value = FlatValue.vector(
      FlatBytes(elements), elementSize: size, alignment: alignment > size ? alignment : size)
    fields.append(FlatField(slot: slot, value: value))
  }
}

/// A field of a `FlatObject`: the slot its place in the schema gives it, and its value.
package struct FlatField: Equatable {
  package var slot: Int
  package var value: FlatValue

  package init(slot: Int, value: FlatValue) {
    self.slot = slot
    self.value = value
  }
}

/// What a field holds. A union is two fields: its type, a scalar, and its table.
package enum FlatValue: Equatable {
  /// A number, flag or enumeration of `size` bytes: 1, 2, 4 or 8.
  case scalar(bits: UInt64, size: Int)
  case string(String)
  case strings([String])
  case table(FlatObject)
  case tables([FlatObject])
  /// Numbers, `elementSize` bytes each, little-endian.
  case vector(FlatBytes, elementSize: Int, alignment: Int)
}

/// Bytes of a vector to write.
package enum FlatBytes: Equatable {
  case owned([UInt8])
  /// Someone else's bytes, which must stay until the object is serialized: weights are not copied.
  case unowned(UnsafeRawBufferPointer)

  /// The elements' little-endian bytes.
  package init<T: FlatScalar>(_ elements: [T]) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(elements.count * T.flatStride)
    for element in elements {
      let bits = element.flatBits
      for index in 0..<T.flatStride {
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt64(8 * index)))
      }
    }
    self = .owned(bytes)
  }

  package var count: Int {
    switch self {
    case .owned(let bytes): bytes.count
    case .unowned(let bytes): bytes.count
    }
  }

  package func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
    switch self {
    case .owned(let bytes): bytes.withUnsafeBytes { body($0) }
    case .unowned(let bytes): body(bytes)
    }
  }

  package static func == (left: FlatBytes, right: FlatBytes) -> Bool {
    left.withUnsafeBytes { left in right.withUnsafeBytes { left.elementsEqual($0) } }
  }
}
