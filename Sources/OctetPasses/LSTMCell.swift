import OctetIR
import OctetOps

/// One step of an LSTM layer as operators, known by what they read:
///
///     z = x W + h R + b, cut into four gates     c' = logistic(f) c + logistic(i) tanh(g)     h' = logistic(o) tanh(c')
struct LSTMCell {
  /// A dense layer without an activation.
  struct Product {
    let node: Int
    let input: ValueID
    /// [4 units, features]
    let weights: ValueID
  }

  let units: Int
  /// What the step makes.
  let (output, cell): (ValueID, ValueID)
  /// The cell of the step before.
  let previous: ValueID
  /// Where in `z` the gates lie: input, forget, cell, output.
  let gates: [Int]
  /// The sum that makes `z`: products, constants of 4 units numbers but zeros, and what is neither.
  private(set) var products: [Product] = []
  private(set) var biases: [ValueID] = []
  private(set) var others: [ValueID] = []
  /// Without the sum.
  let nodes: [Node]

  /// More terms of `z` are no LSTM's.
  private static let mostTerms = 6

  /// - Parameter node: what makes the output.
  init?(_ node: Node, _ view: GraphView) {
    guard let product = Gated(node, view), let last = view.producer(of: product.value),
      last.op is Tanh, let cell = last.inputs[0], let sum = view.producer(of: cell),
      (sum.op as? Add)?.activation == FusedActivation.none,
      let left = view.producer(of: sum.inputs[0]), let right = view.producer(of: sum.inputs[1])
    else { return nil }
    for (kept, added) in [(left, right), (right, left)] {
      guard let kept = Gated(kept, view), let added = Gated(added, view),
        let change = view.producer(of: added.value), change.op is Tanh
      else { continue }
      let slices = [added.gate, kept.gate, change.inputs[0], product.gate]
      guard let gates = Self.gates(slices.compactMap { view.producer(of: $0) }, view) else {
        continue
      }
      units = gates.units
      output = node.outputs[0]
      self.cell = cell
      previous = kept.value
      self.gates = gates.places
      nodes = [node, last, sum, left, right, change]
      guard addTerms(of: gates.sum, view) else { return nil }
      return
    }
    return nil
  }

  /// `logistic(gate) * value`
  private struct Gated {
    let gate: ValueID
    let value: ValueID

    init?(_ node: Node, _ view: GraphView) {
      guard (node.op as? Mul)?.activation == FusedActivation.none, let left = node.inputs[0],
        let right = node.inputs[1]
      else { return nil }
      for (gate, value) in [(left, right), (right, left)] {
        guard let maker = view.producer(of: gate), maker.op is Logistic, let input = maker.inputs[0]
        else { continue }
        self.gate = input
        self.value = value
        return
      }
      return nil
    }
  }

  /// The tensor of which `slices` are the quarters of each row, and which quarter each is.
  private static func gates(
    _ slices: [Node], _ view: GraphView
  ) -> (sum: ValueID, units: Int, places: [Int])? {
    guard slices.count == 4, let sum = slices[0].inputs.first ?? nil,
      let whole = view.extents(sum), whole.count == 2, whole[1] % 4 == 0, whole[1] > 0
    else { return nil }
    let units = whole[1] / 4
    var places: [Int] = []
    for node in slices {
      guard node.op is Slice, node.inputs[0] == sum, let begin = view.ints(node.inputs[1]),
        view.extents(node.outputs[0]) == [whole[0], units], begin[1] % units == 0
      else { return nil }
      places.append(begin[1] / units)
    }
    return Set(places).count == 4 ? (sum, units, places) : nil
  }

  private mutating func addTerms(of sum: ValueID, _ view: GraphView) -> Bool {
    var pending = [sum]
    while let id = pending.popLast() {
      guard products.count + biases.count + others.count + pending.count < Self.mostTerms else {
        return false
      }
      if view.isZero(id) { continue }
      if view.isRow(id, 4 * units) {
        biases.append(id)
        continue
      }
      guard let index = view.producerIndex(of: id) else { return false }
      let node = view.graph.nodes[index]
      if let op = node.op as? FullyConnected, op.activation == .none, let input = node.inputs[0],
        let weights = node.inputs[1], view.floats(weights) != nil
      {
        products.append(Product(node: index, input: input, weights: weights))
        if node.inputs.count > 2, let bias = node.inputs[2] { pending.append(bias) }
      } else if (node.op as? Add)?.activation == FusedActivation.none {
        pending += node.inputs.compactMap { $0 }
      } else {
        others.append(id)
      }
    }
    return true
  }

  /// Whether the other is a step with the same gates and offsets.
  func isLike(_ other: LSTMCell, _ view: GraphView) -> Bool {
    units == other.units && gates == other.gates && biases.count == other.biases.count
      && zip(biases, other.biases).allSatisfy { view.areSame($0, $1) }
  }
}

extension GraphView {
  /// Whether two values are the same or constants with the same contents.
  func areSame(_ a: ValueID, _ b: ValueID) -> Bool {
    if a == b { return true }
    guard graph[a].type == graph[b].type, let left = graph[a].constant,
      let right = graph[b].constant
    else { return false }
    return left === right || left.bytes.elementsEqual(right.bytes)
  }
}
