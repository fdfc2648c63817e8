package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// The mean along some dimensions, which go or, with `keepDims`, stay with an extent of 1.
///
/// Inputs: float32, int8, int16 or uint8 of any shape; the dimensions as an int32 constant of at most one dimension, in any
/// order, negative ones counted from the end. A quantized result may have another scale.
package final class Mean: BuiltinOp {
  package let keepDims: Bool

  package init(keepDims: Bool = false) {
    self.keepDims = keepDims
  }

  package static let entry = OpEntry(
    "mean", .mean, types: [.float32, .int8, .int16, .uint8],
    "mean along some dimensions",
    parse: { attributes throws(Diagnostic) in
      try attributes.allow(["keep_dims"])
      return Mean(keepDims: try attributes.bool("keep_dims", default: false))
    },
    read: Mean.read, cast: { $0 as? Mean })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [Attribute("keep_dims", .bool(keepDims))] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try inferReduction(operands, among: [.float32, .int8, .int16, .uint8], keepDims: keepDims)
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "its dimensions are a constant, and those that go have no place"),
      clamp: .none(because: "TFLite's Mean has no fused activation"),
      window: nil, identity: .never, isView: false,
      copies: .dimensions([.init([.operand, .axes]) { [self] _ in self }]), fusion: .none)
  }

  package var quantization: QuantizationRule {
    .int8(Int8Rule(inputs: [.activation, .index], output: .calibrated))
  }
}
