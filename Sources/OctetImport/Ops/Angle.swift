import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  /// Functions of angles and their inverses, hyperbolic ones too: TFLite has sine and cosine alone.
  ///
  /// Source of the polynomials: the single precision functions of Cephes, within 2 units in the last place of their own
  /// ranges.
  static let angle = OpMapping(
    tensorFlow: [
      "Tan": one(["sin", "cos", "div"]) { x, builder throws(Diagnostic) in
        try builder.add(
          Div(), [try builder.add(Unary(.sin), [x]), try builder.add(Unary(.cos), [x])])
      },
      "Atan": one(ofAngles) { x, builder throws(Diagnostic) in
        let size = try builder.add(Unary(.abs), [x])
        let one = builder.scalar("one", 1)
        let angle = try builder.firstQuadrant(size, over: one)
        return try builder.add(Mul(), [try builder.add(Unary(.sign), [x]), angle])
      },
      // Left of the vertical axis the angle goes on from a right one.
      "Atan2": TensorFlowMapping(makes: ofAngles) { node, builder throws(Diagnostic) in
        let (y, x) = (try builder.input(node, 0), try builder.input(node, 1))
        let angle = try builder.firstQuadrant(
          try builder.add(Unary(.abs), [y]), over: try builder.add(Unary(.abs), [x]))
        let zero = builder.scalar("zero", 0)
        let isLeft = try builder.add(Comparison(.less), [x, zero])
        let turned = try builder.difference(.pi, angle, "pi")
        let upper = try builder.add(SelectV2(), [isLeft, turned, angle])
        let isBelow = try builder.add(Comparison(.less), [y, zero])
        let lower = try builder.product(upper, -1, "minus_one")
        return [.computed(try builder.add(SelectV2(), [isBelow, lower, upper]))]
      },
      "Asin": one(ofArcs) { x, builder throws(Diagnostic) in
        let (isWide, arc) = try builder.arc(try builder.add(Unary(.abs), [x]))
        let wide = try builder.difference(.pi / 2, try builder.add(Add(), [arc, arc]), "right")
        let angle = try builder.add(SelectV2(), [isWide, wide, arc])
        return try builder.add(Mul(), [try builder.add(Unary(.sign), [x]), angle])
      },
      "Acos": one(ofArcs) { x, builder throws(Diagnostic) in
        let (isWide, arc) = try builder.arc(try builder.add(Unary(.abs), [x]))
        let twice = try builder.add(Add(), [arc, arc])
        let zero = builder.scalar("zero", 0)
        let isLeft = try builder.add(Comparison(.less), [x, zero])
        let wide = try builder.add(
          SelectV2(), [isLeft, try builder.difference(.pi, twice, "pi"), twice])
        let signed = try builder.add(Mul(), [try builder.add(Unary(.sign), [x]), arc])
        let narrow = try builder.difference(.pi / 2, signed, "right")
        return try builder.add(SelectV2(), [isWide, wide, narrow])
      },
      "Cosh": one(["exp", "mul", "add"]) { x, builder throws(Diagnostic) in
        let (grown, shrunk) = try builder.halfPowers(x)
        return try builder.add(Add(), [grown, shrunk])
      },
      // Near 0 the powers are too alike.
      "Sinh": one(["exp", "mul", "add", "sub", "abs", "less", "select_v2"]) {
        x, builder throws(Diagnostic) in
        let (grown, shrunk) = try builder.halfPowers(x)
        let outer = try builder.add(Sub(), [grown, shrunk])
        let square = try builder.add(Mul(), [x, x])
        let rest = try builder.polynomial(
          [2.03721912945e-4, 8.33028376239e-3, 1.66667160211e-1], at: square)
        let inner = try builder.plusPart(x, try builder.add(Mul(), [rest, square]))
        let isSmall = try builder.add(
          Comparison(.less), [try builder.add(Unary(.abs), [x]), builder.scalar("one", 1)])
        return try builder.add(SelectV2(), [isSmall, inner, outer])
      },
    ])

  private static let ofAngles = [
    "abs", "sign", "less", "equal", "select_v2", "maximum", "minimum", "div", "mul", "add", "sub",
  ]

  private static let ofArcs = [
    "abs", "sign", "less", "select_v2", "sqrt", "mul", "add", "sub",
  ]

  /// A function of one tensor.
  private static func one(
    _ makes: [String],
    _ build: @escaping @Sendable (ValueID, inout GraphBuilder) throws(Diagnostic) -> ValueID
  ) -> TensorFlowMapping {
    TensorFlowMapping(makes: makes) { node, builder throws(Diagnostic) in
      [.computed(try build(try builder.input(node, 0), &builder))]
    }
  }
}

