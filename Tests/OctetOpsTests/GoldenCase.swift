import Foundation
import OctetIR
import OctetOps
import Testing

/// One case of `Fixtures/`, as tools/peer/make-op-golden.py writes it.
struct GoldenCase: CustomTestStringConvertible {
  let name: String
  let op: String
  let attributes: [Attribute]
  let inputs: [Given]
  let expected: Tensor

  var testDescription: String { name }

  static func all(in folder: URL, op: String) throws -> [GoldenCase] {
    let text = try String(contentsOf: folder.appending(path: op + ".txt"), encoding: .utf8)
    var cases: [GoldenCase] = []
    var name = ""
    var words: [String] = []
    var inputs: [Given] = []
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: " ").map { String($0) }
      switch fields[0] {
      case "case": name = fields.dropFirst().joined(separator: " ")
      case "op": words = fields
      case "input", "constant":
        inputs.append(Given(try tensor(fields), isConstant: fields[0] == "constant"))
      case "output":
        cases.append(
          GoldenCase(
            name: name, op: words[1], attributes: try words.dropFirst(2).map { try attribute($0) },
            inputs: inputs, expected: try tensor(fields)))
        inputs = []
      default: throw Malformed(text: String(line))
      }
    }
    return cases
  }

  struct Malformed: Error { let text: String }

  private static func items(_ field: String) -> [String] {
    field == "-" ? [] : field.split(separator: ",").map { String($0) }
  }

  private static func attribute(_ word: String) throws -> Attribute {
    let parts = word.split(whereSeparator: { $0 == ":" || $0 == "=" }).map { String($0) }
    guard parts.count == 3 else { throw Malformed(text: word) }
    switch parts[1] {
    case "int": return Attribute(parts[0], .int(try #require(Int(parts[2]))))
    case "float": return Attribute(parts[0], .float(try #require(Float(parts[2]))))
    case "ints": return Attribute(parts[0], .ints(try items(parts[2]).map { try #require(Int($0)) }))
    default: return Attribute(parts[0], .symbol(parts[2]))
    }
  }

  private static func tensor(_ fields: [String]) throws -> Tensor {
    guard fields.count == 7 else { throw Malformed(text: fields.joined(separator: " ")) }
    let element = try #require(ElementType(named: fields[1]))
    let scales = try items(fields[3]).map { try #require(Float($0)) }
    let zeroPoints = try items(fields[4]).map { try #require(Int32($0)) }
    let quantization =
      scales.isEmpty
      ? nil : Quantization(scales: scales, zeroPoints: zeroPoints, axis: Int(fields[5]))
    let extents = try items(fields[2]).map { try #require(Int($0)) }
    let digits = fields[6] == "-" ? [] : Array(fields[6].utf8)
    let bytes = try stride(from: 0, to: digits.count, by: 2).map { index in
      try #require(UInt8(String(decoding: digits[index..<index + 2], as: UTF8.self), radix: 16))
    }
    return Tensor(TensorType(element, extents, quantization: quantization), Storage(bytes))
  }
}
