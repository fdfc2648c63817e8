package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// x times the share of normally distributed numbers below x, or an approximation of it by a hyperbolic
/// tangent.
///
/// Input: float32 or int8 of any shape. Output: the same shape; int8 may have another scale.
package final class Gelu: BuiltinOp {
  package let approximate: Bool

  package init(approximate: Bool = false) {
    self.approximate = approximate
  }

  package static let entry = OpEntry(
    "gelu", .gelu, types: [.float32, .int8],
    "x times the share of normally distributed numbers below x",
    parse: { attributes throws(Diagnostic) in
      try attributes.allow(["approximate"])
      return Gelu(approximate: try attributes.bool("approximate", default: false))
    },
    read: { reader throws(Diagnostic) in
      Gelu(approximate: try reader.options(GeluOptionsTable.self).approximate)
    }, cast: { $0 as? Gelu })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [Attribute("approximate", .bool(approximate))] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try inferUnary(operands)
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .elementwise(self), clamp: .none(because: "TFLite's Gelu has no fused activation"),
      window: nil, identity: .never, isView: false, copies: .broadcast(core: 0),
      fusion: .elementwise(epilogue))
  }

  package var quantization: QuantizationRule { .int8(Int8Rule(output: .calibrated)) }
}
