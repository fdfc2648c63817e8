import OctetDiagnostics
import OctetIR

/// What a `.npy` file says about its array: `{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}`.
struct NPYHeader {
  var description: String
  var isFortranOrder: Bool
  var extents: [Int]

  /// The element types that have a NumPy spelling, with the byte order they are written in.
  static let elements: [(description: String, element: ElementType)] = [
    ("<f4", .float32), ("|i1", .int8), ("|u1", .uint8), ("<i4", .int32), ("<i8", .int64),
    ("<i2", .int16), ("|b1", .bool), ("<f2", .float16), ("<f8", .float64), ("<u2", .uint16),
    ("<u4", .uint32), ("<u8", .uint64), ("<c8", .complex64), ("<c16", .complex128),
  ]

  /// The text of a version 1 header, without padding.
  var text: String {
    var shape = ""
    for (index, extent) in extents.enumerated() { shape += (index == 0 ? "" : ", ") + "\(extent)" }
    if extents.count == 1 { shape += "," }
    let order = isFortranOrder ? "True" : "False"
    return "{'descr': '\(description)', 'fortran_order': \(order), 'shape': (\(shape)), }"
  }

  /// The element type, or what is wrong with `descr`.
  func element() throws(Problem) -> ElementType {
    if let known = NPYHeader.elements.first(where: { $0.description == description }) {
      return known.element
    }
    let type = description.dropFirst()
    // '=' never appears in files; a one-byte type may carry any order mark.
    if let known = NPYHeader.elements.first(where: { $0.description.dropFirst() == type }) {
      if known.element.byteCount == 1 || description.utf8.first == UInt8(ascii: "<") {
        return known.element
      }
      if description.utf8.first == UInt8(ascii: ">") {
        throw Problem(
          "holds big-endian '\(description)' values",
          help: "save it as little-endian: np.save(file, a.astype('<\(type)'))")
      }
    }
    throw Problem(
      "holds '\(description)' values, which no model takes",
      help: "save it as float32, an integer type or bool: np.save(file, a.astype(np.float32))")
  }

  /// Why a header can't be used, to follow the file's name.
  struct Problem: Error {
    let text: String
    let help: String?

    init(_ text: String, help: String? = nil) {
      self.text = text
      self.help = help
    }
  }
}

extension NPYHeader {
  /// Reads the Python dictionary of a header.
  init(parsing bytes: [UInt8]) throws(Problem) {
    var scanner = Scanner(bytes: bytes)
    var description: String?
    var order: Bool?
    var extents: [Int]?
    try scanner.expect("{")
    while !scanner.take("}") {
      let key = try scanner.string()
      try scanner.expect(":")
      switch key {
      case "descr" where description == nil:
        if scanner.peek("[") { throw Problem("holds records with named fields, not one array") }
        description = try scanner.string()
      case "fortran_order" where order == nil: order = try scanner.bool()
      case "shape" where extents == nil: extents = try scanner.extents()
      default: throw Problem("has an unknown or repeated header field '\(key)'")
      }
      if !scanner.take(",") {
        try scanner.expect("}")
        break
      }
    }
    guard scanner.isAtEnd, let description, let order, let extents else {
      throw Problem("has an incomplete header")
    }
    self.init(description: description, isFortranOrder: order, extents: extents)
  }

  /// The few Python literals a header is made of.
  private struct Scanner {
    let bytes: [UInt8]
    var offset = 0

    private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func skipSpace() {
      while let byte = next, byte == 0x20 || (9...13).contains(byte) { offset += 1 }
    }

    var isAtEnd: Bool {
      mutating get {
        skipSpace()
        return offset == bytes.count
      }
    }

    mutating func peek(_ character: Unicode.Scalar) -> Bool {
      skipSpace()
      return next == UInt8(ascii: character)
    }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
      guard peek(character) else { return false }
      offset += 1
      return true
    }

    mutating func expect(_ character: Unicode.Scalar) throws(Problem) {
      guard take(character) else { throw Problem("has a damaged header") }
    }

    mutating func string() throws(Problem) -> String {
      skipSpace()
      guard let quote = next, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\""),
        let end = bytes[(offset + 1)...].firstIndex(of: quote)
      else { throw Problem("has a damaged header") }
      defer { offset = end + 1 }
      return String(decoding: bytes[(offset + 1)..<end], as: UTF8.self)
    }

    mutating func bool() throws(Problem) -> Bool {
      skipSpace()
      for (word, value) in [("True", true), ("False", false)]
      where bytes[offset...].starts(with: word.utf8) {
        offset += word.utf8.count
        return value
      }
      throw Problem("has a damaged header")
    }

    mutating func extents() throws(Problem) -> [Int] {
      var result: [Int] = []
      try expect("(")
      while !take(")") {
        result.append(try integer())
        // NumPy's limit on dimensions.
        if result.count > 64 { throw Problem("has more than 64 dimensions") }
        if !take(",") {
          try expect(")")
          break
        }
      }
      return result
    }

    private mutating func integer() throws(Problem) -> Int {
      skipSpace()
      let start = offset
      while let byte = next, (0x30...0x39).contains(byte) { offset += 1 }
      guard let value = Int(String(decoding: bytes[start..<offset], as: UTF8.self)) else {
        throw Problem("has a damaged header")
      }
      // Python 2 wrote long integers as `3L`.
      if next == UInt8(ascii: "L") { offset += 1 }
      return value
    }
  }
}
