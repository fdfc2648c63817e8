package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// Of two operands the left where a condition holds, else the right.
///
/// Inputs: the condition, bool; two operands of one shape, float32, int8, int16 or int32, both alike. The condition has
/// their shape, one element, or one for each part of dimension 0. Quantized operands and the result share one scale.
package final class Select: BuiltinOp {
  package init() {}

  package static let entry = OpEntry(
    "select", .select, types: [.float32, .int8, .int16, .int32, .bool],
    "one of two operands by a condition",
    notImported: "SELECT_V2, which broadcasts, stands for it",
    make: { Select() }, cast: { $0 as? Select })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 3...3)
    let condition = try operands.type(0, among: [.bool]).shape
    let left = try operands.type(1, among: [.float32, .int8, .int16, .int32])
    let right = try operands.type(2, among: [left.element])
    let isRow =
      condition.rank == 1 && left.shape.rank > 0
      && condition.agrees(with: Shape([left.shape.dimensions[0]]))
    guard left.shape.agrees(with: right.shape),
      condition.agrees(with: left.shape) || isRow || condition.elementCount == 1
    else {
      throw Diagnostic(
        .shapeMismatch,
        "[\(condition.text)] cannot choose between [\(left.shape.text)] and [\(right.shape.text)]")
    }
    return [TensorType(left.element, left.shape)]
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "a condition of one dimension belongs to the first"),
      clamp: .none(because: "TFLite's Select has no fused activation"), window: nil,
      identity: .never, isView: false,
      copies: .none(because: "a condition of one dimension belongs to the first"), fusion: .none)
  }

  package var quantization: QuantizationRule { .int8(Int8Rule(output: .unified, data: 1)) }
}

extension Select {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    results[0].element == .int8 ? 2 : 1
  }

  package var options: OperatorOptions {
    OperatorOptions(.selectOptions, SelectOptionsTable.object())
  }

  /// As SELECT_V2 with the condition's dimensions in front.
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    var extents = context.input(0).extents
    let missing = context.output.extents.count - extents.count
    if missing > 0 { extents += [Int](repeating: 1, count: missing) }
    return try SelectV2.step(context, condition: extents)
  }
}
