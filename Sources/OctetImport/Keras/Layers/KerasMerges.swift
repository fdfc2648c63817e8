import OctetDiagnostics
import OctetIR

extension KerasMapping {
  static let merges: [String: KerasMapping] = [
    "Add": merge("AddV2"), "Multiply": merge("Mul"), "Maximum": merge("Maximum"),
    "Minimum": merge("Minimum"),
    "Subtract": KerasMapping { _, inputs, builder throws(Diagnostic) in
      guard inputs.count == 2 else {
        throw Diagnostic(.invalidKeras, "Subtract needs two tensors")
      }
      return [try builder.chain("Sub", inputs)]
    },
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
      let (left, right) = (try builder.extents(inputs[0]), try builder.extents(inputs[1]))
      let given = layer.config["axes"]?.ints ?? layer.config["axes"]?.int.map { [$0, $0] } ?? []
      guard given.count == 2, (2...3).contains(left.count), (2...3).contains(right.count) else {
        throw layer.wrong("axes", "a dimension of each of two tensors of two or three")
      }
      let axes = (
        try canonicalAxis(given[0], rank: left.count),
        try canonicalAxis(given[1], rank: right.count)
      )
      guard axes.0 > 0, axes.1 > 0 else { throw layer.wrong("axes", "other than the batch") }
      var (a, b) = (inputs[0], inputs[1])
      if try layer.bool("normalize", default: false) {
        a = try builder.unit(a, axes: [axes.0], epsilon: 1e-7)
        b = try builder.unit(b, axes: [axes.1], epsilon: 1e-7)
      }
      // Both as matrices for each of the batch: vectors have one row, or one column.
      if left.count == 2 { a = try builder.reshape(a, [left[0], 1, left[1]]) }
      if right.count == 2 { b = try builder.reshape(b, [right[0], right[1], 1]) }
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
  /// An operator of two operands, from the first to the last. Where dimensions are missing, Keras puts them after the batch.
  fileprivate mutating func chain(
    _ op: String, _ inputs: [TensorFlowValue]
  ) throws(Diagnostic) -> TensorFlowValue {
    guard inputs.count > 1 else {
      throw Diagnostic(.invalidKeras, "the layer merges \(counted(inputs.count, "tensor"))")
    }
    var shapes: [[Int]] = []
    for input in inputs { shapes.append(try extents(input)) }
    let rank = shapes.map { $0.count }.max() ?? 0
    var result: TensorFlowValue?
    for (input, shape) in zip(inputs, shapes) {
      let ones = [Int](repeating: 1, count: rank - shape.count)
      let operand =
        ones.isEmpty || shape.isEmpty
        ? input : try reshape(input, [shape[0]] + ones + shape[1...])
      result = if let sum = result { try apply(op, [sum, operand]) } else { operand }
    }
    return result ?? inputs[0]
  }

  /// The tensor divided by its length along some dimensions, which is taken for `epsilon` where it is less.
  ///
  /// Source: `normalize` of Keras's operations.
  mutating func unit(
    _ input: TensorFlowValue, axes: [Int], epsilon: Float
  ) throws(Diagnostic) -> TensorFlowValue {
    let squares = try apply(
      "Sum", [try apply("Square", [input]), try ints(axes)], ["keep_dims": .flag(true)])
    let length = try apply("Maximum", [squares, scalar(epsilon * epsilon)])
    return try apply("Mul", [input, try apply("Rsqrt", [length])])
  }
}
