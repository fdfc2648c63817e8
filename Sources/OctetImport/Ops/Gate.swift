import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  /// Products of a number and a function of it, for some of which TFLite has an operator.
  static let gate = OpMapping(
    tensorFlow: [
      "Mul": TensorFlowMapping(makes: ["mul", "gelu", "hard_swish"]) {
        node, builder throws(Diagnostic) in
        let (left, right) = (try builder.input(node, 0), try builder.input(node, 1))
        return [.computed(try builder.product(left, right))]
      },
      "Erf": TensorFlowMapping(makes: ofErrorFunction) { node, builder throws(Diagnostic) in
        let x = try builder.input(node, 0)
        let result = try builder.errorFunction(x)
        builder.errorFunctions[result] = (x, isComplement: false)
        return [.computed(result)]
      },
      "Erfc": TensorFlowMapping(makes: ofErrorFunction) { node, builder throws(Diagnostic) in
        let x = try builder.input(node, 0)
        let result = try builder.add(
          Sub(), [builder.scalar("one", 1), try builder.errorFunction(x)])
        builder.errorFunctions[result] = (x, isComplement: true)
        return [.computed(result)]
      },
    ])

  private static let ofErrorFunction = ["abs", "add", "div", "exp", "mul", "sign", "sub"]
}

extension GraphBuilder {
  /// The error function, for which TFLite has no operator, within 1.5e-7.
  ///
  /// Source: Abramowitz and Stegun, 7.1.26.
  fileprivate mutating func errorFunction(_ x: ValueID) throws(Diagnostic) -> ValueID {
    let magnitude = try add(Unary(.abs), [x])
    let t = try quotient(
      1, try sum(try product(magnitude, 0.3275911, "p"), 1, "one"), "one")
    var tail = try product(t, 1.061405429, "a5")
    let terms: [(String, Float)] = [
      ("a4", -1.453152027), ("a3", 1.421413741), ("a2", -0.284496736), ("a1", 0.254829592),
    ]
    for (name, term) in terms { tail = try add(Mul(), [try sum(tail, term, name), t]) }
    let square = try add(Mul(), [x, x])
    let bell = try add(Exp(), [try product(square, -1, "minus_one")])
    let outside = try add(Mul(), [tail, bell])
    let inside = try add(Sub(), [scalar("one", 1), outside])
    return try add(Mul(), [try add(Unary(.sign), [x]), inside])
  }
}

