package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// Parts of a tensor at places that several indices give.
///
/// Inputs: any type with elements of whole bytes; int32 or int64 indices [..., depth], where each row of them is a place
/// in the first `depth` dimensions. Output: the indices' dimensions but the last, then the first input's from
/// `depth` on. A constant index must lie within its extent; a place with a computed one that does not gives
/// zeros, where TFLite ends the run.
package final class GatherND: BuiltinOp {
  package init() {}

  package static let entry = OpEntry(
    "gather_nd", .gatherND, types: [.float32, .int8, .int16, .int32],
    "parts at places of several indices",
    make: { GatherND() }, cast: { $0 as? GatherND })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 2...2)
    let input = try operands.movable(0)
    let indices = try operands.type(1, among: [.int32, .int64])
    guard let last = indices.shape.dimensions.last else {
      throw Diagnostic(.shapeMismatch, "the indices have no dimension")
    }
    guard let depth = last.value else {
      throw Diagnostic(.unknownDimension, "the number of indices of a place must be known")
    }
    guard depth <= input.shape.rank else {
      throw Diagnostic(
        .shapeMismatch,
        "\(depth) indices are given for \(input.shape.rank) dimensions")
    }
    if depth > 0 {
      try operands.requireIndices(1) { input.shape.dimensions[$0 % depth].value ?? .max }
    }
    let dimensions = indices.shape.dimensions.dropLast() + input.shape.dimensions[depth...]
    return [TensorType(input.element, Shape(Array(dimensions)))]
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "the indices' dimensions take the place of some"),
      clamp: .none(because: "TFLite's GatherNd has no fused activation"), window: nil,
      identity: .never, isView: false,
      copies: .dimensions([.init([.same, .operand]) { [self] in $0.isInserted ? self : nil }]),
      fusion: .none)
  }

  package var quantization: QuantizationRule {
    .int8(Int8Rule(inputs: [.activation, .index], output: .likeInput))
  }
}
