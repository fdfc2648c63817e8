package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// The elements as numbers of another type.
///
/// Input: float32, int64, int32, int8, uint8 or bool, of which codes count as numbers, or complex64, whose real part counts.
/// Output: one of these types but complex64. Whole numbers wrap, real ones are cut towards zero and kept within the type's range, of which NaN gives the largest;
/// bools are 0 and 1, and what is not 0 holds.
///
/// Source: TFLite's `cast.cc`; what leaves the range of int64 or int8, and NaN in uint8, is undefined there.
package final class Cast: BuiltinOp {
  package static let types: [ElementType] = [.float32, .int64, .int32, .int8, .uint8, .bool]

  private static let sources = types + [.complex64]

  package let target: ElementType

  /// - Precondition: `target` is one of `types`.
  package init(to target: ElementType) {
    precondition(Self.types.contains(target), "a type that numbers are cast to")
    self.target = target
  }

  package static let entry = OpEntry(
    "cast", .cast, types: sources,
    "numbers of another type",
    parse: { attributes throws(Diagnostic) in
      try attributes.allow(["to"])
      let name = try attributes.symbol("to", among: types.map { $0.name })
      return Cast(to: ElementType(named: name) ?? .float32)
    },
    read: Cast.read, cast: { $0 as? Cast })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [Attribute("to", .symbol(target.name))] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    let types = try inferUnary(operands, among: Self.sources)
    return [TensorType(target, types[0].shape)]
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .elementwise(self), clamp: .none(because: "TFLite's Cast has no fused activation"),
      window: nil, identity: .never, isView: false, copies: .broadcast(core: 0), fusion: .none)
  }

  package var quantization: QuantizationRule {
    .floatOnly(because: "it takes codes for numbers, without their scale")
  }
}
