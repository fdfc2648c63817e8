import OctetDiagnostics
import OctetIR

/// Functions that a Keras model calls on its tensors, as `x * 2` or `tf.nn.relu(x)`, which the file lists among the layers.
extension KerasMapping {
  /// The classes that stand for TensorFlow's functions in Keras 2.
  static let functions: Set<String> = ["TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer"]

  private static let binary: [String: String] = [
    "add": "AddV2", "subtract": "Sub", "multiply": "Mul", "divide": "RealDiv",
    "true_divide": "RealDiv",
    "maximum": "Maximum", "minimum": "Minimum", "power": "Pow", "pow": "Pow",
    "__operators__.add": "AddV2", "math.add": "AddV2", "math.subtract": "Sub",
    "math.multiply": "Mul", "math.divide": "RealDiv", "math.truediv": "RealDiv",
    "math.maximum": "Maximum", "math.minimum": "Minimum", "math.pow": "Pow",
  ]

  private static let unary: [String: String] = [
    "relu": "Relu", "relu6": "Relu6", "sigmoid": "Sigmoid", "tanh": "Tanh", "exp": "Exp",
    "log": "Log", "sqrt": "Sqrt", "rsqrt": "Rsqrt", "square": "Square", "absolute": "Abs",
    "abs": "Abs", "negative": "Neg", "softplus": "Softplus", "softsign": "Softsign", "elu": "Elu",
    "selu": "Selu", "sin": "Sin", "cos": "Cos", "floor": "Floor", "ceil": "Ceil", "round": "Round",
    "nn.relu": "Relu", "nn.relu6": "Relu6", "math.sigmoid": "Sigmoid", "nn.sigmoid": "Sigmoid",
    "math.tanh": "Tanh", "nn.tanh": "Tanh", "math.exp": "Exp", "math.log": "Log",
    "math.sqrt": "Sqrt", "math.rsqrt": "Rsqrt", "math.square": "Square", "math.abs": "Abs",
    "math.negative": "Neg", "nn.softplus": "Softplus", "math.softplus": "Softplus",
    "nn.elu": "Elu", "nn.selu": "Selu",
  ]

  private static let reductions: [String: String] = [
    "mean": "Mean", "sum": "Sum", "max": "Max", "min": "Min", "prod": "Prod",
    "math.reduce_mean": "Mean", "math.reduce_sum": "Sum", "math.reduce_max": "Max",
    "math.reduce_min": "Min", "math.reduce_prod": "Prod",
  ]

