package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// Divides each element by a power of the sum of squares around it in the last dimension:
/// `x / (bias + alpha * sum)^beta`, where the sum takes `radius` elements on both sides.
///
/// Input: float32 [N,H,W,C]. Output: the same shape.
package final class LocalResponseNormalization: BuiltinOp {
  package let radius: Int
  package let bias: Float
  package let alpha: Float
  package let beta: Float

  package init(radius: Int, bias: Float, alpha: Float, beta: Float) {
    self.radius = radius
    self.bias = bias
    self.alpha = alpha
    self.beta = beta
  }

  package static let entry = OpEntry(
    "local_response_normalization", .localResponseNormalization, types: [.float32],
    "divides by a power of the sum of squares of near channels",
    parse: { attributes throws(Diagnostic) in
      try attributes.allow(["radius", "bias", "alpha", "beta"])
      return LocalResponseNormalization(
        radius: try attributes.int("radius"), bias: try attributes.float("bias"),
        alpha: try attributes.float("alpha"), beta: try attributes.float("beta"))
    },
    read: LocalResponseNormalization.read, cast: { $0 as? LocalResponseNormalization })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] {
    [
      Attribute("radius", .int(radius)), Attribute("bias", .float(bias)),
      Attribute("alpha", .float(alpha)), Attribute("beta", .float(beta)),
    ]
  }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 1...1)
    let input = try operands.type(0, among: [.float32], rank: 4)
    guard (0...1 << 30).contains(radius) else {
      throw Diagnostic(.invalidAttribute, "radius \(radius) must lie in 0...2^30")
    }
    return [TensorType(input.element, input.shape)]
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "it works along the last dimension"),
      clamp: .none(because: "TFLite's LocalResponseNormalization has no fused activation"),
      window: nil, identity: .never, isView: false, copies: .items(core: 1), fusion: .none)
  }

  package var quantization: QuantizationRule {
    .floatOnly(because: "TFLite has no int8 kernel for LOCAL_RESPONSE_NORMALIZATION")
  }
}
