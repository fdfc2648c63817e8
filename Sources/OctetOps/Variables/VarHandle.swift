package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// Names a variable: what READ_VARIABLE and ASSIGN_VARIABLE take. It keeps its value within a run, and from run to run
/// where that is asked for (`PreparedGraph.keepsVariables`).
///
/// No input. Output: the handle, a resource without dimensions; handles of one container and name mean one variable.
package final class VarHandle: BuiltinOp {
  package let container: String
  package let variable: String

  package init(container: String, variable: String) {
    self.container = container
    self.variable = variable
  }

  package static let entry = OpEntry(
    "var_handle", .varHandle, types: [.float32], "names a variable",
    notImported: "importers take variables as their stored values",
    parse: { attributes throws(Diagnostic) in
      try attributes.allow(["container", "variable"])
      return VarHandle(
        container: try attributes.string("container"), variable: try attributes.string("variable"))
    },
    read: { reader throws(Diagnostic) in
      let options = try reader.options(VarHandleOptionsTable.self)
      return VarHandle(container: options.container ?? "", variable: options.sharedName ?? "")
    }, cast: { $0 as? VarHandle })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] {
    [Attribute("container", .string(container)), Attribute("variable", .string(variable))]
  }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 0...0)
    return [TensorType(.resource, Shape([Int]()))]
  }

  package var traits: OpTraits { .ofVariables }

  package var quantization: QuantizationRule { .ofVariables }

  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 { 1 }

  package var options: OperatorOptions {
    OperatorOptions(
      .varHandleOptions,
      VarHandleOptionsTable.object(container: container, sharedName: variable))
  }

  /// The handle is a constant by then: `Variables.handle(of:)`.
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (handle, target) = (context.variables.handle(of: self), context.output.int32)
    return Step(kernel: "var-handle--reference") { target.pointee = handle }
  }
}

extension OpTraits {
  static var ofVariables: OpTraits {
    OpTraits(
      layout: .fixed(because: "a variable is read as it was assigned"),
      clamp: .none(because: "what is assigned is read"), window: nil, identity: .never,
      isView: false, copies: .none(because: "the order of assignments matters"), fusion: .none)
  }
}

extension QuantizationRule {
  static var ofVariables: QuantizationRule {
    .floatOnly(because: "a variable has one scale for all that is assigned to it")
  }
}