extension GraphBuilder {
  /// The product of two tensors. What is GELU, 0.5 x (1 + erf(x / sqrt(2))), its approximation, or hard
  /// swish, x relu6(x + 3) / 6, in whatever order becomes that operator.
  mutating func product(_ left: ValueID, _ right: ValueID) throws(Diagnostic) -> ValueID {
    for factors in [[left] + factors(of: right), factors(of: left) + [right]]
    where factors.count == 3 {
      for (x, first, second) in [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)] {
        let (x, factor, gate) = (factors[x], factors[first], factors[second])
        if isAll(factor, 0.5), isTwiceNormalShare(gate, of: x) { return try add(Gelu(), [x]) }
        if isAll(factor, 0.5), isTwiceLogisticShare(gate, of: x) {
          return try add(Gelu(approximate: true), [x])
        }
        if isAll(factor, 1 / 6), isSixfoldHardSigmoid(gate, of: x) {
          return try add(HardSwish(), [x])
        }
      }
    }
    return try add(Mul(), [left, right])
  }

  /// The larger of two tensors: max(x, 0) is ReLU, max(min(x, 6), 0) ReLU6, which layers take along, and max(x, a x)
  /// leaky ReLU for a between 0 and 1.
  mutating func maximum(_ left: ValueID, _ right: ValueID) throws(Diagnostic) -> ValueID {
    for (x, bound) in [(left, right), (right, left)] where isAll(bound, 0) {
      if let y = operand(of: x, Minimum.self, beside: 6) { return try add(ReLU6(), [y]) }
      return try add(ReLU(), [x])
    }
    for (x, scaled) in [(left, right), (right, left)] {
      guard let node = producer(of: scaled), node.op is Mul else { continue }
      let operands = node.inputs.compactMap { $0 }
      for slope in operands where operands.contains(x) && slope != x {
        guard let alpha = number(slope), (0...1).contains(alpha) else { continue }
        return try add(LeakyReLU(alpha: alpha), [x])
      }
    }
    return try add(Maximum(), [left, right])
  }

  /// The smaller of two tensors: min(max(x, 0), 6) is ReLU6.
  mutating func minimum(_ left: ValueID, _ right: ValueID) throws(Diagnostic) -> ValueID {
    for (x, bound) in [(left, right), (right, left)] where isAll(bound, 6) {
      if let node = producer(of: x), node.op is ReLU { return try add(ReLU6(), node.inputs) }
    }
    return try add(Minimum(), [left, right])
  }

  /// 1 + erf(x / sqrt(2)), or erfc(-x / sqrt(2)), which is the same.
  private func isTwiceNormalShare(_ id: ValueID, of x: ValueID) -> Bool {
    let root = Float(0.5).squareRoot()
    if let (argument, isComplement) = errorFunctions[id] {
      return isComplement && isMultiple(argument, of: x, by: -root)
    }
    guard let function = operand(of: id, Add.self, beside: 1),
      let (argument, isComplement) = errorFunctions[function]
    else { return false }
    return !isComplement && isMultiple(argument, of: x, by: root)
  }

  /// 1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))
  private func isTwiceLogisticShare(_ id: ValueID, of x: ValueID) -> Bool {
    guard let function = operand(of: id, Add.self, beside: 1), let tanh = producer(of: function),
      tanh.op is Tanh, let argument = tanh.inputs[0],
      let inner = operand(of: argument, Mul.self, beside: (2 / Float.pi).squareRoot()),
      let sum = producer(of: inner), sum.op is Add, let place = sum.inputs.firstIndex(of: x),
      let term = sum.inputs[1 - place]
    else { return false }
    let parts = factors(of: term, to: x)
    let others = parts.filter { $0 != x }
    return parts.count == 4 && others.count == 1 && isAll(others[0], 0.044715)
  }

  /// The factors of a product of products, and of third powers, of which `x` is not taken apart.
  private func factors(of id: ValueID, to x: ValueID, depth: Int = 0) -> [ValueID] {
    guard id != x, depth < 4, let node = producer(of: id) else { return [id] }
    if node.op is Mul {
      return node.inputs.compactMap { $0 }.flatMap { factors(of: $0, to: x, depth: depth + 1) }
    }
    guard let op = node.op as? Binary, op.kind == .pow, let base = node.inputs[0],
      let exponent = node.inputs[1], isAll(exponent, 3)
    else { return [id] }
    return [base, base, base]
  }

  /// relu6(x + 3)
  private func isSixfoldHardSigmoid(_ id: ValueID, of x: ValueID) -> Bool {
    guard let node = producer(of: id), node.op is ReLU6, let sum = node.inputs[0] else {
      return false
    }
    return operand(of: sum, Add.self, beside: 3) == x
  }

  /// The factors of a product, or the number itself.
  private func factors(of id: ValueID) -> [ValueID] {
    guard let node = producer(of: id), node.op is Mul else { return [id] }
    return node.inputs.compactMap { $0 }
  }

  /// The operand that `id`, the result of an `Operator` of two, has beside a constant full of `number`.
  private func operand<Operator: BuiltinOp>(
    of id: ValueID, _ type: Operator.Type, beside number: Float
  ) -> ValueID? {
    guard let node = producer(of: id), node.op is Operator, node.inputs.count == 2,
      let left = node.inputs[0], let right = node.inputs[1]
    else { return nil }
    if isAll(right, number) { return left }
    return isAll(left, number) ? right : nil
  }

  /// Whether `id` is `x` times constants that make up `number`.
  private func isMultiple(_ id: ValueID, of x: ValueID, by number: Float) -> Bool {
    var (id, factor) = (id, 1 as Float)
    for _ in 0..<4 where id != x {
      let operands = factors(of: id)
      guard operands.count == 2,
        let constant = operands.firstIndex(where: { self.number($0) != nil })
      else { return false }
      factor *= self.number(operands[constant]) ?? 1
      id = operands[1 - constant]
    }
    return id == x && Self.isNear(factor, number)
  }

  /// The number of a constant that has but one; nil for other values.
  private func number(_ id: ValueID) -> Float? {
    guard graph[id].type.element == .float32, graph[id].type.shape.elementCount == 1 else {
      return nil
    }
    return graph[id].constant?.array(of: Float.self).first
  }

  private func isAll(_ id: ValueID, _ wanted: Float) -> Bool {
    number(id).map { Self.isNear($0, wanted) } ?? false
  }

  /// As near as float32 arithmetic on constants brings it.
  private static func isNear(_ number: Float, _ wanted: Float) -> Bool {
    abs(number - wanted) <= 3e-7 * abs(wanted)
  }
}
