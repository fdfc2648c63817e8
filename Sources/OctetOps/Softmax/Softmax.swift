package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// `exp(beta x) / sum(exp(beta x))` along the last dimension.
///
/// Input: float32, int8 or int16. Output: the same shape; int8 has scale 1/256 and zero point -128, int16 scale
/// 1/32768.
package final class Softmax: BuiltinOp {
  package let beta: Float

  package init(beta: Float) {
    self.beta = beta
  }

  package static let entry = OpEntry(
    "softmax", .softmax, types: [.float32, .int8, .int16, .uint8],
    "normalized exponentials along the last dimension",
    parse: { attributes throws(Diagnostic) in
      try attributes.allow(["beta"])
      return Softmax(beta: try attributes.float("beta", default: 1))
    },
    read: Softmax.read, cast: { $0 as? Softmax })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [Attribute("beta", .float(beta))] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    let types = try inferUnary(operands, among: [.float32, .int8, .int16, .uint8])
    guard types[0].shape.rank > 0 else {
      throw Diagnostic(.shapeMismatch, "a softmax needs at least one dimension")
    }
    guard beta > 0, beta.isFinite else {
      throw Diagnostic(.invalidAttribute, "beta is \(beta), not a positive number")
    }
    return types
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "it runs along the last dimension"),
      clamp: .none(because: "TFLite's Softmax has no fused activation"),
      window: nil, identity: .never, isView: false, copies: .items(core: 1), fusion: .none)
  }

  package var quantization: QuantizationRule {
    .int8(Int8Rule(output: .fixed(scale: 1 / 256, zeroPoint: -128)))
  }
}
