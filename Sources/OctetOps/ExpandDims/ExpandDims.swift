package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// The same elements with a new dimension of 1.
///
/// Inputs: any type; the new dimension's place in the result, one element of an int32 or int64 constant, counted from the
/// end if it is negative.
package final class ExpandDims: BuiltinOp {
  package init() {}

  package static let entry = OpEntry(
    "expand_dims", .expandDims, types: [.float32, .int8, .int16, .uint8, .int32],
    "the same elements with a new dimension of 1",
    notImported: "RESHAPE stands for it",
    make: { ExpandDims() }, cast: { $0 as? ExpandDims })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 2...2)
    let input = try operands.type(0)
    let place = try operands.constantWholeNumber(1)
    var dimensions = input.shape.dimensions
    dimensions.insert(.known(1), at: try axis(place, of: dimensions.count + 1))
    return [TensorType(input.element, Shape(dimensions))]
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "the result has more dimensions"),
      clamp: .none(because: "TFLite's ExpandDims has no fused activation"),
      window: nil, identity: .never, isView: true,
      copies: .none(because: "what a view shows is another shape of the same elements"),
      fusion: .none)
  }

  package var quantization: QuantizationRule {
    .int8(Int8Rule(inputs: [.activation, .index], output: .likeInput))
  }
}
