import OctetIR
import OctetOps
import OctetQuantize

/// A layer with weights of A and what computes it in B: one layer, or the two that `SignSplit` makes of one before a leaky
/// ReLU, `relu(x) - relu(-alpha x)`.
struct LayerMatch {
  let a: Node
  /// With two, the one above zero is first.
  let b: [Node]
  /// What A does with the layer's result: factors and terms of channels, which B has folded into its weights, and others.
  private let behind: [Node]

  /// Nil where the parts have no layer, or several that are not told apart.
  init?(partA: [Node], partB: [Node]) {
    let (first, second) = (
      partA.filter { $0.int8Weights != nil }, partB.filter { $0.int8Weights != nil }
    )
    guard let layer = first.last, let other = second.last else { return nil }
    a = layer
    behind = Array(partA.drop { $0.outputs != layer.outputs }.dropFirst())
    if second.count == 2, first.count == 1, let difference = partB.last, difference.op is Sub {
      b = difference.inputs.compactMap { id in
        second.first { node in id.map { node.outputs.contains($0) } ?? false }
      }
      guard b.count == 2 else { return nil }
    } else {
      b = [other]
    }
  }

  /// The layer of B to show.
  var shown: Node { b[0] }

  /// Weights of A and B in the order in which they are stored.
  struct Weights {
    let wanted: [Float]
    /// Of two layers, each row of the one that has it whole, turned where that is below zero.
    let found: [Float]
    let rowCount: Int
    let columnCount: Int
    /// For each row the step of B's codes, and of A's; 0 for real numbers.
    let steps: [Float]
    let wantedSteps: [Float]
    /// Whether each row reads the column of its number alone.
    let isChannelwise: Bool
    fileprivate let inner: Int

    func row(_ index: Int) -> Int { index / inner % rowCount }

    /// For each row, how many times A's it is once A's columns are divided by `given`, and the square of the correlation.
    func rows(given: [Float]) -> [(ratio: Float, trust: Double)] {
      Self.rows(wanted, found, row: row, rowCount, given)
    }

    fileprivate static func rows(
      _ wanted: [Float], _ found: [Float], row: (Int) -> Int, _ count: Int, _ given: [Float]
    ) -> [(ratio: Float, trust: Double)] {
      var sums = [(aa: Double, ab: Double, bb: Double)](repeating: (0, 0, 0), count: count)
      for index in wanted.indices {
        let (x, y) = (Double(wanted[index] / given[index % given.count]), Double(found[index]))
        guard x.isFinite, y.isFinite else { continue }
        let row = row(index)
        sums[row].aa += x * x
        sums[row].ab += x * y
        sums[row].bb += y * y
      }
      return sums.map { sums in
        guard sums.aa > 0, sums.bb > 0 else { return (1, 0) }
        return (Float(sums.ab / sums.aa), sums.ab * sums.ab / (sums.aa * sums.bb))
      }
    }

    /// The squares of what B's weights differ from A's with scaled rows and columns.
    func residual(given: [Float], made: [Float]) -> Double {
      var sum = 0.0
      for index in wanted.indices {
        let difference = Double(
          found[index] - wanted[index] * made[row(index)] / given[index % columnCount])
        if difference.isFinite { sum += difference * difference }
      }
      return sum
    }
  }

