package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// The places of the elements that are not zero, or that hold, in order.
///
/// Input: bool, float32, int8, uint8, int32 or int64 of one dimension at least. Output: int64 [count, rank], a place in a
/// row. The count is known with the contents, so to graphs that it is part of the shapes come as they run.
package final class Where: BuiltinOp {
  package init() {}

  package static let entry = OpEntry(
    "where", .where, types: [.float32, .int8, .uint8, .int32, .int64, .bool],
    "the places of elements that are not zero", takesEmpty: true,
    notImported: "importers refuse what the data count",
    make: { Where() }, cast: { $0 as? Where })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 1...1)
    let input = try operands.type(0, among: [.bool, .float32, .int8, .uint8, .int32, .int64])
    guard input.shape.rank > 0 else {
      throw Diagnostic(.shapeMismatch, "a tensor without dimensions has no places")
    }
    let count: Int
    switch input.element {
    case .float32: count = Self.count(try operands.contents(0, of: Float.self))
    case .int32: count = Self.count(try operands.contents(0, of: Int32.self))
    case .int64: count = Self.count(try operands.contents(0, of: Int64.self))
    default: count = Self.count(try operands.contents(0, of: UInt8.self))
    }
    return [TensorType(.int64, Shape([count, input.shape.rank]))]
  }

  private static func count<Number: Numeric>(_ numbers: [Number]) -> Int {
    numbers.reduce(0) { $0 + ($1 != 0 ? 1 : 0) }
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "places are in the order of its dimensions"),
      clamp: .none(because: "its result is no activation"), window: nil, identity: .never,
      isView: false, copies: .none(because: "each has a count of its own"), fusion: .none)
  }

  package var quantization: QuantizationRule {
    .floatOnly(because: "places are whole numbers, which int8 models do not have")
  }
}
