import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  /// The best of many elements or boxes.
  static let selection = OpMapping(
    tensorFlow: [
      "TopKV2": TensorFlowMapping(makes: ["topk_v2"]) { node, builder throws(Diagnostic) in
        let input = try builder.input(node, 0)
        let count = try builder.wholeNumber(node, 1, "number of elements")
        return try builder.several(TopKV2(), [input, count], 2)
      },
      // Without the attribute the number of boxes is known when the model runs only.
      "NonMaxSuppressionV4": TensorFlowMapping(makes: ["non_max_suppression_v4"]) {
        node, builder throws(Diagnostic) in
        try builder.suppression(node, NonMaxSuppressionV4(), thresholds: 3...4, outputs: 2)
      },
      "NonMaxSuppressionV5": TensorFlowMapping(makes: ["non_max_suppression_v5"]) {
        node, builder throws(Diagnostic) in
        try builder.suppression(node, NonMaxSuppressionV5(), thresholds: 3...5, outputs: 3)
      },
    ])
}

extension GraphBuilder {
  fileprivate mutating func suppression(
    _ node: TensorFlowNode, _ op: any BuiltinOp, thresholds: ClosedRange<Int>, outputs: Int
  ) throws(Diagnostic) -> [TensorFlowValue] {
    guard try node.bool("pad_to_max_output_size", default: false) else {
      throw Diagnostic(
        .unsupportedParameter, "how many boxes it chooses is known when the model runs only",
        help:
          "save the model with tf.image.non_max_suppression_padded, or cut it before with --outputs"
      )
    }
    var inputs = [try input(node, 0), try input(node, 1)]
    inputs.append(try wholeNumber(node, 2, "number of boxes"))
    for index in thresholds { inputs.append(try input(node, index, "threshold\(index)")) }
    return try several(op, inputs, outputs)
  }

  /// A constant input of one whole number, as an int32 scalar.
  fileprivate mutating func wholeNumber(
    _ node: TensorFlowNode, _ index: Int, _ what: String
  ) throws(Diagnostic) -> ValueID {
    guard let number = try node.integers(index, what).first, let value = Int32(exactly: number)
    else { throw Diagnostic(.unsupportedParameter, "the \(what) does not fit 32 bits") }
    return constant(what, Tensor([], int32: [value]))
  }

  /// An operator with several outputs, called as the node with their numbers.
  fileprivate mutating func several(
    _ op: any BuiltinOp, _ inputs: [ValueID], _ count: Int
  ) throws(Diagnostic) -> [TensorFlowValue] {
    let names = (0..<count).map { $0 == 0 ? outputName : "\(outputName):\($0)" }
    return try add(op, inputs, names: names).map { .computed($0) }
  }
}
