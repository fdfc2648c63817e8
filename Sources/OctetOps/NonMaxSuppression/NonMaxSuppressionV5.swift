package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// Chooses boxes with the highest scores, of which those that overlap better ones count for less.
///
/// Inputs: those of `NonMaxSuppressionV4`, and the sigma by which the score of a box that overlaps a chosen one is multiplied
/// with exp(-iou^2 / (2 sigma)), a float32 scalar; 0 leaves scores as they are. Outputs: the chosen boxes' numbers
/// int32 [most] and scores float32 [most], best first, then zeros; how many there are, int32 scalar.
package final class NonMaxSuppressionV5: BuiltinOp {
  package init() {}

  package static let entry = OpEntry(
    "non_max_suppression_v5", .nonMaxSuppressionV5, types: [.float32, .int32],
    "boxes of which those that overlap better ones count for less",
    make: { NonMaxSuppressionV5() }, cast: { $0 as? NonMaxSuppressionV5 })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 6...6)
    let chosen = Shape([try inferSuppression(operands)])
    return [TensorType(.int32, chosen), TensorType(.float32, chosen), TensorType(.int32, [])]
  }

  package var traits: OpTraits { NonMaxSuppressionV4().traits }

  package var quantization: QuantizationRule { NonMaxSuppressionV4().quantization }
}
