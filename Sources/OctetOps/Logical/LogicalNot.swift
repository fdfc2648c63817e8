package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// The negation of each element. Input and output: bool of any shape.
package final class LogicalNot: BuiltinOp {
  package init() {}

  package static let entry = OpEntry(
    "logical_not", .logicalNot, types: [.bool],
    "whether an operand does not hold",
    make: { LogicalNot() }, cast: { $0 as? LogicalNot })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try inferUnary(operands, among: [.bool])
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .elementwise(self), clamp: .none(because: "its result is no number"), window: nil,
      identity: .never, isView: false, copies: .broadcast(core: 0), fusion: .none)
  }

  package var quantization: QuantizationRule {
    .floatOnly(because: "it works on bools, which have no int8 form")
  }
}
