import OctetDiagnostics

/// The contents of a constant as the text IR gives them.
enum ConstantText {
  case list([String])
  case splat(String)
  /// Reproducible values for tests: floats in -1..<1, int8 in -127...127, uint8 in 0...255, int32 in
  /// -1000...1000.
  case random(seed: String)
  case hex(String)

  func storage(for type: TensorType) throws(Diagnostic) -> Storage {
    guard let count = type.shape.elementCount, let byteCount = type.byteCount else {
      throw Diagnostic(.irSyntax, "a constant needs a type of known size")
    }
    switch self {
    case .list(let texts):
      guard texts.count == count else {
        throw Diagnostic(.irSyntax, "\(texts.count) elements are given, the type needs \(count)")
      }
      return try parse(texts, type.element)
    case .splat(let text):
      let element = try parse([text], type.element)
      let result = Storage(byteCount: byteCount)
      for start in stride(from: 0, to: byteCount, by: max(1, element.bytes.count)) {
        UnsafeMutableRawBufferPointer(rebasing: result.mutableBytes[start...])
          .copyMemory(from: element.bytes)
      }
      return result
    case .random(let text):
      guard let seed = UInt64(text) else { throw Diagnostic(.irSyntax, "'\(text)' is not a seed") }
      return try random(count, type.element, seed)
    case .hex(let digits):
      let bytes = Array(digits.utf8)
      guard bytes.count == 2 * byteCount else {
        throw Diagnostic(
          .irSyntax, "\(bytes.count) digits are given, the type needs \(2 * byteCount)")
      }
      var result: [UInt8] = []
      for index in stride(from: 0, to: bytes.count, by: 2) {
        let pair = String(decoding: bytes[index...index + 1], as: UTF8.self)
        guard let byte = UInt8(pair, radix: 16) else {
          throw Diagnostic(.irSyntax, "'\(pair)' is not hexadecimal")
        }
        result.append(byte)
      }
      return Storage(result)
    }
  }

  private func parse(
    _ texts: [String], _ element: ElementType
  ) throws(Diagnostic) -> Storage {
    func all<T>(_ make: (String) -> T?) throws(Diagnostic) -> [T] {
      var result: [T] = []
      result.reserveCapacity(texts.count)
      for text in texts {
        guard let value = make(text) else {
          throw Diagnostic(.irSyntax, "'\(text)' is no \(element.name)")
        }
        result.append(value)
      }
      return result
    }
    switch element {
    case .float32: return Storage(try all { Float($0) })
    case .int8: return Storage(try all { Int8($0) })
    case .uint8: return Storage(try all { UInt8($0) })
    case .int16: return Storage(try all { Int16($0) })
    case .int32: return Storage(try all { Int32($0) })
    case .int64: return Storage(try all { Int64($0) })
    default: throw Diagnostic(.irSyntax, "\(element.name) constants are written as hex")
    }
  }

  private func random(
    _ count: Int, _ element: ElementType, _ seed: UInt64
  ) throws(Diagnostic) -> Storage {
    var generator = SplitMix64(seed: seed)
    switch element {
    case .float32: return Storage((0..<count).map { _ in generator.nextFloat() })
    case .int8:
      return Storage((0..<count).map { _ in Int8(Int(generator.next() % 255) - 127) })
    case .uint8:
      return Storage((0..<count).map { _ in UInt8(generator.next() % 256) })
    case .int32:
      return Storage((0..<count).map { _ in Int32(Int(generator.next() % 2001) - 1000) })
    case .int64:
      return Storage((0..<count).map { _ in Int64(generator.next() % 2_000_001) - 1_000_000 })
    default: throw Diagnostic(.irSyntax, "there are no random \(element.name) constants")
    }
  }
}
