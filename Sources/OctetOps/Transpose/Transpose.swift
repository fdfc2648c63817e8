package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// Reorders dimensions: dimension `i` of the result is dimension `order[i]` of the input.
///
/// Inputs: any type with elements of 1, 2, 4 or 8 bytes, at most 8 dimensions; the order as an int32
/// constant.
package final class Transpose: BuiltinOp {
  package init() {}

  package static let entry = OpEntry(
    "transpose", .transpose, types: [.float32, .int8, .int16, .uint8, .int32],
    "reorders dimensions",
    make: { Transpose() }, cast: { $0 as? Transpose })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 2...2)
    let input = try operands.type(0)
    let order = try operands.constantInts(1)
    guard order.count == input.shape.rank, order.sorted() == Array(order.indices) else {
      throw Diagnostic(
        .shapeMismatch, "the order \(Shape(order).text) does not fit \(input.shape.rank) dimensions"
      )
    }
    return [TensorType(input.element, Shape(order.map { input.shape.dimensions[$0] }))]
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "it is itself an order of dimensions"),
      clamp: .none(because: "TFLite's Transpose has no fused activation"),
      window: nil, identity: .never, isView: false,
      copies: .dimensions([.init([.operand, .order]) { _ in Transpose() }]), fusion: .none)
  }

  package var quantization: QuantizationRule {
    .int8(Int8Rule(inputs: [.activation, .index], output: .likeInput))
  }
}
