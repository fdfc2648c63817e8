import OctetDiagnostics
import OctetIR
import OctetOps

/// Functions of numbers. Names without a point are Keras 3's, names with one TensorFlow's in Keras 2.
extension KerasFunction {
  static let arithmetic: [String: KerasFunction] = {
    let binary = [
      "AddV2": "add math.add __operators__.add", "Sub": "subtract math.subtract",
      "Mul": "multiply math.multiply",
      "RealDiv": "divide true_divide math.divide math.truediv", "Maximum": "maximum math.maximum",
      "Minimum": "minimum math.minimum", "Pow": "power pow math.pow",
      "FloorDiv": "floor_divide math.floordiv", "FloorMod": "mod math.floormod math.mod",
      "SquaredDifference": "math.squared_difference", "LogicalAnd": "logical_and math.logical_and",
      "LogicalOr": "logical_or math.logical_or",
    ]
    let comparisons = [
      "Equal": "equal math.equal", "NotEqual": "not_equal math.not_equal",
      "Greater": "greater math.greater", "GreaterEqual": "greater_equal math.greater_equal",
      "Less": "less math.less", "LessEqual": "less_equal math.less_equal",
    ]
    let unary = [
      "Exp": "exp math.exp", "Log": "log math.log", "Sqrt": "sqrt math.sqrt",
      "Rsqrt": "rsqrt math.rsqrt", "Square": "square math.square", "Abs": "absolute abs math.abs",
      "Neg": "negative math.negative", "Sin": "sin math.sin", "Cos": "cos math.cos",
      "LogicalNot": "logical_not math.logical_not", "Floor": "floor math.floor",
      "Ceil": "ceil math.ceil", "Round": "round math.round",
      "Sign": "sign math.sign", "Expm1": "expm1 math.expm1", "Log1p": "log1p math.log1p",
      "Erf": "erf math.erf", "Reciprocal": "reciprocal math.reciprocal",
      "Identity": "identity stop_gradient",
    ]
    var result: [String: KerasFunction] = [
      "clip": clip, "clip_by_value": clip,
      "where": one("condition x|x1 y|x2") { arguments, builder throws(Diagnostic) in
        try builder.apply(
          "SelectV2", [arguments.tensor(0), arguments.tensor(1), arguments.tensor(2)])
      },
      "math.add_n": KerasFunction.one("*inputs") { arguments, builder throws(Diagnostic) in
        try builder.apply("AddN", arguments.list)
      },
      "matmul": matmul, "linalg.matmul": matmul,
      "einsum": KerasFunction.one("*operands subscripts") {
        arguments, builder throws(Diagnostic) in
        guard let equation = try arguments.value(1)?.text else {
          throw Diagnostic(.invalidKeras, "the function has no equation")
        }
        return try builder.apply("Einsum", arguments.list, ["equation": .text(equation)])
      },
    ]
    for (op, names) in binary {
      let function = one("x1|x|a x2|y|b") { arguments, builder throws(Diagnostic) in
        try builder.apply(op, [try arguments.tensor(0), try arguments.tensor(1)])
      }
      for name in names.split(separator: " ") { result[String(name)] = function }
    }
    for (op, names) in comparisons {
      let function = one("x1|x|a x2|y|b") { arguments, builder throws(Diagnostic) in
        let (left, right) = (try arguments.tensor(0), try arguments.tensor(1))
        return try builder.apply(
          op, [builder.number(left, for: right), builder.number(right, for: left)])
      }
      for name in names.split(separator: " ") { result[String(name)] = function }
    }
    for (op, names) in unary {
      let function = one("x|input|a") { arguments, builder throws(Diagnostic) in
        let input = try arguments.tensor(0)
        return op == "Identity" ? input : try builder.apply(op, [input])
      }
      for name in names.split(separator: " ") { result[String(name)] = function }
    }
    return result
  }()

