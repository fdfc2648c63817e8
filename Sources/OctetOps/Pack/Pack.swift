package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// Tensors side by side along a new dimension.
///
/// Inputs: `count` of any one type with elements of whole bytes and of one shape; quantized inputs and the result share
/// one scale. Output: their shape with `count` as dimension `axis`, of which a negative one counts from the end.
package final class Pack: BuiltinOp {
  package let axis: Int
  package let count: Int

  package init(axis: Int, count: Int) {
    self.axis = axis
    self.count = count
  }

  package static let entry = OpEntry(
    "pack", .pack, types: [.float32, .int8, .int16, .uint8, .int32],
    "tensors side by side along a new dimension",
    notImported: "reshapes and a concatenation stand for it",
    parse: { attributes throws(Diagnostic) in
      try attributes.allow(["axis", "count"])
      return Pack(axis: try attributes.int("axis"), count: try attributes.int("count"))
    },
    read: Pack.read, cast: { $0 as? Pack })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] {
    [Attribute("axis", .int(axis)), Attribute("count", .int(count))]
  }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    guard (1...4096).contains(count) else {
      throw Diagnostic(.invalidAttribute, "\(count) tensors cannot be packed")
    }
    try operands.require(count: count...count)
    let first = try operands.movable(0)
    var dimensions = first.shape.dimensions
    for index in 1..<count {
      let shape = try operands.type(index, among: [first.element]).shape
      guard shape.agrees(with: Shape(dimensions)) else {
        throw Diagnostic(
          .shapeMismatch,
          "inputs of the shapes [\(first.shape.text)] and [\(shape.text)] cannot be packed")
      }
      for (axis, dimension) in shape.dimensions.enumerated() where dimension.value != nil {
        dimensions[axis] = dimension
      }
    }
    dimensions.insert(
      .known(count), at: try OctetOps.axis(axis, of: dimensions.count + 1))
    return [TensorType(first.element, Shape(dimensions))]
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "the result has a dimension more"),
      clamp: .none(because: "TFLite's Pack has no fused activation"), window: nil,
      identity: .never, isView: false,
      copies: .dimensions([
        .init([.operand]) { [axis, count] in
          $0.axis(axis, ofResult: true).map { Pack(axis: $0, count: count) }
        }
      ]), fusion: .none)
  }

  package var quantization: QuantizationRule { .int8(Int8Rule(output: .unified)) }
}
