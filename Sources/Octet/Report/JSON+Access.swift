package import OctetDiagnostics

extension JSON {
  /// The member of an object; nil where there is none.
  package subscript(name: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  /// The elements of an array.
  package var elements: [JSON]? {
    guard case .array(let elements) = self else { return nil }
    return elements
  }

  /// A whole number, however it was written.
  var whole: Int? {
    switch self {
    case .int(let value): value
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  /// A string.
  package var words: String? {
    guard case .string(let words) = self else { return nil }
    return words
  }

  /// A number of single precision, in as few digits as tell it from others of that precision.
  static func single(_ value: Float) -> JSON { .number(Double("\(value)") ?? Double(value)) }

  static func singles(_ values: some Sequence<Float>) -> JSON { .array(values.map { single($0) }) }
}
