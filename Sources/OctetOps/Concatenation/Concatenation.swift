package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// Joins tensors along one dimension.
///
/// Inputs: float32, int8, int16, uint8 or int32 of one rank, alike in all other extents; quantized inputs and the result
/// share one scale, but for uint8, whose codes are brought to the result's. A negative axis counts from the end.
package final class Concatenation: BuiltinOp {
  package let axis: Int
  package let activation: FusedActivation

  package init(axis: Int, activation: FusedActivation = .none) {
    self.axis = axis
    self.activation = activation
  }

  package static let entry = OpEntry(
    "concatenation", .concatenation, types: [.float32, .int8, .int16, .uint8, .int32],
    "joins tensors along one dimension", takesEmpty: true,
    parse: { attributes throws(Diagnostic) in
      try attributes.allow(["axis", "activation"])
      return Concatenation(
        axis: try attributes.int("axis"), activation: try FusedActivation(attributes))
    },
    read: Concatenation.read, cast: { $0 as? Concatenation })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [Attribute("axis", .int(axis)), activation.attribute] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 1...4096)
    guard activation == .none else {
      throw Diagnostic(.invalidAttribute, "TFLite's concatenation has no fused activation")
    }
    let first = try operands.type(0, among: [.float32, .int8, .int16, .uint8, .int32])
    let rank = first.shape.rank
    let axis = axis < 0 ? axis + rank : axis
    guard axis >= 0, axis < rank else {
      throw Diagnostic(.invalidAttribute, "axis \(self.axis) is none of \(rank) dimensions")
    }
    var result = first.shape
    for index in 1..<max(1, operands.count) {
      let shape = try operands.type(index, among: [first.element], rank: rank).shape
      for dimension in 0..<rank {
        let (a, b) = (result.dimensions[dimension], shape.dimensions[dimension])
        if dimension == axis {
          result.dimensions[dimension] = sum(a, b)
        } else if let x = a.value, let y = b.value, x != y {
          throw Diagnostic(
            .shapeMismatch,
            "shapes [\(first.shape.text)] and [\(shape.text)] differ beside axis \(axis)")
        } else if a.value == nil {
          result.dimensions[dimension] = b
        }
      }
    }
    return [TensorType(first.element, result)]
  }

  private func sum(_ a: Dimension, _ b: Dimension) -> Dimension {
    switch (a, b) {
    case (.known(let x), .known(let y)): .known(x &+ y)
    case (.unknown(let name, let origin), _), (_, .unknown(let name, let origin)):
      .unknown(name: "\(name)/concatenation", origin: origin)
    }
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .reorders(
        inputs: [.operand],
        op: { [axis] order in
          Concatenation(axis: order.order[axis < 0 ? axis + order.order.count : axis])
        }), clamp: .none(because: "TFLite's Concatenation has no fused activation"), window: nil,
      identity: .sameShape, isView: false,
      copies: .dimensions([
        .init([.operand]) { [axis] in
          $0.axis(axis).map { Concatenation(axis: $0) }
        }
      ]), fusion: .join(axis: axis))
  }

  package var quantization: QuantizationRule {
    .int8(Int8Rule(output: .unified))
  }
}
