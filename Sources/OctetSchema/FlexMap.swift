/// Named numbers in the FlexBuffers form, which custom operators have their options in.
package struct FlexMap {
  /// Integers and bools are whole numbers here; what is no number is left out.
  package private(set) var numbers: [(name: String, value: Double)] = []

  package subscript(name: String) -> Double? {
    numbers.first { $0.name == name }?.value
  }

  private enum Kind: UInt8 {
    case int = 1
    case uint, float
    case map = 9
    case bool = 26
  }

  private static let most = 1000

  /// Nil for bytes that are no map of at most 1000 entries.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count >= 3 else { return nil }
    let (rootWidth, rootType) = (Int(bytes[bytes.count - 1]), bytes[bytes.count - 2])
    guard rootType >> 2 == Kind.map.rawValue, [1, 2, 4, 8].contains(rootWidth),
      let map = Self.target(bytes, bytes.count - 2 - rootWidth, rootWidth)
    else { return nil }
    let width = 1 << Int(rootType & 3)
    guard let count = Self.unsigned(bytes, map - width, width), (0...Self.most).contains(count),
      let keyWidth = Self.unsigned(bytes, map - 2 * width, width), [1, 2, 4, 8].contains(keyWidth),
      let keys = Self.target(bytes, map - 3 * width, width)
    else { return nil }
    for index in 0..<count {
      guard let key = Self.target(bytes, keys + index * keyWidth, keyWidth),
        let end = bytes[key...].firstIndex(of: 0),
        let type = Self.unsigned(bytes, map + count * width + index, 1)
      else { return nil }
      let place = map + index * width
      guard let bits = Self.unsigned(bytes, place, width) else { return nil }
      let value: Double
      switch (Kind(rawValue: UInt8(type >> 2)), width) {
      case (.int, _): value = Double((bits << (64 - 8 * width)) >> (64 - 8 * width))
      case (.uint, _), (.bool, _): value = Double(UInt(bitPattern: bits))
      case (.float, 4): value = Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
      case (.float, 8): value = Double(bitPattern: UInt64(UInt(bitPattern: bits)))
      default: continue
      }
      numbers.append((String(decoding: bytes[key..<end], as: UTF8.self), value))
    }
  }

  /// The little-endian number at a place; nil outside of the bytes.
  private static func unsigned(_ bytes: [UInt8], _ place: Int, _ width: Int) -> Int? {
    guard place >= 0, place <= bytes.count - width else { return nil }
    var value: UInt64 = 0
    for i in 0..<width { value |= UInt64(bytes[place + i]) << UInt64(8 * i) }
    return Int(truncatingIfNeeded: value)
  }

  /// What lies as far before a place as the number there says.
  private static func target(_ bytes: [UInt8], _ place: Int, _ width: Int) -> Int? {
    guard let offset = unsigned(bytes, place, width), offset >= 0, offset <= place else {
      return nil
    }
    return place - offset
  }

  /// A map's bytes, with numbers of 32 bits.
  package enum Value {
    case int(Int)
    case float(Float)
    case bool(Bool)
  }

  /// - Parameter entries: at most 40, of names that differ.
  package static func bytes(_ entries: [(name: String, value: Value)]) -> [UInt8] {
    let entries = entries.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    var result: [UInt8] = []
    func append(_ bits: UInt32) { for i in 0..<4 { result.append(UInt8(bits >> (8 * i) & 255)) } }
    var names: [Int] = []
    for entry in entries {
      names.append(result.count)
      result += Array(entry.name.utf8) + [0]
    }
    while result.count % 4 != 0 { result.append(0) }
    append(UInt32(entries.count))
    let keys = result.count
    for name in names { append(UInt32(result.count - name)) }
    append(UInt32(result.count - keys))
    append(4)
    append(UInt32(entries.count))
    let map = result.count
    for entry in entries {
      switch entry.value {
      case .int(let value): append(UInt32(bitPattern: Int32(truncatingIfNeeded: value)))
      case .float(let value): append(value.bitPattern)
      case .bool(let value): append(value ? 1 : 0)
      }
    }
    for entry in entries {
      let kind: Kind
      switch entry.value {
      case .int: kind = .int
      case .float: kind = .float
      case .bool: kind = .bool
      }
      result.append(kind.rawValue << 2 | 2)
    }
    return result + [UInt8(result.count - map), Kind.map.rawValue << 2 | 2, 1]
  }
}
