import OctetArchives
package import OctetDiagnostics
import OctetIR

/// An attribute as its object's header has it.
struct HDF5AttributeMessage: Sendable {
  let name: String
  let body: Range<Int>
}

/// A value beside a group or a dataset.
///
/// Source: HDF5 File Format Specification, IV.A.2.m.
package struct HDF5Attribute: Sendable {
  package let name: String
  /// Outermost first; none for a scalar.
  package let extents: [Int]

  private let object: String
  private let source: HDF5Source
  private let type: HDF5Datatype
  private let count: Int
  /// The elements one after the other.
  private let data: Range<Int>

  /// Reads an attribute of the object at the path `object`.
  init(
    _ message: HDF5AttributeMessage, of object: String, _ source: HDF5Source
  ) throws(Diagnostic) {
    (name, self.object, self.source) = (message.name, object, source)
    var cursor = HDF5Cursor(source, message.body, "an attribute")
    let head = try Head(&cursor)
    if head.flags & 3 != 0 {
      throw source.unsupported("the attribute '\(message.name)' of a named type", in: object)
    }
    try cursor.skip(head.nameSize)
    var part = HDF5Cursor(source, try cursor.take(head.typeSize), "an attribute's type")
    type = try HDF5Datatype(&part)
    part = HDF5Cursor(source, try cursor.take(head.spaceSize), "an attribute's extents")
    let space = try HDF5Dataspace(&part)
    extents = space.extents ?? [0]
    count = try space.count(source)
    let size = count.multipliedReportingOverflow(by: type.byteCount)
    guard !size.overflow else { throw cursor.damaged("ends too early") }
    data = try cursor.take(size.partialValue)
  }

  /// The texts in row-major order. An array without elements has none, whatever its type, since Keras writes lists
  /// without names as empty arrays of numbers. Throws `OCT0113` for numbers.
  package func texts() throws(Diagnostic) -> [String] {
    if count == 0 { return [] }
    switch type.kind {
    case .text(let padding):
      return stride(from: data.lowerBound, to: data.upperBound, by: type.byteCount).map {
        text($0..<$0 + type.byteCount, padding)
      }
    case .longText:
      let heap = HDF5GlobalHeap(source)
      var cursor = HDF5Cursor(source, data, "an attribute")
      var result: [String] = []
      for _ in 0..<count { result.append(try heap.text(&cursor)) }
      return result
    default: throw mismatch("text")
    }
  }

  /// The text of an attribute that has one. Throws `OCT0113` for numbers and for several texts.
  package func text() throws(Diagnostic) -> String {
    let texts = try texts()
    guard texts.count == 1 else { throw mismatch("one text") }
    return texts[0]
  }

  /// The numbers in row-major order. Throws `OCT0113` for what is no integer of 64 bits.
  package func integers() throws(Diagnostic) -> [Int] {
    if count == 0 { return [] }
    guard case .number(let element, let isBigEndian) = type.kind, !element.isFloat else {
      throw mismatch("integers")
    }
    var result: [Int] = []
    for bits in bits(isBigEndian) {
      let unused = UInt64(64 - 8 * type.byteCount)
      let isSigned = [.int8, .int16, .int32, .int64].contains(element)
      guard
        let number = isSigned
          ? Int(Int64(bitPattern: bits << unused) >> Int64(unused)) : Int(exactly: bits)
      else { throw mismatch("integers below 2^63") }
      result.append(number)
    }
    return result
  }

  /// The numbers in row-major order, integers rounded to the nearest. Throws `OCT0113` for what is no number.
  package func reals() throws(Diagnostic) -> [Double] {
    guard count > 0, case .number(let element, let isBigEndian) = type.kind, element.isFloat else {
      return try integers().map(Double.init)
    }
    return bits(isBigEndian).map { bits in
      switch element {
      case .float64: Double(bitPattern: bits)
      case .float32: Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
      case .float16: Double(Float16(bitPattern: UInt16(truncatingIfNeeded: bits)))
      default: Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits << 16)))
      }
    }
  }

  /// Whether the elements are text.
  package var isText: Bool {
    switch type.kind {
    case .text, .longText: true
    default: false
    }
  }

  private func bits(_ isBigEndian: Bool) -> [UInt64] {
    stride(from: data.lowerBound, to: data.upperBound, by: type.byteCount).map { start in
      (0..<type.byteCount).reduce(0) { bits, index in
        let place = isBigEndian ? index : type.byteCount - 1 - index
        return bits << 8 | UInt64(source.bytes.byte(start + place) ?? 0)
      }
    }
  }

  private func text(_ range: Range<Int>, _ padding: HDF5Datatype.Padding) -> String {
    if padding == .zeroTerminated { return source.text(range) }
    let unused: UInt8 = padding == .zeros ? 0 : 0x20
    var end = range.upperBound
    while end > range.lowerBound, source.bytes.byte(end - 1) == unused { end -= 1 }
    return source.bytes.slice(range.lowerBound, end - range.lowerBound)?.text ?? ""
  }

  private func mismatch(_ wanted: String) -> Diagnostic {
    Diagnostic(
      .invalidKeras, "the attribute '\(name)' of '\(object)' is not \(wanted)",
      at: Location(file: source.path, format: "hdf5", node: object))
  }

  /// What an attribute message begins with.
  fileprivate struct Head {
    let flags: Int
    /// Bytes of the parts, with what fills them up.
    let nameSize: Int
    let typeSize: Int
    let spaceSize: Int

    init(_ cursor: inout HDF5Cursor) throws(Diagnostic) {
      let version = try cursor.expect(version: 1...3)
      let second = try cursor.number(1)
      flags = version == 1 ? 0 : second
      let unit = version == 1 ? 8 : 1
      nameSize = (try cursor.number(2) + unit - 1) / unit * unit
      typeSize = (try cursor.number(2) + unit - 1) / unit * unit
      spaceSize = (try cursor.number(2) + unit - 1) / unit * unit
      // The character set: ASCII, which UTF-8 includes, or UTF-8.
      if version == 3 { try cursor.skip(1) }
    }
  }
}

