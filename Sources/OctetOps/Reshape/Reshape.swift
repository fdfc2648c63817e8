package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// The same elements in another shape.
///
/// Inputs: any type; optionally the new shape as an int32 constant, which takes precedence over the
/// attribute. One extent may be -1: it takes what is left.
package final class Reshape: BuiltinOp {
  package let shape: [Int]

  package init(shape: [Int]) {
    self.shape = shape
  }

  package static let entry = OpEntry(
    "reshape", .reshape, types: [.float32, .int8, .int16, .uint8, .int32],
    "the same elements in another shape",
    parse: { attributes throws(Diagnostic) in
      try attributes.allow(["shape"])
      return Reshape(shape: try attributes.ints("shape", default: []))
    },
    read: Reshape.read, cast: { $0 as? Reshape })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [Attribute("shape", .ints(shape))] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 1...2)
    let input = try operands.type(0)
    let wanted =
      operands.count == 2 && operands.types[1] != nil ? try operands.constantInts(1) : shape
    var extents = wanted.map { Dimension.known($0) }
    let holes = wanted.indices.filter { wanted[$0] == -1 }
    guard (wanted + shape).allSatisfy({ $0 >= -1 && $0 <= Int32.max }), holes.count <= 1
    else {
      throw Diagnostic(
        .invalidAttribute, "a shape holds int32 extents, of which one may be -1 and none below")
    }
    let known = Shape.elementCount(wanted.filter { $0 != -1 })
    guard let total = input.shape.elementCount else {
      if let hole = holes.first {
        extents[hole] = .unknown(name: "reshape", origin: "an input of unknown shape")
      }
      return [TensorType(input.element, Shape(extents))]
    }
    if let hole = holes.first, let known, known > 0, total % known == 0 {
      extents[hole] = .known(total / known)
    }
    guard Shape(extents).elementCount == total else {
      throw Diagnostic(
        .shapeMismatch, "\(total) elements cannot take the shape [\(Shape(wanted).text)]")
    }
    return [TensorType(input.element, Shape(extents))]
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "it counts elements in order"),
      clamp: .none(because: "TFLite's Reshape has no fused activation"),
      window: nil, identity: .sameShape, isView: true,
      copies: .none(because: "what a view shows is another shape of the same elements"),
      fusion: .none)
  }

  package var quantization: QuantizationRule {
    .int8(Int8Rule(inputs: [.activation, .index], output: .likeInput))
  }
}
