package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// A tensor without some of its dimensions, each of extent 1.
///
/// Input: any type. `dimensions` says which, a negative one counted from the end; none means all of extent 1.
package final class Squeeze: BuiltinOp {
  package let dimensions: [Int]

  package init(dimensions: [Int]) {
    self.dimensions = dimensions
  }

  package static let entry = OpEntry(
    "squeeze", .squeeze, types: [.float32, .int8, .int16, .uint8, .int32],
    "the same elements without dimensions of 1",
    notImported: "RESHAPE stands for it",
    parse: { attributes throws(Diagnostic) in
      try attributes.allow(["dimensions"])
      return Squeeze(dimensions: try attributes.ints("dimensions", default: []))
    },
    read: Squeeze.read, cast: { $0 as? Squeeze })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [Attribute("dimensions", .ints(dimensions))] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 1...1)
    let input = try operands.type(0)
    var goes = [Bool](repeating: false, count: input.shape.rank)
    for dimension in dimensions { goes[try axis(dimension, of: goes.count)] = true }
    var kept: [Dimension] = []
    for (dimension, goes) in zip(input.shape.dimensions, goes) {
      if goes, let extent = dimension.value, extent != 1 {
        throw Diagnostic(
          .shapeMismatch, "a dimension of \(extent) cannot go from [\(input.shape.text)]")
      }
      guard !goes, !dimensions.isEmpty || dimension.value != 1 else { continue }
      if dimensions.isEmpty, dimension.value == nil {
        throw Diagnostic(
          .unknownDimension, "whether '\(dimension.text)' is 1 decides the output's shape")
      }
      kept.append(dimension)
    }
    return [TensorType(input.element, Shape(kept))]
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "the result has fewer dimensions"),
      clamp: .none(because: "TFLite's Squeeze has no fused activation"),
      window: nil, identity: .sameShape, isView: true,
      copies: .none(because: "what a view shows is another shape of the same elements"),
      fusion: .none)
  }

  package var quantization: QuantizationRule { .int8(Int8Rule(output: .likeInput)) }
}
