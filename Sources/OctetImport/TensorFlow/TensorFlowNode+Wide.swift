import OctetDiagnostics
import OctetIR
import OctetOps

extension TensorFlowNode {
  /// Arithmetic that TFLite's kernels have for int32 and not for int64.
  private static let arithmetic: Set<String> = [
    "Add", "AddV2", "AddN", "Sub", "Mul", "FloorDiv", "FloorMod", "Div", "TruncateDiv", "Mod",
    "TruncateMod", "Square", "SquaredDifference", "Neg", "Abs", "Sum", "Prod", "Max", "Min",
    "SelectV2",
    "Select", "ConcatV2", "Pack", "Pow", "Cumsum",
  ]

  /// The results of int64 arithmetic, which is done with int32 numbers; nil for other nodes.
  func wideResults(
    _ mapping: TensorFlowMapping, _ builder: inout GraphBuilder
  ) throws(Diagnostic) -> [TensorFlowValue]? {
    guard Self.arithmetic.contains(type) else { return nil }
    var narrow: [TensorFlowValue] = []
    var isWide = false
    for input in inputs {
      let part = try builder.narrowed(input)
      if case .computed = part, case .computed(let id) = input {
        isWide = isWide || builder.graph[id].type.element == .int64
      }
      narrow.append(part)
    }
    guard isWide else { return nil }
    builder.narrowing.addWide(location)
    var results: [TensorFlowValue] = []
    for result in try mapping.build(with(inputs: narrow), &builder) {
      guard case .computed(let id) = result, builder.graph[id].type.element == .int32 else {
        results.append(result)
        continue
      }
      results.append(.computed(try builder.add(Cast(to: .int64), [id])))
    }
    return results
  }
}

extension GraphBuilder {
  /// The int32 form of an int64 value; other values as they are. Throws `OCT0202` for a constant that int32 has not.
  fileprivate mutating func narrowed(_ value: TensorFlowValue) throws(Diagnostic) -> TensorFlowValue
  {
    switch value {
    case .constant(let tensor) where tensor.type.element == .int64:
      var numbers: [Int32] = []
      for number in tensor.storage.array(of: Int64.self) {
        guard let narrow = Int32(exactly: number) else {
          throw Diagnostic(
            .typeMismatch, "the number \(number) does not fit int32",
            notes: ["TFLite computes with int32 numbers where TensorFlow has int64"])
        }
        numbers.append(narrow)
      }
      return .constant(Tensor(tensor.extents, int32: numbers))
    case .computed(let id): return .computed(try narrowed(id))
    default: return value
    }
  }

  /// The int32 form of an int64 tensor; others as they are.
  mutating func narrowed(_ id: ValueID) throws(Diagnostic) -> ValueID {
    guard graph[id].type.element == .int64 else { return id }
    // What was widened for the node before.
    if let node = producer(of: id), node.op is Cast, let input = node.inputs[0],
      graph[input].type.element == .int32
    {
      return input
    }
    return try add(Cast(to: .int32), [id])
  }
}
