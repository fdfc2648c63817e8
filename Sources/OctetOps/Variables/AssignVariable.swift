package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// Gives a variable a value.
///
/// Inputs: a handle; the value, of one type and shape for all assignments. No output.
package final class AssignVariable: BuiltinOp {
  package init() {}

  package static let entry = OpEntry(
    "assign_variable", .assignVariable, types: [.float32, .int8],
    "gives a variable a value",
    notImported: "importers take variables as their stored values",
    make: { AssignVariable() }, cast: { $0 as? AssignVariable })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 2...2)
    _ = try operands.type(0, among: [.resource])
    _ = try operands.movable(1)
    return []
  }

  package var traits: OpTraits { .ofVariables }

  package var quantization: QuantizationRule { .ofVariables }

  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 { 1 }

  package var options: OperatorOptions {
    OperatorOptions(.assignVariableOptions, AssignVariableOptionsTable.object())
  }

  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let input = context.input(1)
    let value = try context.variables.value(
      of: context.input(0), input.type, context.allocate)
    return Step(kernel: "assign-variable--reference") {
      value.mutableBytes.copyMemory(
        from: UnsafeRawBufferPointer(start: input.base, count: value.bytes.count))
    }
  }
}
