package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// Numbers that are equally far apart.
///
/// Inputs: the first; the end, which is left out; how far they are apart, negative for falling ones. All int32, int64 or
/// float32 without dimensions. As many numbers as the quotient of the way and the step, rounded up.
package final class NumberRange: BuiltinOp {
  package init() {}

  package static let entry = OpEntry(
    "range", .range, types: [.float32, .int32, .int64], "numbers that are equally far apart",
    notImported: "importers compute shapes",
    make: { NumberRange() }, cast: { $0 as? NumberRange })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 3...3)
    let element = try operands.type(0, among: [.int32, .int64, .float32], rank: 0).element
    for index in 1...2 { _ = try operands.type(index, among: [element], rank: 0) }
    let count: Int64?
    switch element {
    case .float32: count = Self.count(try operands.numbers(Float.self))
    case .int64: count = Self.count(try operands.numbers(Int64.self))
    default: count = Self.count(try operands.numbers(Int32.self).map { Int64($0) })
    }
    guard let count else {
      throw Diagnostic(
        .invalidAttribute, "the numbers never come to their end",
        help: "give a step other than 0, in the direction of the end")
    }
    guard count <= Int32.max else {
      throw Diagnostic(.tensorTooLarge, "\(count) numbers are more than an extent may count")
    }
    return [TensorType(element, Shape([Int(count)]))]
  }

  /// How many numbers there are; nil where the step is 0 or leads away from the end.
  private static func count(_ numbers: [Int64]) -> Int64? {
    let (first, end, step) = (numbers[0], numbers[1], numbers[2])
    if first == end { return step == 0 ? nil : 0 }
    guard step != 0, (end > first) == (step > 0) else { return nil }
    let way = end > first ? UInt64(bitPattern: end &- first) : UInt64(bitPattern: first &- end)
    return Int64(clamping: (way - 1) / step.magnitude + 1)
  }

  private static func count(_ numbers: [Float]) -> Int64? {
    let (first, end, step) = (numbers[0], numbers[1], numbers[2])
    guard step != 0, (end >= first) == (step > 0) || first == end else { return nil }
    return Int64(exactly: min(((end - first) / step).magnitude.rounded(.up), 0x1p40))
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "its result has one dimension"),
      clamp: .none(because: "TFLite's Range has no fused activation"), window: nil,
      identity: .never, isView: false, copies: .none(because: "its length is one for all"),
      fusion: .none)
  }

  package var quantization: QuantizationRule {
    .floatOnly(because: "TFLite has no int8 kernel for it")
  }
}

extension Operands {
  /// The three numbers. Throws `OCT0203` where one is not known.
  fileprivate func numbers<Number: BitwiseCopyable>(
    _ type: Number.Type
  ) throws(Diagnostic) -> [Number] {
    var result: [Number] = []
    for index in 0..<3 { result += try contents(index, of: Number.self) }
    return result
  }
}
