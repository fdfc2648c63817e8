import OctetDiagnostics
import OctetIR
import OctetOps

extension KerasMapping {
  static let activations: [String: KerasMapping] = [
    "Activation": one { layer, input, builder throws(Diagnostic) in
      try builder.activate(input, layer.config["activation"])
    },
    // Source: keras.layers.ReLU: max_value, negative_slope, threshold.
    "ReLU": one { layer, input, builder throws(Diagnostic) in
      guard try layer.float("threshold", default: 0) == 0 else {
        throw Diagnostic(.unsupportedParameter, "a ReLU with a threshold is not supported")
      }
      let slope = try layer.float("negative_slope", default: 0)
      let top = layer.config["max_value"]?.float
      if slope != 0 {
        let leaky = try builder.apply("LeakyRelu", [input], ["alpha": .number(slope)])
        guard let top else { return leaky }
        return try builder.apply("Minimum", [leaky, builder.scalar(top)])
      }
      if top == 6 { return try builder.apply("Relu6", [input]) }
      let result = try builder.apply("Relu", [input])
      guard let top else { return result }
      return try builder.apply("Minimum", [result, builder.scalar(top)])
    },
    "LeakyReLU": one { layer, input, builder throws(Diagnostic) in
      // Keras 2 calls it alpha.
      let slope = try layer.float(
        "negative_slope", default: try layer.float("alpha", default: 0.3))
      return try builder.apply("LeakyRelu", [input], ["alpha": .number(slope)])
    },
    "PReLU": one { layer, input, builder throws(Diagnostic) in
      let extents = try builder.extents(input)
      let shared = Set(layer.config["shared_axes"]?.ints ?? [])
      let shape = extents.indices.dropFirst().map { shared.contains($0) ? 1 : extents[$0] }
      let slopes = builder.graph.constant("alpha", try builder.weight("slopes", shape))
      return .computed(try builder.graph.add(PReLU(), [try builder.graph.value(input), slopes]))
    },
    "ELU": one { layer, input, builder throws(Diagnostic) in
      let alpha = try layer.float("alpha", default: 1)
      let bent = try builder.apply("Elu", [input])
      if alpha == 1 { return bent }
      // Below zero the function is alpha times as steep.
      let above = try builder.apply("Relu", [input])
      let below = try builder.apply("Minimum", [bent, builder.scalar(0)])
      let scaled = try builder.apply("Mul", [below, builder.scalar(alpha)])
      return try builder.apply("AddV2", [above, scaled])
    },
    "Softmax": one { layer, input, builder throws(Diagnostic) in
      try builder.softmax(input, axis: layer.config["axis"]?.int ?? -1)
    },
  ]
}

extension KerasBuilder {
  /// The activation that a layer names: a name, or a layer or function with a configuration.
  mutating func activate(
    _ input: TensorFlowValue, _ activation: KerasValue?
  ) throws(Diagnostic) -> TensorFlowValue {
    guard let activation, !activation.isNull else { return input }
    if let name = activation.text { return try activate(input, name) }
    if let name = activation["config"]?.text { return try activate(input, name) }
    if let type = activation["class_name"]?.text, let mapping = KerasMapping.activations[type] {
      guard
        let first = try mapping.build(try KerasLayer(activation, depth: 1), [input], &self).first
      else { return input }
      return first
    }
    throw Diagnostic(
      .unknownLayer, "the layer's activation is a function whose code is not in the file",
      help: "use one of Keras's activations, or export the model with its graph: model.export()")
  }

  private mutating func activate(
    _ input: TensorFlowValue, _ name: String
  ) throws(Diagnostic) -> TensorFlowValue {
    switch name {
    case "linear": return input
    case "relu": return try apply("Relu", [input])
    case "relu6": return try apply("Relu6", [input])
    case "sigmoid": return try apply("Sigmoid", [input])
    case "tanh": return try apply("Tanh", [input])
    case "softmax": return try softmax(input, axis: -1)
    case "elu": return try apply("Elu", [input])
    case "selu": return try apply("Selu", [input])
    case "softplus": return try apply("Softplus", [input])
    case "softsign": return try apply("Softsign", [input])
    case "exponential": return try apply("Exp", [input])
    case "log_softmax": return try apply("LogSoftmax", [input])
    case "leaky_relu": return try apply("LeakyRelu", [input], ["alpha": .number(0.2)])
    case "swish", "silu": return try apply("Mul", [input, try apply("Sigmoid", [input])])
    case "gelu":
      return .computed(try graph.add(Gelu(approximate: false), [try graph.value(input)]))
    case "hard_silu", "hard_swish":
      return .computed(try graph.add(HardSwish(), [try graph.value(input)]))
    case "hard_sigmoid":
      // Keras 3: relu6(x + 3) / 6; before that: 0.2 x + 0.5 between 0 and 1.
      if version >= 3 {
        let shifted = try apply("AddV2", [input, scalar(3)])
        return try apply("Mul", [try apply("Relu6", [shifted]), scalar(1 / 6)])
      }
      let line = try apply("AddV2", [try apply("Mul", [input, scalar(0.2)]), scalar(0.5)])
      return try apply("Minimum", [try apply("Relu", [line]), scalar(1)])
    case "mish":
      return try apply("Mul", [input, try apply("Tanh", [try apply("Softplus", [input])])])
    default:
      throw Diagnostic(
        .unknownLayer, "the activation '\(name)' is not one of Keras's that Octet has",
        help: "export the model with its graph: model.export(\"folder\"), and convert the folder")
    }
  }

  mutating func softmax(
    _ input: TensorFlowValue, axis: Int
  ) throws(Diagnostic) -> TensorFlowValue {
    let rank = try extents(input).count
    let axis = try canonicalAxis(axis, rank: rank)
    if axis == rank - 1 { return try apply("Softmax", [input]) }
    var order = Array(0..<rank)
    order.swapAt(axis, rank - 1)
    return try transpose(try apply("Softmax", [try transpose(input, order)]), order)
  }
}
