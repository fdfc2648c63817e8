package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// For each index a row of `depth` elements: one value at the index, another everywhere else.
///
/// Inputs: int32 or int64 indices of any shape; the depth, one element of an int32 constant; the value at the index and the
/// other one, one element each of any one type with elements of whole bytes. Output: the indices' dimensions with the
/// row as dimension `axis`, -1 for the last. A row of an index beyond it has the other value alone.
package final class OneHot: BuiltinOp {
  package let axis: Int

  package init(axis: Int = -1) {
    self.axis = axis
  }

  package static let entry = OpEntry(
    "one_hot", .oneHot, types: [.float32, .int32],
    "rows with one value at an index",
    parse: { attributes throws(Diagnostic) in
      try attributes.allow(["axis"])
      return OneHot(axis: try attributes.int("axis", default: -1))
    },
    read: OneHot.read, cast: { $0 as? OneHot })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [Attribute("axis", .int(axis))] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 4...4)
    let indices = try operands.type(0, among: [.int32, .int64])
    let depth = try operands.constantInts(1, rank: try operands.type(1).shape.rank)
    let values = (try operands.movable(2), try operands.movable(3))
    guard values.0.element == values.1.element, values.0.shape.elementCount == 1,
      values.1.shape.elementCount == 1
    else {
      throw Diagnostic(
        .typeMismatch,
        "the two values are \(values.0.text) and \(values.1.text), not one element of one type")
    }
    guard depth.count == 1, depth[0] > 0 else {
      throw Diagnostic(.invalidAttribute, "the depth must be one positive number")
    }
    var dimensions = indices.shape.dimensions
    dimensions.insert(.known(depth[0]), at: try OctetOps.axis(axis, of: dimensions.count + 1))
    return [TensorType(values.0.element, Shape(dimensions))]
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "its rows are a new dimension"),
      clamp: .none(because: "TFLite's OneHot has no fused activation"), window: nil,
      identity: .never, isView: false,
      copies: .dimensions([
        .init([.operand, .same]) { [axis] in
          $0.axis(axis, ofResult: true).map { OneHot(axis: $0) }
        }
      ]), fusion: .none)
  }

  package var quantization: QuantizationRule {
    .floatOnly(because: "its indices are whole numbers, which no int8 operator makes")
  }
}
