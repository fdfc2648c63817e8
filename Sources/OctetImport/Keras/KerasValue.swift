import FoundationEssentials
import OctetDiagnostics

/// A value of the JSON in which Keras writes a model's layers.
enum KerasValue: Decodable {
  case object([String: KerasValue])
  case array([KerasValue])
  case text(String)
  case integer(Int)
  case number(Double)
  case bool(Bool)
  case null

  /// Reads a text. Throws `OCT0113` for one that is no JSON; Python's `Infinity` and `NaN` are read.
  init(_ text: [UInt8], _ what: String) throws(Diagnostic) {
    do {
      let decoder = JSONDecoder()
      decoder.allowsJSON5 = true
      self = try decoder.decode(KerasValue.self, from: Data(text))
    } catch {
      throw Diagnostic(
        .invalidKeras, "\(what) is no JSON", help: "save the model again")
    }
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Int.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let value = try? container.decode([KerasValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: KerasValue].self))
    }
  }

  subscript(name: String) -> KerasValue? {
    if case .object(let members) = self, let member = members[name], !member.isNull {
      return member
    }
    return nil
  }

  var isNull: Bool {
    if case .null = self { return true }
    return false
  }

  /// What Python takes for true: also numbers other than 0.
  var isTrue: Bool { bool ?? float.map { $0 != 0 } ?? false }

  var array: [KerasValue]? {
    if case .array(let values) = self { return values }
    return nil
  }

  var object: [String: KerasValue]? {
    if case .object(let members) = self { return members }
    return nil
  }

  var text: String? {
    if case .text(let value) = self { return value }
    return nil
  }

  var bool: Bool? {
    if case .bool(let value) = self { return value }
    return nil
  }

  var int: Int? {
    switch self {
    case .integer(let value): return value
    case .number(let value): return Int(exactly: value)
    default: return nil
    }
  }

  var float: Float? {
    switch self {
    case .integer(let value): return Float(value)
    case .number(let value): return Float(value)
    default: return nil
    }
  }

  /// The numbers of an array, of arrays within it, or of a single number; nil where there is anything else.
  var numbers: [Float]? {
    if let float { return [float] }
    guard let array else { return nil }
    var result: [Float] = []
    for value in array {
      guard let numbers = value.numbers else { return nil }
      result += numbers
    }
    return result
  }

  /// All values of an array, if each is a whole number.
  var ints: [Int]? {
    guard let array else { return nil }
    let values = array.compactMap { $0.int }
    return values.count == array.count ? values : nil
  }
}
