package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// `x` where it is not negative, `alpha * x` elsewhere, with an alpha for each channel or element.
///
/// Inputs: float32, int8 or uint8 of at most 4 dimensions; alpha of the same element type, which broadcasts to
/// the first. A quantized input, alpha and output may each have their own scale and zero point: alpha is
/// quantized as an activation is, over its own range, as TFLite's quantizer does.
package final class PReLU: BuiltinOp {
  package init() {}

  package static let entry = OpEntry(
    "prelu", .prelu, types: [.float32, .int8, .uint8],
    "x where not negative, alpha * x elsewhere, alpha broadcast",
    make: { PReLU() }, cast: { $0 as? PReLU })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    _ = try inferBinary(operands, among: [.float32, .int8, .uint8])
    let (input, alpha) = (try operands.type(0), try operands.type(1))
    let extra = input.shape.rank - alpha.shape.rank
    guard extra >= 0,
      zip(input.shape.dimensions[extra...], alpha.shape.dimensions).allSatisfy({
        $1.value == 1 || $0.value == nil || $1.value == nil || $0.value == $1.value
      })
    else {
      throw Diagnostic(
        .shapeMismatch,
        "alpha [\(alpha.shape.text)] does not broadcast to the input [\(input.shape.text)]")
    }
    guard input.shape.rank <= 4 else {
      throw Diagnostic(
        .shapeMismatch, "TFLite's PReLU takes at most 4 dimensions, not \(input.shape.rank)")
    }
    return [TensorType(input.element, input.shape)]
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .elementwise(self),
      clamp: .none(because: "TFLite's PReLU has no fused activation"),
      window: nil, identity: .never, isView: false, copies: .broadcast(core: 0), fusion: .none)
  }

  package var quantization: QuantizationRule { .int8(Int8Rule(output: .calibrated)) }
}