extension GraphBuilder {
  fileprivate mutating func difference(
    _ left: Float, _ right: ValueID, _ name: String
  ) throws(Diagnostic) -> ValueID {
    try add(Sub(), [scalar(name, left), right])
  }

  /// The value of a polynomial, whose first factor is that of the highest power.
  fileprivate mutating func polynomial(
    _ factors: [Float], at x: ValueID
  ) throws(Diagnostic) -> ValueID {
    var result = try product(x, factors[0], "p0")
    for (place, factor) in factors.enumerated().dropFirst() {
      result = try sum(result, factor, "p\(place)")
      if place < factors.count - 1 { result = try add(Mul(), [result, x]) }
    }
    return result
  }

  /// `x + x part`
  fileprivate mutating func plusPart(
    _ x: ValueID, _ part: ValueID
  ) throws(Diagnostic) -> ValueID {
    try add(Add(), [x, try add(Mul(), [x, part])])
  }

  /// The angle whose tangent is a quotient of numbers that are not negative; 0 for two zeros.
  ///
  /// The quotient of the smaller one by the larger is at most 1, and (q - 1) / (q + 1) is the tangent of an angle less by
  /// an eighth of a circle.
  fileprivate mutating func firstQuadrant(
    _ rise: ValueID, over run: ValueID
  ) throws(Diagnostic) -> ValueID {
    let zero = scalar("zero", 0)
    let larger = try add(Maximum(), [rise, run])
    let isNothing = try add(Comparison(.equal), [larger, zero])
    let divisor = try add(SelectV2(), [isNothing, scalar("one", 1), larger])
    let quotient = try add(Div(), [try add(Minimum(), [rise, run]), divisor])
    let isSteep = try add(Comparison(.less), [scalar("eighth", 0.414213562), quotient])
    let turned = try add(
      Div(), [try sum(quotient, -1, "minus_one"), try sum(quotient, 1, "one")])
    let t = try add(SelectV2(), [isSteep, turned, quotient])
    let square = try add(Mul(), [t, t])
    let series = try polynomial(
      [8.05374449538e-2, -1.38776856032e-1, 1.99777106478e-1, -3.33329491539e-1], at: square)
    let small = try plusPart(t, try add(Mul(), [series, square]))
    let low = try add(SelectV2(), [isSteep, try sum(small, .pi / 4, "quarter"), small])
    let isUpper = try add(Comparison(.less), [run, rise])
    return try add(SelectV2(), [isUpper, try difference(.pi / 2, low, "right"), low])
  }

  /// For a sine of 0...1: whether it is above a half, and the arc; half of what the arc lacks to a right angle where it is.
  fileprivate mutating func arc(
    _ size: ValueID
  ) throws(Diagnostic) -> (isWide: ValueID, arc: ValueID) {
    let isWide = try add(Comparison(.less), [scalar("half", 0.5), size])
    let rest = try product(try difference(1, size, "one"), 0.5, "half")
    let square = try add(SelectV2(), [isWide, rest, try add(Mul(), [size, size])])
    let root = try add(SelectV2(), [isWide, try add(Unary(.sqrt), [rest]), size])
    let series = try polynomial(
      [4.2163199048e-2, 2.4181311049e-2, 4.5470025998e-2, 7.4953002686e-2, 1.6666752422e-1],
      at: square)
    return (isWide, try plusPart(root, try add(Mul(), [series, square])))
  }

  /// Half of e^x and of e^-x.
  fileprivate mutating func halfPowers(
    _ x: ValueID
  ) throws(Diagnostic) -> (ValueID, ValueID) {
    let grown = try product(try add(Exp(), [x]), 0.5, "half")
    let shrunk = try add(Exp(), [try product(x, -1, "minus_one")])
    return (grown, try product(shrunk, 0.5, "half"))
  }
}
