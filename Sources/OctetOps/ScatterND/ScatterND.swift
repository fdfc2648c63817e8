package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// Zeros, with parts added at places that several indices give.
///
/// Inputs: int32 indices [..., depth], where each row of them is a place in the first `depth` dimensions of the result;
/// the parts, float32, int32 or int64, of the indices' dimensions but the last and the result's from `depth` on; the
/// result's shape, an int32 constant [rank]. Parts of one place add up. A constant index must lie within its extent; a
/// part with a computed one that does not is left out, where TFLite ends the run.
package final class ScatterND: BuiltinOp {
  package init() {}

  package static let entry = OpEntry(
    "scatter_nd", .scatterND, types: [.float32, .int32, .int64],
    "zeros with parts added at places of several indices",
    notImported: "constant places are rows to be gathered",
    make: { ScatterND() }, cast: { $0 as? ScatterND })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 3...3)
    let indices = try operands.type(0, among: [.int32])
    let parts = try operands.type(1, among: [.float32, .int32, .int64])
    let extents = try operands.constantInts(2)
    guard let depth = indices.shape.dimensions.last?.value else {
      throw Diagnostic(.unknownDimension, "the number of indices of a place must be known")
    }
    guard (1...max(1, extents.count)).contains(depth), extents.allSatisfy({ $0 > 0 }) else {
      throw Diagnostic(
        .shapeMismatch, "\(depth) indices are given for a result [\(Shape(extents).text)]")
    }
    let wanted = Shape(
      Array(indices.shape.dimensions.dropLast()) + extents[depth...].map { .known($0) })
    guard parts.shape.rank == wanted.rank,
      zip(parts.shape.dimensions, wanted.dimensions).allSatisfy({ found, wanted in
        found.value == nil || wanted.value == nil || found.value == wanted.value
      })
    else {
      throw Diagnostic(
        .shapeMismatch, "parts [\(parts.shape.text)] are given for places [\(wanted.text)]")
    }
    try operands.requireIndices(0) { extents[$0 % depth] }
    return [TensorType(parts.element, Shape(extents))]
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "its shape is a constant in the order of its dimensions"),
      clamp: .none(because: "TFLite's ScatterNd has no fused activation"), window: nil,
      identity: .never, isView: false, copies: .none(because: "its shape is one for all"),
      fusion: .none)
  }

  package var quantization: QuantizationRule {
    .floatOnly(because: "TFLite adds codes without their zero point")
  }
}
