import OctetDiagnostics
import OctetIR

extension KerasMapping {
  static let merges: [String: KerasMapping] = [
    "Add": merge("AddV2"), "Multiply": merge("Mul"), "Maximum": merge("Maximum"),
    "Minimum": merge("Minimum"), "Subtract": merge("Sub"),
    "Average": KerasMapping { _, inputs, builder throws(Diagnostic) in
      let sum = try builder.chain("AddV2", inputs)
      return [try builder.apply("Mul", [sum, builder.scalar(1 / Float(inputs.count))])]
    },
    "Concatenate": KerasMapping { layer, inputs, builder throws(Diagnostic) in
      guard let first = inputs.first else { throw Diagnostic(.invalidKeras, "nothing to join") }
      let rank = try builder.extents(first).count
      let axis = try canonicalAxis(try layer.int("axis", default: -1), rank: rank)
      return [try builder.concatenate(inputs, axis: axis)]
    },
    "Dot": KerasMapping { layer, inputs, builder throws(Diagnostic) in
      guard inputs.count == 2 else { throw Diagnostic(.invalidKeras, "Dot needs two tensors") }
      guard try !layer.bool("normalize", default: false) else {
        throw layer.wrong("normalize", "false")
      }
      let (left, right) = (try builder.extents(inputs[0]), try builder.extents(inputs[1]))
      let given = layer.config["axes"]?.ints ?? layer.config["axes"]?.int.map { [$0, $0] } ?? []
      guard given.count == 2, (2...3).contains(left.count), (2...3).contains(right.count) else {
        throw layer.wrong("axes", "a dimension of each of two tensors")
      }
      let axes = (
        try canonicalAxis(given[0], rank: left.count),
        try canonicalAxis(given[1], rank: right.count)
      )
      // Both as matrices for each of the batch: vectors have one row, or one column.
      let a = left.count == 2 ? try builder.reshape(inputs[0], [left[0], 1, left[1]]) : inputs[0]
      let b =
        right.count == 2 ? try builder.reshape(inputs[1], [right[0], right[1], 1]) : inputs[1]
      let result = try builder.apply(
        "BatchMatMulV2", [a, b],
        [
          "adj_x": .flag(left.count == 3 && axes.0 == 1),
          "adj_y": .flag(right.count == 3 && axes.1 == 2),
        ])
      var extents = try builder.extents(result)
      if right.count == 2 { extents.remove(at: 2) }
      if left.count == 2 { extents.remove(at: 1) }
      if extents.count == 1 { extents.append(1) }
      return [try builder.reshape(result, extents)]
    },
  ]

  private static func merge(_ op: String) -> KerasMapping {
    KerasMapping { _, inputs, builder throws(Diagnostic) in [try builder.chain(op, inputs)] }
  }
}

extension KerasBuilder {
  /// An operator of two operands, from the first to the last.
  fileprivate mutating func chain(
    _ op: String, _ inputs: [TensorFlowValue]
  ) throws(Diagnostic) -> TensorFlowValue {
    guard inputs.count > 1 else {
      throw Diagnostic(.invalidKeras, "the layer merges \(counted(inputs.count, "tensor"))")
    }
    var result = inputs[0]
    for input in inputs.dropFirst() { result = try apply(op, [result, input]) }
    return result
  }
}
