package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// The value of a variable; zeros if nothing has been assigned, where TFLite ends the run.
///
/// Input: a handle. Output: `extents` of `type`.
package final class ReadVariable: BuiltinOp {
  package let type: ElementType
  package let extents: [Int]

  package init(_ type: ElementType, _ extents: [Int]) {
    self.type = type
    self.extents = extents
  }

  package static let entry = OpEntry(
    "read_variable", .readVariable, types: [.float32, .int8], "the value of a variable",
    notImported: "importers take variables as their stored values",
    parse: { attributes throws(Diagnostic) in
      try attributes.allow(["type", "extents"])
      let type = try attributes.symbol("type", among: ElementType.allCases.map { $0.shortName })
      return ReadVariable(
        ElementType.allCases.first { $0.shortName == type } ?? .float32,
        try attributes.ints("extents", default: []))
    },
    read: { reader throws(Diagnostic) in
      guard let type = reader.results.first, let extents = type.shape.extents else {
        throw Diagnostic(.unknownOperator, "a variable of unknown extents is not supported")
      }
      return ReadVariable(type.element, extents)
    }, cast: { $0 as? ReadVariable })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] {
    [Attribute("type", .symbol(type.shortName)), Attribute("extents", .ints(extents))]
  }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 1...1)
    _ = try operands.type(0, among: [.resource])
    return [TensorType(type, Shape(extents))]
  }

  package var traits: OpTraits { .ofVariables }

  package var quantization: QuantizationRule { .ofVariables }

  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 { 1 }

  package var options: OperatorOptions {
    OperatorOptions(.readVariableOptions, ReadVariableOptionsTable.object())
  }

  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let output = context.output
    let value = try context.variables.value(
      of: context.input(0), output.type, context.allocate)
    return Step(kernel: "read-variable--reference") {
      output.base.copyMemory(from: value.mutableBytes.baseAddress!, byteCount: value.bytes.count)
    }
  }
}
