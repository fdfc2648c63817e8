import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  /// Functions of one number that TFLite has, and those that are made of them.
  static let function = OpMapping(
    tensorFlow: [
      "Abs": unary("abs") { _ in Unary(.abs) },
      "Ceil": unary("ceil") { _ in Unary(.ceil) },
      "Cos": unary("cos") { _ in Unary(.cos) },
      "Elu": unary("elu") { _ in Unary(.elu) },
      "Floor": unary("floor") { _ in Unary(.floor) },
      "Rint": unary("round") { _ in Unary(.round) },
      "Round": unary("round") { _ in Unary(.round) },
      "Rsqrt": unary("rsqrt") { _ in Unary(.rsqrt) },
      "Sign": unary("sign") { _ in Unary(.sign) },
      "Sin": unary("sin") { _ in Unary(.sin) },
      "Sqrt": unary("sqrt") { _ in Unary(.sqrt) },
      // A product has an int8 form.
      "Neg": formula(["mul", "neg"]) { x, builder throws(Diagnostic) in
        builder.graph[x].type.element == .float32
          ? try builder.product(x, -1, "minus_one") : try builder.add(Unary(.neg), [x])
      },
      "Reciprocal": reciprocal,
      "Inv": reciprocal,
      "Log1p": formula(["add", "log"]) { x, builder throws(Diagnostic) in
        try builder.add(Log(), [try builder.sum(x, 1, "one")])
      },
      "Expm1": formula(["exp", "add"]) { x, builder throws(Diagnostic) in
        try builder.sum(try builder.add(Exp(), [x]), -1, "minus_one")
      },
      // The logarithm is of 1...2, so nothing overflows: max(x, 0) + log(1 + exp(-|x|)).
      "Softplus": formula(["relu", "abs", "mul", "exp", "add", "log"]) {
        x, builder throws(Diagnostic) in
        let negative = try builder.product(
          try builder.add(Unary(.abs), [x]), -1, "minus_one")
        let power = try builder.add(Exp(), [negative])
        let rest = try builder.add(Log(), [try builder.sum(power, 1, "one")])
        return try builder.add(Add(), [try builder.add(ReLU(), [x]), rest])
      },
      "Softsign": formula(["abs", "add", "div"]) { x, builder throws(Diagnostic) in
        let divisor = try builder.sum(try builder.add(Unary(.abs), [x]), 1, "one")
        return try builder.add(Div(), [x, divisor])
      },
      // scale x above 0, scale alpha (e^x - 1) below it. Source: Klambauer et al. (2017).
      "Selu": formula(["relu", "elu", "minimum", "mul", "add"]) { x, builder throws(Diagnostic) in
        let (scale, alpha): (Float, Float) = (1.0507009873554805, 1.6732632423543772)
        let above = try builder.product(try builder.add(ReLU(), [x]), scale, "scale")
        let negative = try builder.add(
          Minimum(), [try builder.add(Unary(.elu), [x]), builder.scalar("zero", 0)])
        let below = try builder.product(negative, scale * alpha, "scale_alpha")
        return try builder.add(Add(), [above, below])
      },
      // TFLite clamps sums, products and quotients to the largest number, which stands for infinity then.
      "IsFinite": formula(["abs", "less"]) { x, builder throws(Diagnostic) in
        try builder.add(
          Comparison(.less),
          [try builder.add(Unary(.abs), [x]), builder.scalar("largest", .greatestFiniteMagnitude)])
      },
      "IsNan": formula(["not_equal"]) { x, builder throws(Diagnostic) in
        try builder.add(Comparison(.notEqual), [x, x])
      },
      "IsInf": formula(["abs", "greater_equal"]) { x, builder throws(Diagnostic) in
        try builder.add(
          Comparison(.greaterEqual),
          [try builder.add(Unary(.abs), [x]), builder.scalar("largest", .greatestFiniteMagnitude)])
      },
      "Xlogy": zeroTimes { y, x, builder throws(Diagnostic) in
        try builder.add(Mul(), [x, try builder.add(Log(), [y])])
      },
      "Xdivy": zeroTimes { y, x, builder throws(Diagnostic) in try builder.add(Div(), [x, y]) },
      "Cumsum": TensorFlowMapping(makes: ["cumsum"]) { node, builder throws(Diagnostic) in
        let input = try builder.input(node, 0)
        let axis = try builder.axis(try node.integers(1, "axis").first ?? 0, of: input)
        let op = Cumsum(
          exclusive: try node.bool("exclusive", default: false),
          reverse: try node.bool("reverse", default: false))
        return [.computed(try builder.add(op, [input, axis]))]
      },
    ])

  private static let reciprocal = formula(["div"]) { x, builder throws(Diagnostic) in
    try builder.quotient(1, x, "one")
  }
}

/// A function of one tensor, as operators for it.
private func formula(
  _ makes: [String],
  _ build: @escaping @Sendable (ValueID, inout GraphBuilder) throws(Diagnostic) -> ValueID
) -> TensorFlowMapping {
  TensorFlowMapping(makes: makes) { node, builder throws(Diagnostic) in
    [.computed(try build(try builder.input(node, 0), &builder))]
  }
}

/// A function of two numbers that is 0 where the first is, whatever the second.
private func zeroTimes(
  _ build:
    @escaping @Sendable (_ y: ValueID, _ x: ValueID, inout GraphBuilder) throws(Diagnostic)
    -> ValueID
) -> TensorFlowMapping {
  TensorFlowMapping(makes: ["equal", "select_v2", "mul", "log", "div"]) {
    node, builder throws(Diagnostic) in
    let x = try builder.input(node, 0)
    let result = try build(try builder.input(node, 1), x, &builder)
    let zero = builder.scalar("zero", 0)
    let isZero = try builder.add(Comparison(.equal), [x, zero])
    return [.computed(try builder.add(SelectV2(), [isZero, zero, result]))]
  }
}
