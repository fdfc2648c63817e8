package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// `x` where it is positive, `alpha * x` elsewhere.
///
/// Input: float32, int8, int16 or uint8 of any shape. Output: the same shape; codes may have another scale.
package final class LeakyReLU: BuiltinOp {
  package let alpha: Float

  package init(alpha: Float) {
    self.alpha = alpha
  }

  package static let entry = OpEntry(
    "leaky_relu", .leakyRelu, types: [.float32, .int8, .int16, .uint8],
    "x where positive, alpha * x elsewhere",
    parse: { attributes throws(Diagnostic) in
      try attributes.allow(["alpha"])
      return LeakyReLU(alpha: try attributes.float("alpha"))
    },
    read: LeakyReLU.read, cast: { $0 as? LeakyReLU })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [Attribute("alpha", .float(alpha))] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try inferUnary(operands, among: [.float32, .int8, .int16, .uint8])
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .elementwise(self),
      clamp: .none(because: "TFLite's LeakyReLU has no fused activation"),
      window: nil, identity: .never, isView: false, copies: .broadcast(core: 0),
      fusion: .elementwise(epilogue))
  }

  package var quantization: QuantizationRule {
    .int8(Int8Rule(output: .calibrated, negativeGain: alpha >= 0 ? min(alpha, 1) : 1))
  }
}
