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
      let slope = try layer.float("negative_slope", default: 0)
      let top = layer.config["max_value"]?.float
      let threshold = try layer.float("threshold", default: 0)
      if threshold != 0 {
        return try builder.relu(input, slope: slope, top: top, threshold: threshold)
      }
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
    "ThresholdedReLU": one { layer, input, builder throws(Diagnostic) in
      try builder.relu(
        input, slope: 0, top: nil, threshold: try layer.float("theta", default: 1))
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
      try builder.softmax(input, axes: try layer.axes(default: -1))
    },
  ]
}

extension KerasBuilder {
  /// The activation that a layer names: a name, or a layer or function with a configuration.
  mutating func activate(
    _ input: TensorFlowValue, _ activation: KerasValue?
  ) throws(Diagnostic) -> TensorFlowValue {
    guard let activation, !activation.isNull else { return input }
    if activation["class_name"]?.text == "QuantizeAwareActivation" {
      let rounded = try rounded(input, "pre_activation")
      let result = try activate(rounded, activation["config"]?["activation"])
      return try self.rounded(result, "post_activation")
    }
    if activation["class_name"]?.text == "NoOpActivation" { return input }
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
    case "softmax": return try softmax(input, axes: [-1])
    case "elu", "celu": return try apply("Elu", [input])
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
    case "hard_tanh": return try clip(input, -1, 1)
    case "tanh_shrink": return try apply("Sub", [input, try apply("Tanh", [input])])
    case "soft_shrink": return try apply("Sub", [input, try clip(input, -0.5, 0.5)])
    case "hard_shrink":
      let isLarge = try apply("Greater", [try apply("Abs", [input]), scalar(0.5)])
      return try apply("SelectV2", [isLarge, input, scalar(0)])
    case "squareplus":
      let root = try apply(
        "Sqrt", [try apply("AddV2", [try apply("Square", [input]), scalar(4)])])
      return try apply("Mul", [try apply("AddV2", [input, root]), scalar(0.5)])
    case "log_sigmoid":
      return try apply("Neg", [try apply("Softplus", [try apply("Neg", [input])])])
    case "sparse_sigmoid":
      let half = try apply("Mul", [try clip(input, -1, 1), scalar(0.5)])
      return try apply("AddV2", [half, scalar(0.5)])
    case "sparse_plus":
      // ((x between -1 and 1) + 1)^2 / 4, and x itself above.
      let raised = try apply("AddV2", [try clip(input, -1, 1), scalar(1)])
      let curve = try apply("Mul", [try apply("Square", [raised]), scalar(0.25)])
      let above = try apply("Relu", [try apply("Sub", [input, scalar(1)])])
      return try apply("AddV2", [curve, above])
    case "glu":
      let halves = try split(input, 2)
      return try apply("Mul", [halves[0], try apply("Sigmoid", [halves[1]])])
    default:
      throw Diagnostic(
        .unknownLayer, "the activation '\(name)' is not one of Keras's that Octet has",
        help: "export the model with its graph: model.export(\"folder\"), and convert the folder")
    }
  }

  /// The normalized exponentials over some dimensions together.
  mutating func softmax(
    _ input: TensorFlowValue, axes: [Int]
  ) throws(Diagnostic) -> TensorFlowValue {
    let extents = try extents(input)
    var own: [Int] = []
    for axis in axes { own.append(try canonicalAxis(axis, rank: extents.count)) }
    let others = extents.indices.filter { !own.contains($0) }
    guard !own.isEmpty, Set(own).count == own.count else {
      throw Diagnostic(.unsupportedParameter, "the axes \(axes) of a softmax are not understood")
    }
    if own == [extents.count - 1] { return try apply("Softmax", [input]) }
    let order = others + own
    let turned = try transpose(input, order)
    let shape = order.map { extents[$0] }
    let rows = try reshape(
      turned, others.map { extents[$0] } + [own.map { extents[$0] }.reduce(1, *)])
    let result = try reshape(try apply("Softmax", [rows]), shape)
    let back = extents.indices.map { axis in order.firstIndex(of: axis) ?? axis }
    return try transpose(result, back)
  }

  mutating func clip(
    _ input: TensorFlowValue, _ least: Float, _ largest: Float
  ) throws(Diagnostic) -> TensorFlowValue {
    let above = try apply("Maximum", [input, scalar(least)])
    return try apply("Minimum", [above, scalar(largest)])
  }

  /// Equal parts of the last dimension.
  mutating func split(
    _ value: TensorFlowValue, _ count: Int
  ) throws(Diagnostic) -> [TensorFlowValue] {
    var size = try extents(value)
    guard let last = size.last, last % count == 0 else {
      throw Diagnostic(.shapeMismatch, "the shape \(size) has no \(count) equal parts")
    }
    size[size.count - 1] = last / count
    var begin = [Int](repeating: 0, count: size.count)
    var parts: [TensorFlowValue] = []
    for part in 0..<count {
      begin[size.count - 1] = part * (last / count)
      parts.append(try slice(value, begin: begin, size: size))
    }
    return parts
  }

  /// x above `threshold`, `slope * (x - threshold)` elsewhere; with `top`, between 0 and that where it is above.
  fileprivate mutating func relu(
    _ input: TensorFlowValue, slope: Float, top: Float?, threshold: Float
  ) throws(Diagnostic) -> TensorFlowValue {
    let isAbove = try apply("Greater", [input, scalar(threshold)])
    var result = try apply("SelectV2", [isAbove, input, scalar(0)])
    if let top { result = try clip(result, 0, top) }
    guard slope != 0 else { return result }
    let missing = try apply("Relu", [try apply("Sub", [scalar(threshold), input])])
    return try apply("Sub", [result, try apply("Mul", [missing, scalar(slope)])])
  }
}
