/// A JSON value with its members in a fixed order, rendered on one line.
public indirect enum JSON: Sendable, Equatable {
  case bool(Bool)
  case int(Int)
  /// Not-a-number and infinities have no JSON form and are written as `null`.
  case number(Double)
  case string(String)
  case array([JSON])
  case object([Member])

  public struct Member: Sendable, Equatable {
    public var name: String
    public var value: JSON

    public init(name: String, value: JSON) { (self.name, self.value) = (name, value) }
  }

  /// An object of the members that are not nil, and no number that JSON has no form of.
  public static func members(_ pairs: [(String, JSON?)]) -> JSON {
    var members: [Member] = []
    for (name, value) in pairs {
      if case .number(let number)? = value, !number.isFinite { continue }
      if let value { members.append(Member(name: name, value: value)) }
    }
    return .object(members)
  }

  public static func strings(_ values: [String]) -> JSON { .array(values.map { .string($0) }) }

  public static func ints(_ values: [Int]) -> JSON { .array(values.map { .int($0) }) }

  /// The value as one line of JSON text.
  public var text: String {
    var output = ""
    write(to: &output)
    return output
  }

  private func write(to output: inout String) {
    switch self {
    case .bool(let value): output += value ? "true" : "false"
    case .int(let value): output += "\(value)"
    case .number(let value): output += value.isFinite ? "\(value)" : "null"
    case .string(let value): JSON.write(value, to: &output)
    case .array(let values):
      output += "["
      for (index, value) in values.enumerated() {
        if index > 0 { output += ", " }
        value.write(to: &output)
      }
      output += "]"
    case .object(let members):
      output += "{"
      for (index, member) in members.enumerated() {
        if index > 0 { output += ", " }
        JSON.write(member.name, to: &output)
        output += ": "
        member.value.write(to: &output)
      }
      output += "}"
    }
  }

  private static func write(_ string: String, to output: inout String) {
    output += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": output += "\\\""
      case "\\": output += "\\\\"
      case "\n": output += "\\n"
      case "\r": output += "\\r"
      case "\t": output += "\\t"
      default:
        if scalar.value < 0x20 {
          let digits = String(scalar.value, radix: 16)
          output += "\\u00" + (digits.utf8.count == 1 ? "0" : "") + digits
        } else {
          output.unicodeScalars.append(scalar)
        }
      }
    }
    output += "\""
  }
}
