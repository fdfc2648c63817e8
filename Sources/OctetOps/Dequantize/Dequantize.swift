package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// Turns codes, or numbers of half precision, into the real values they stand for.
///
/// Input: int8, int16 or uint8 with one scale, or one for each index of a dimension; or float16. Output: float32 of the
/// same shape.
package final class Dequantize: BuiltinOp {
  package init() {}

  package static let entry = OpEntry(
    "dequantize", .dequantize, types: [.int8, .int16, .uint8, .float16, .float32],
    "codes or float16 to real values",
    notImported: "made by the quantizer",
    make: { Dequantize() }, cast: { $0 as? Dequantize })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 1...1)
    let input = try operands.type(0, among: [.int8, .int16, .uint8, .float16])
    return [TensorType(.float32, input.shape)]
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "passes leave quantized tensors alone"),
      clamp: .none(because: "TFLite's Dequantize has no fused activation"),
      window: nil, identity: .never, isView: false, copies: .broadcast(core: 0), fusion: .none)
  }

  package var quantization: QuantizationRule {
    .floatOnly(because: "it belongs to models that are quantized already")
  }
}