  static func operation(_ layer: KerasLayer) throws(Diagnostic) -> KerasMapping {
    // Keras 3 names the class of the function, Keras 2 the function.
    let name = layer.config["function"]?.text ?? KerasStore.snakeCase(layer.type)
    if let op = binary[name] {
      return KerasMapping { _, inputs, builder throws(Diagnostic) in
        let operands = try builder.operands(inputs, count: 2, names: ["x1", "x2", "x", "y"])
        return [try builder.apply(op, operands)]
      }
    }
    if let op = unary[name] {
      return one { _, input, builder throws(Diagnostic) in
        // Arguments beside the tensor would change the function.
        try builder.requireNoOptions(besides: ["name"])
        return try builder.apply(op, [input])
      }
    }
    if let op = reductions[name] {
      return one { layer, input, builder throws(Diagnostic) in
        let axis = builder.option("axis", layer)
        let keeps =
          builder.option("keepdims", layer)?.bool
          ?? builder.option("keep_dims", layer)?.bool ?? false
        let rank = try builder.extents(input).count
        let axes = axis?.ints ?? axis?.int.map { [$0] } ?? Array(0..<rank)
        return try builder.apply(
          op, [input, try builder.ints(axes)], ["keep_dims": .flag(keeps)])
      }
    }
    switch name {
    case "reshape":
      return one { layer, input, builder throws(Diagnostic) in
        let target = builder.option("newshape", layer) ?? builder.option("shape", layer)
        guard let shape = target?.array?.map({ $0.int ?? -1 }) else { throw layer.missing("shape") }
        return try builder.apply("Reshape", [input, try builder.ints(shape)])
      }
    case "transpose", "permute_dimensions":
      return one { layer, input, builder throws(Diagnostic) in
        let axes = builder.option("axes", layer) ?? builder.option("perm", layer)
        let rank = try builder.extents(input).count
        return try builder.transpose(input, axes?.ints ?? Array((0..<rank).reversed()))
      }
    case "expand_dims", "squeeze":
      let op = name == "squeeze" ? "Squeeze" : "ExpandDims"
      return one { layer, input, builder throws(Diagnostic) in
        let axis = builder.option("axis", layer)
        let axes = axis?.ints ?? axis?.int.map { [$0] } ?? []
        if op == "Squeeze" {
          return try builder.apply(op, [input], ["squeeze_dims": .ints(axes)])
        }
        guard let first = axes.first, axes.count == 1 else { throw layer.missing("axis") }
        return try builder.apply(op, [input, try builder.ints([first])])
      }
    case "concatenate", "concat":
      return KerasMapping { layer, inputs, builder throws(Diagnostic) in
        guard let first = inputs.first else { throw Diagnostic(.invalidKeras, "nothing to join") }
        let axis = builder.option("axis", layer)?.int ?? -1
        let rank = try builder.extents(first).count
        return [try builder.concatenate(inputs, axis: try canonicalAxis(axis, rank: rank))]
      }
    case "softmax", "nn.softmax":
      return one { layer, input, builder throws(Diagnostic) in
        try builder.softmax(input, axis: builder.option("axis", layer)?.int ?? -1)
      }
    case "silu", "nn.silu", "swish", "nn.swish":
      return one { _, input, builder throws(Diagnostic) in
        try builder.activate(input, .text("swish"))
      }
    case "matmul", "linalg.matmul":
      return KerasMapping { _, inputs, builder throws(Diagnostic) in
        try builder.requireNoOptions(besides: ["name"])
        return [try builder.apply("BatchMatMulV2", inputs)]
      }
    default:
      throw Diagnostic(
        .unknownLayer, "the model calls the function '\(name)', which is not supported",
        help: "export the model with its graph: model.export(\"folder\"), and convert the folder")
    }
  }
}

extension KerasBuilder {
  /// What a call was given by name, or what the layer's settings say.
  fileprivate func option(_ name: String, _ layer: KerasLayer) -> KerasValue? {
    if case .value(let value)? = call?.arguments[name], !value.isNull { return value }
    return layer.config[name]
  }

  /// Throws `OCT0307` when a call was given more than its tensor.
  fileprivate func requireNoOptions(besides known: [String]) throws(Diagnostic) {
    for (name, operand) in call?.arguments ?? [:] where !known.contains(name) {
      guard case .value(let value) = operand, !value.isNull, value.bool != false else { continue }
      throw Diagnostic(.unsupportedParameter, "the call's '\(name)' is not supported")
    }
    for case .value(let value) in call?.operands ?? [] where !value.isNull {
      throw Diagnostic(.unsupportedParameter, "the call's second operand is not supported")
    }
  }

  /// The operands of a function: tensors, and numbers that the call was given.
  fileprivate func operands(
    _ inputs: [TensorFlowValue], count: Int, names: [String]
  ) throws(Diagnostic) -> [TensorFlowValue] {
    var result: [TensorFlowValue] = []
    var given = call?.operands ?? []
    for name in names where call?.arguments[name] != nil {
      if let argument = call?.arguments[name] { given.append(argument) }
    }
    for operand in given {
      switch operand {
      case .tensor(let index) where inputs.indices.contains(index): result.append(inputs[index])
      case .value(let value):
        guard let number = value.float else {
          throw Diagnostic(.unsupportedParameter, "an operand of the function is no number")
        }
        result.append(scalar(number))
      case .tensor: break
      }
    }
    guard result.count == count else {
      throw Diagnostic(
        .unsupportedParameter, "the function has \(counted(result.count, "operand")), not \(count)")
    }
    return result
  }
}