  /// Nil where one of both has no constant weights, or others' extents.
  func weights(_ a: Graph, _ b: Graph) -> Weights? {
    guard let filter = self.a.int8Weights, let id = self.a.inputs[filter.position],
      let extents = a[id].type.shape.extents, filter.axis < extents.count,
      var wanted = a.reals(ofConstant: id)
    else { return nil }
    let inner = max(1, extents[(filter.axis + 1)...].reduce(1, &*))
    let folded = folded(a, extents[filter.axis])
    let (rows, columns) = (extents[filter.axis], extents[extents.count - 1])
    if !behind.isEmpty {
      for index in wanted.indices { wanted[index] *= folded.gains[index / inner % rows] }
    }
    let all: [[Float]] = self.b.compactMap { node in
      guard let other = node.int8Weights, let id = node.inputs[other.position],
        b[id].type.shape.extents == extents
      else { return nil }
      return b.reals(ofConstant: id)
    }
    guard all.count == self.b.count else { return nil }
    func steps(_ node: Node, _ graph: Graph) -> [Float] {
      let type = node.int8Weights.flatMap { node.inputs[$0.position] }.map { graph[$0].type }
      let scales = type?.element == .float32 ? [] : type?.quantization?.scales ?? []
      return scales.count == rows ? scales : [Float](repeating: scales.first ?? 0, count: rows)
    }
    var (found, ownSteps) = (all[0], steps(self.b[0], b))
    if all.count == 2 {
      let halves = all.map {
        Weights.rows(
          wanted, $0, row: { $0 / inner % rows }, rows, [Float](repeating: 1, count: columns))
      }
      let isBelow = zip(halves[0], halves[1]).map { abs($1.ratio) > abs($0.ratio) }
      for index in found.indices where isBelow[index / inner % rows] {
        found[index] = -all[1][index]
      }
      let others = steps(self.b[1], b)
      for row in isBelow.indices where isBelow[row] { ownSteps[row] = others[row] }
    }
    return Weights(
      wanted: wanted, found: found, rowCount: rows, columnCount: columns, steps: ownSteps,
      wantedSteps: steps(self.a, a),
      isChannelwise: filter.axis == extents.count - 1, inner: inner)
  }

  /// What the operators behind the layer make of each channel: `gain x + offset`.
  private func folded(_ a: Graph, _ count: Int) -> (gains: [Float], offsets: [Float]) {
    var (gains, offsets) = (
      [Float](repeating: 1, count: count), [Float](repeating: 0, count: count)
    )
    var last = self.a.outputs[0]
    for node in behind where node.inputs.contains(last) {
      if node.int8Rule?.output == .likeInput {
        last = node.outputs[0]
        continue
      }
      guard node.op is Mul || node.op is Add || node.op is Sub,
        let id = node.inputs[node.inputs[0] == last ? 1 : 0],
        let constant = a.reals(ofConstant: id), !constant.isEmpty, count % constant.count == 0
      else { break }
      for index in gains.indices {
        let number = constant[index % constant.count]
        switch node.op {
        case is Mul:
          (gains[index], offsets[index]) = (gains[index] * number, offsets[index] * number)
        case is Add: offsets[index] += number
        default: offsets[index] -= number
        }
      }
      last = node.outputs[0]
    }
    return (gains, offsets)
  }

  /// The biases, as the layers use them; zeros for none. Nil for two layers.
  func bias(_ a: Graph, _ b: Graph) -> (wanted: [Float], found: [Float])? {
    let (wanted, found) = (a.usedBias(of: self.a), self.b.count == 1 ? b.usedBias(of: shown) : nil)
    guard let wanted, let found, wanted.count == found.count else { return nil }
    let folded = folded(a, wanted.count)
    return (wanted.indices.map { wanted[$0] * folded.gains[$0] + folded.offsets[$0] }, found)
  }
}

extension Graph {
  /// The real numbers that a layer adds: those that codes stand for with the scale of its sums, whatever scale is stored. Zeros
  /// where it has no bias; nil for one that is no constant.
  func usedBias(of node: Node) -> [Float]? {
    guard let id = biasInput(of: node) else {
      let rows = node.int8Weights.flatMap { filter in
        node.inputs[filter.position].flatMap { self[$0].type.shape.extents?[filter.axis] }
      }
      return rows.map { [Float](repeating: 0, count: $0) }
    }
    guard let steps = sumScales(of: node), let storage = self[id].constant else {
      return reals(ofConstant: id)
    }
    func scaled<Code: BinaryInteger>(_ codes: [Code]) -> [Float] {
      codes.enumerated().map { Float($1) * steps[$0 % steps.count] }
    }
    switch self[id].type.element {
    case .int32: return scaled(storage.array(of: Int32.self))
    case .int64: return scaled(storage.array(of: Int64.self))
    default: return reals(ofConstant: id)
    }
  }

  func biasInput(of node: Node) -> ValueID? {
    node.int8Rule?.bias.flatMap { $0 < node.inputs.count ? node.inputs[$0] : nil }
  }

  /// The scales of a layer's sums of products, one or one a channel; nil for real numbers.
  func sumScales(of node: Node) -> [Float]? {
    guard let filter = node.int8Weights, let weights = node.inputs[filter.position],
      let data = node.int8Data, let given = Codec(self[data].type),
      self[weights].type.element != .float32,
      let scales = self[weights].type.quantization?.scales
    else { return nil }
    return scales.map { $0 * given.scale }
  }
}