  private static let clip = one("x|t x_min|clip_value_min x_max|clip_value_max") {
    arguments, builder throws(Diagnostic) in
    var result = try arguments.tensor(0)
    if arguments.contains(1) {
      result = try builder.apply("Maximum", [result, try arguments.tensor(1)])
    }
    if arguments.contains(2) {
      result = try builder.apply("Minimum", [result, try arguments.tensor(2)])
    }
    return result
  }

  private static let matmul = one("x1|a x2|b transpose_a transpose_b") {
    arguments, builder throws(Diagnostic) in
    let (left, right) = (try arguments.tensor(0), try arguments.tensor(1))
    guard try builder.extents(left).count > 1, try builder.extents(right).count > 1 else {
      throw Diagnostic(.unsupportedParameter, "products of vectors are not supported")
    }
    return try builder.apply(
      "BatchMatMulV2", [left, right],
      ["adj_x": .flag(try arguments.isTrue(2)), "adj_y": .flag(try arguments.isTrue(3))])
  }

  static let nonlinear: [String: KerasFunction] = {
    let names = [
      "relu": "nn.relu", "relu6": "nn.relu6", "sigmoid": "math.sigmoid nn.sigmoid",
      "tanh": "math.tanh nn.tanh", "selu": "nn.selu", "softplus": "nn.softplus math.softplus",
      "softsign": "nn.softsign math.softsign", "silu": "swish nn.silu nn.swish",
      "hard_sigmoid": "", "hard_silu": "hard_swish", "hard_tanh": "", "log_sigmoid": "",
      "mish": "", "tanh_shrink": "", "sparse_plus": "", "sparse_sigmoid": "",
    ]
    var result: [String: KerasFunction] = [
      "softmax": softmax, "nn.softmax": softmax, "leaky_relu": leakyRelu,
      "nn.leaky_relu": leakyRelu,
      "log_softmax": one("x|logits axis") { arguments, builder throws(Diagnostic) in
        let input = try arguments.tensor(0)
        let rank = try builder.extents(input).count
        guard try canonicalAxis(arguments.int(1, default: -1), rank: rank) == rank - 1 else {
          throw Diagnostic(
            .unsupportedParameter, "log_softmax is supported along the last dimension only")
        }
        return try builder.activate(input, .text("log_softmax"))
      },
      "elu": one("x|features alpha") { arguments, builder throws(Diagnostic) in
        guard try arguments.float(1, default: 1) == 1 else {
          throw Diagnostic(.unsupportedParameter, "elu is supported with an alpha of 1 only")
        }
        return try builder.apply("Elu", [try arguments.tensor(0)])
      },
      // Keras's function approximates unless it is told not to, TensorFlow's the other way round.
      "gelu": gelu(approximates: true), "nn.gelu": gelu(approximates: false),
    ]
    for (name, others) in names {
      let function = one("x|features|input") { arguments, builder throws(Diagnostic) in
        try builder.activate(try arguments.tensor(0), .text(name))
      }
      result[name] = function
      for other in others.split(separator: " ") { result[String(other)] = function }
    }
    return result
  }()

  private static let softmax = one("x|logits axis") { arguments, builder throws(Diagnostic) in
    try builder.softmax(try arguments.tensor(0), axes: try arguments.ints(1) ?? [-1])
  }

  private static let leakyRelu = one("x|features negative_slope|alpha") {
    arguments, builder throws(Diagnostic) in
    try builder.apply(
      "LeakyRelu", [try arguments.tensor(0)],
      ["alpha": .number(try arguments.float(1, default: 0.2))])
  }

  private static func gelu(approximates: Bool) -> KerasFunction {
    one("x|features approximate") { arguments, builder throws(Diagnostic) in
      let flag = try arguments.value(1)?.isTrue ?? approximates
      let input = try builder.graph.value(try arguments.tensor(0))
      return .computed(try builder.graph.add(Gelu(approximate: flag), [input]))
    }
  }
}
