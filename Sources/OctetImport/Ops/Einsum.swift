import OctetDiagnostics
import OctetIR
import OctetOps

/// An equation of Einsum, with a label for each dimension: `abc,cd->abd`.
///
/// A label that the result has not is summed over. In this form every operand has each of its labels once.
struct EinsumEquation {
  /// The labels of each operand.
  let operands: [[Character]]
  let result: [Character]

  /// Throws `OCT0307` for an equation of another form.
  init(_ text: String) throws(Diagnostic) {
    let sides = text.filter { $0 != " " }.split(separator: "->", omittingEmptySubsequences: false)
    let terms = sides[0].split(separator: ",", omittingEmptySubsequences: false).map { Array($0) }
    guard sides.count == 2, (1...2).contains(terms.count) else {
      throw Diagnostic(
        .unsupportedParameter, "the equation '\(text)' is not supported",
        notes: ["it needs one or two operands and a result"])
    }
    let result = Array(sides[1])
    let isPlain = (terms + [result]).allSatisfy { labels in
      labels.allSatisfy { $0.isLetter } && Set(labels).count == labels.count
    }
    guard isPlain, Set(result).isSubset(of: terms.joined()) else {
      throw Diagnostic(
        .unsupportedParameter, "the equation '\(text)' is not supported",
        notes: ["each operand and the result must have single letters, each at most once"])
    }
    operands = terms
    self.result = result
  }
}

extension OpMapping {
  static let einsum = OpMapping(
    tensorFlow: [
      "Einsum": TensorFlowMapping(
        makes: ["batch_matmul", "fully_connected", "reshape", "sum", "transpose"]
      ) { node, builder throws(Diagnostic) in
        let equation = try EinsumEquation(try node.text("equation", default: ""))
        guard equation.operands.count == node.inputs.count else {
          throw Diagnostic(
            .unsupportedParameter,
            "an equation of \(counted(equation.operands.count, "operand")) has "
              + "\(counted(node.inputs.count, "input"))")
        }
        var extents: [Character: Int] = [:]
        var inputs: [ValueID] = []
        for (index, labels) in equation.operands.enumerated() {
          let input = try builder.input(node, index)
          let own = try builder.extents(input)
          guard own.count == labels.count,
            zip(labels, own).allSatisfy({ extents[$0] == nil || extents[$0] == $1 })
          else {
            throw Diagnostic(
              .shapeMismatch, "the shape \(own) does not fit the labels '\(String(labels))'")
          }
          for (label, extent) in zip(labels, own) { extents[label] = extent }
          inputs.append(input)
        }
        return [.computed(try builder.einsum(equation, inputs, extents))]
      }
    ])
}

extension GraphBuilder {
  fileprivate mutating func einsum(
    _ equation: EinsumEquation, _ inputs: [ValueID], _ extents: [Character: Int]
  ) throws(Diagnostic) -> ValueID {
    var operands: [(id: ValueID, labels: [Character])] = []
    for (index, labels) in equation.operands.enumerated() {
      // What only this operand has, and the result has not, is summed at once.
      let others = equation.operands.indices.filter { $0 != index }
        .flatMap { equation.operands[$0] }
      let isKept = labels.map { equation.result.contains($0) || others.contains($0) }
      operands.append(
        (
          try sum(inputs[index], along: labels.indices.filter { !isKept[$0] }),
          zip(labels, isKept).filter { $0.1 }.map { $0.0 }
        ))
    }
    guard operands.count == 2 else {
      return try ordered(operands[0].id, operands[0].labels, as: equation.result)
    }
    let (left, right) = (operands[0], operands[1])
    let shared = left.labels.filter { right.labels.contains($0) }
    let batches = shared.filter { equation.result.contains($0) }
    let summed = shared.filter { !equation.result.contains($0) }
    let rows = left.labels.filter { !shared.contains($0) }
    let columns = right.labels.filter { !shared.contains($0) }
    func count(_ labels: [Character]) -> Int { labels.reduce(1) { $0 * (extents[$1] ?? 1) } }
    func matrices(
      _ operand: (id: ValueID, labels: [Character]), _ order: [[Character]],
      _ builder: inout GraphBuilder
    ) throws(Diagnostic) -> ValueID {
      let labels = Array(order.joined())
      let shape = (batches.isEmpty ? Array(order.dropFirst()) : order).map(count)
      // A constant stays one, so that a matrix on the right is that of a dense layer.
      let value = builder.graph[operand.id]
      if let storage = value.constant, value.type.element == .float32 {
        let turned = Permutation(labels.compactMap { operand.labels.firstIndex(of: $0) })
          .apply(storage.array(of: Float.self), extents: operand.labels.map { extents[$0] ?? 1 })
        return builder.constant("weights", Tensor(shape, turned))
      }
      return try builder.reshape(
        try builder.ordered(operand.id, operand.labels, as: labels), shape)
    }
    let product = try multiply(
      try matrices(left, [batches, rows, summed], &self),
      try matrices(right, [batches, summed, columns], &self))
    let labels = batches + rows + columns
    let whole = try reshape(product, labels.map { extents[$0] ?? 1 })
    return try ordered(whole, labels, as: equation.result)
  }

  /// A tensor with its dimensions in the order of their labels in `result`.
  private mutating func ordered(
    _ id: ValueID, _ labels: [Character], as result: [Character]
  ) throws(Diagnostic) -> ValueID {
    try transpose(id, Permutation(result.compactMap { labels.firstIndex(of: $0) }))
  }

  /// The sums along some dimensions, which go.
  private mutating func sum(_ id: ValueID, along axes: [Int]) throws(Diagnostic) -> ValueID {
    if axes.isEmpty { return id }
    let list = constant("axes", Tensor([axes.count], int32: axes.map { Int32($0) }))
    return try add(Reduce(.sum), [id, list])
  }
}
