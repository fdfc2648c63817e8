package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// Turns real values into codes, or codes into those of another scale or type.
///
/// Input: float32, int8, int16, uint8 or int32. Output: int8, int16 or uint8 with the scale of the output tensor.
package final class Quantize: BuiltinOp {
  /// The type of the result.
  package let element: ElementType

  package init(_ element: ElementType = .int8) {
    self.element = element
  }

  package static let entry = OpEntry(
    "quantize", .quantize, types: [.float32, .int8, .int16, .uint8, .int32],
    "real values to codes, or codes to another scale",
    notImported: "made by the quantizer",
    parse: { attributes throws(Diagnostic) in
      try attributes.allow(["to"])
      let name = try attributes.symbol("to", among: elements.map { $0.name }, default: "int8")
      return Quantize(elements.first { $0.name == name } ?? .int8)
    },
    read: Quantize.read, cast: { $0 as? Quantize })

  /// The types that a result may have.
  private static let elements: [ElementType] = [.int8, .int16, .uint8]

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [Attribute("to", .symbol(element.name))] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 1...1)
    let input = try operands.type(0, among: [.float32] + Self.elements + [.int32])
    guard Self.elements.contains(element),
      element != .uint8 || ![.int16, .int32].contains(input.element)
    else {
      throw Diagnostic(
        .typeMismatch, "TFLite does not quantize \(input.element.name) to \(element.name)")
    }
    return [TensorType(element, input.shape)]
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "passes leave quantized tensors alone"),
      clamp: .none(because: "TFLite's Quantize has no fused activation"),
      window: nil, identity: .never, isView: false, copies: .broadcast(core: 0),
      fusion: .elementwise(epilogue))
  }

  package var quantization: QuantizationRule {
    .floatOnly(because: "it belongs to models that are quantized already")
  }
}
