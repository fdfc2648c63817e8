import OctetIR
import OctetOps

/// Between which numbers the channels of a float graph's tensors lie, whatever its inputs are.
struct ChannelBounds {
  private let graph: Graph
  /// By value and channel, the last dimension; none for a value of which nothing is known.
  private var ranges: [[ClosedRange<Double>]]

  private static let unbounded = -Double.infinity...Double.infinity
  /// What rounding may add to each term of a sum, as a part of it.
  private static let rounding = 1e-5

  init(_ graph: Graph) {
    self.graph = graph
    ranges = graph.values.map { _ in [] }
    for node in graph.nodes {
      guard node.outputs.count == 1, let bounds = bounds(of: node) else { continue }
      let clamp = (node.op as? any BuiltinOp)?.traits.clamp.activation?.bounds
      ranges[node.outputs[0].index] = bounds.map { range in
        clamp.map { range.clamped(to: Double($0.low)...Double($0.high)) } ?? range
      }
    }
  }

  /// Of a value's channels, as many as it has.
  subscript(id: ValueID) -> [ClosedRange<Double>] {
    let known = ranges[id.index]
    let count = graph[id].type.shape.extents?.last ?? 0
    return known.count == count ? known : [ClosedRange](repeating: Self.unbounded, count: count)
  }

  /// Before a fused activation; nil where nothing is known.
  private func bounds(of node: Node) -> [ClosedRange<Double>]? {
    func operand(_ index: Int) -> [ClosedRange<Double>] {
      node.inputs[index].map { self[$0] } ?? []
    }
    switch node.op {
    case is Conv2D, is DepthwiseConv2D, is FullyConnected: return layer(node)
    case is ReLU: return operand(0).map { $0.clamped(to: 0...Double.infinity) }
    case is ReLU6: return operand(0).map { $0.clamped(to: 0...6) }
    case let op as LeakyReLU where op.alpha >= 0:
      let alpha = Double(op.alpha)
      func leaky(_ x: Double) -> Double { x < 0 && x.isFinite ? Double(Float(x * alpha)) : x }
      return operand(0).map { leaky($0.lowerBound)...leaky($0.upperBound) }
    case is MaxPool2D, is AveragePool2D, is ResizeNearestNeighbor, is ResizeBilinear:
      return operand(0)
    case is Pad: return operand(0).map { Self.withZero($0) }
    case is Add:
      return zip(operand(0), operand(1)).map {
        ($0.lowerBound + $1.lowerBound)...($0.upperBound + $1.upperBound)
      }
    case let op as Concatenation where op.isAlongChannels(of: graph[node.outputs[0]]):
      return node.inputs.indices.flatMap { operand($0) }
    default: return nil
    }
  }

  private func layer(_ node: Node) -> [ClosedRange<Double>]? {
    guard let source = node.inputs[0], let id = node.inputs[1], let weights = graph[id].constant,
      graph[id].type.element == .float32, let extents = graph[id].type.shape.extents
    else { return nil }
    var read = self[source]
    if graph.readsBorder(node) { read = read.map(Self.withZero) }
    let isApart = node.op is DepthwiseConv2D
    let count = isApart ? extents[3] : extents[0]
    guard count > 0, read.count > 0,
      isApart ? count % read.count == 0 : extents[extents.count - 1] == read.count
    else { return nil }
    /// By channel of the result the ends, and the sums of the terms' magnitudes there.
    let none = (low: 0.0, high: 0.0, lowSize: 0.0, highSize: 0.0)
    var sums = [_](repeating: none, count: count)
    let values = weights.array(of: Float.self)
    let (step, multiplier) = (max(1, values.count / count), count / read.count)
    for (index, value) in values.enumerated() where value != 0 {
      let channel = isApart ? index % count : index / step
      let range = read[isApart ? channel / multiplier : index % read.count]
      let weight = Double(value)
      let low = weight * (weight > 0 ? range.lowerBound : range.upperBound)
      let high = weight * (weight > 0 ? range.upperBound : range.lowerBound)
      sums[channel].low += low
      sums[channel].high += high
      sums[channel].lowSize += abs(low)
      sums[channel].highSize += abs(high)
    }
    var biases = [Float](repeating: 0, count: count)
    if node.inputs.count > 2, let bias = node.inputs[2] {
      guard let constant = graph[bias].constant else { return nil }
      biases = constant.array(of: Float.self)
    }
    return zip(sums, biases).map { sum, bias in
      let margin = sum.low == sum.high ? 0 : Self.rounding
      let low = sum.low - margin * sum.lowSize + Double(bias)
      let high = sum.high + margin * sum.highSize + Double(bias)
      // Weights that are not finite.
      return low <= high ? low...high : Self.unbounded
    }
  }

  private static func withZero(_ range: ClosedRange<Double>) -> ClosedRange<Double> {
    min(range.lowerBound, 0)...max(range.upperBound, 0)
  }
}

extension Concatenation {
  /// Whether it joins along the last dimension.
  func isAlongChannels(of result: Value) -> Bool {
    axis == -1 || axis == result.type.shape.rank - 1
  }
}