extension ElementType {
  fileprivate var isFloat: Bool { [.float16, .bfloat16, .float32, .float64].contains(self) }
}

extension HDF5ObjectHeader {
  /// The attributes by name; values are not looked at.
  func attributes(_ budget: HDF5Budget) throws(Diagnostic) -> [HDF5AttributeMessage] {
    var result: [HDF5AttributeMessage] = []
    for message in messages {
      if message.kind == .attribute {
        result.append(try HDF5AttributeMessage(try cursor(message, "attribute")))
      } else if message.kind == .attributeInfo {
        result += try denseAttributes(message, budget)
      }
    }
    return result
  }

  /// The attributes of an object with too many or too long ones for its header.
  private func denseAttributes(
    _ message: HDF5Message, _ budget: HDF5Budget
  ) throws(Diagnostic) -> [HDF5AttributeMessage] {
    var cursor = try cursor(message, "attribute info")
    _ = try cursor.expect(version: 0...0)
    if try cursor.number(1) & 1 != 0 { try cursor.skip(2) }
    guard let position = try cursor.address(), let tree = try cursor.address() else { return [] }
    let heap = try HDF5ObjectHeap(source, at: position, budget)
    var result: [HDF5AttributeMessage] = []
    for record in try HDF5RecordTree(source, at: tree, .attributesByName, budget).records {
      var record = record
      result.append(
        try HDF5AttributeMessage(try heap.object(&record, idSize: 8, "an attribute")))
      if try record.number(1) & 2 != 0 { throw source.unsupported("attributes that objects share") }
    }
    return result
  }
}

extension HDF5AttributeMessage {
  init(_ cursor: HDF5Cursor) throws(Diagnostic) {
    var cursor = cursor
    body = cursor.position..<cursor.end
    let head = try HDF5Attribute.Head(&cursor)
    name = try cursor.text(head.nameSize)
  }
}
