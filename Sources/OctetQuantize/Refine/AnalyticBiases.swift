import OctetDiagnostics
package import OctetIR
import OctetOps

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Takes from each layer's bias what the rounding of its weights adds to the mean of its result, without samples: where
/// the layer reads what batch normalizations make, the means of that are known.
///
/// Source: M. Nagel et al., "Data-free quantization through weight equalization and bias correction" (2019), section 4.2:
/// a normalization leaves each channel with a mean and a deviation, taken as those of a normal distribution, whose mean
/// behind a clamp has a closed form.
package enum AnalyticBiases {
  /// The int8 form of a float graph with its biases changed, and in how many layers.
  package static func corrected(
    _ quantized: Graph, madeFrom float: Graph
  ) -> (graph: Graph, layers: Int) {
    let means = ExpectedMeans(float).means
    let exactNodes = float.computingNodes
    let nodes = quantized.computingNodes
    guard nodes.map({ $0.op.name }) == exactNodes.map({ $0.op.name }) else { return (quantized, 0) }
    var (result, count) = (quantized, 0)
    for (node, own) in zip(nodes, exactNodes) {
      guard let rule = node.int8Rule, let (position, axis) = rule.weights, let place = rule.bias,
        place < node.inputs.count, let weights = node.inputs[position],
        let bias = node.inputs[place], let old = quantized[bias].constant,
        quantized[bias].type.element == .int32, quantized[weights].type.element == .int8,
        let scales = quantized[bias].type.quantization?.scales,
        let expected = own.int8Data.flatMap({ means[$0] }),
        let exact = own.inputs[position].flatMap({ float[$0].constant }),
        let shifts = quantized.shifts(weights, axis, exact.array(of: Float.self), expected),
        shifts.count == scales.count
      else { continue }
      let corrected = zip(old.array(of: Int32.self), zip(shifts, scales)).map {
        Int32(clamping: Int64($0) - Int64(($1.0 / Double($1.1)).rounded()))
      }
      result[bias].constant = Storage(corrected)
      count += 1
    }
    return (result, count)
  }
}

extension Graph {
  /// What the rounding of weights adds to the mean of each channel of a layer's result; nil for weights of another shape.
  ///
  /// - Parameters:
  ///   - axis: of the weights, that counts the result's channels.
  ///   - exact: the weights before they were rounded.
  ///   - means: of the channels that the layer reads.
  fileprivate func shifts(
    _ weights: ValueID, _ axis: Int, _ exact: [Float], _ means: [Double]
  ) -> [Double]? {
    guard let codes = self[weights].constant?.array(of: Int8.self), codes.count == exact.count,
      let scales = self[weights].type.quantization?.scales,
      let extents = self[weights].type.shape.extents, let last = extents.last
    else { return nil }
    let channels = extents[axis]
    let isApart = axis == extents.count - 1
    guard isApart ? last % means.count == 0 : last == means.count else { return nil }
    var shifts = [Double](repeating: 0, count: channels)
    let size = codes.count / channels
    for (index, code) in codes.enumerated() {
      let (column, channel) = (index % last, isApart ? index % last : index / size)
      let error =
        Double(code) * Double(scales[scales.count == 1 ? 0 : channel]) - Double(exact[index])
      shifts[channel] += error * means[isApart ? column * means.count / last : column]
    }
    return shifts
  }
}

/// The means of a float graph's tensors, for each channel of the last dimension, as far as batch normalizations tell.
private struct ExpectedMeans {
  private(set) var means: [ValueID: [Double]] = [:]
  /// Of tensors that a batch normalization makes, before any clamp.
  private var distributions: [ValueID: ChannelDistribution] = [:]
  private let graph: Graph

  init(_ graph: Graph) {
    self.graph = graph
    for node in graph.nodes {
      guard let output = node.outputs.first, let channels = graph[output].type.shape.extents?.last
      else { continue }
      if let found = mean(of: node, output), found.count == channels { means[output] = found }
    }
  }

  private mutating func mean(of node: Node, _ output: ValueID) -> [Double]? {
    let data = node.int8Data ?? node.inputs.first ?? nil
    let clamp = OpCatalog.builtin(node.op)?.traits.clamp.activation ?? .none
    let bounds = clamp == .none ? nil : clamp.bounds
    if let distribution = graph.distribution(of: node) {
      if bounds == nil { distributions[output] = distribution }
      return distribution.means(within: bounds)
    }
    switch node.op {
    case let leaky as LeakyReLU:
      return data.flatMap { distributions[$0] }?.means(slopeBelowZero: leaky.alpha)
    case is ReLU:
      return data.flatMap { distributions[$0] }?.means(within: FusedActivation.relu.bounds)
    case is ReLU6:
      return data.flatMap { distributions[$0] }?.means(within: FusedActivation.relu6.bounds)
    case is AveragePool2D, is Pad, is ResizeBilinear, is ResizeNearestNeighbor:
      return bounds == nil ? data.flatMap { means[$0] } : nil
    case is Add:
      let terms = node.inputs.compactMap { $0.flatMap { means[$0] } }
      guard bounds == nil, terms.count == 2, terms[0].count == terms[1].count else { return nil }
      return zip(terms[0], terms[1]).map { $0 + $1 }
    case let join as Concatenation:
      let parts = node.inputs.compactMap { $0.flatMap { means[$0] } }
      let rank = graph[output].type.shape.extents?.count ?? 0
      guard bounds == nil, parts.count == node.inputs.count,
        join.axis == -1 || join.axis == rank - 1
      else { return nil }
      return Array(parts.joined())
    default:
      return nil
    }
  }
}

extension Graph {
  /// Of a layer into which a batch normalization was folded, before its clamp.
  fileprivate func distribution(of node: Node) -> ChannelDistribution? {
    guard node.int8Rule?.weights != nil else { return nil }
    let channels = self[node.outputs[0]].type.shape.extents?.last
    for place in node.provenance.reversed() {
      guard let found = distributions.last(where: { $0.place == place })?.1 else { continue }
      return found.means.count == channels ? found : nil
    }
    return nil
  }
}

extension ChannelDistribution {
  /// The means of a normal distribution behind a clamp.
  fileprivate func means(within bounds: (low: Float, high: Float)?) -> [Double] {
    guard let bounds else { return means.map { Double($0) } }
    return zip(means, deviations).map { mean, deviation in
      let (low, high) = (Double(bounds.low), Double(bounds.high))
      let above = rectified(Double(mean) - low, Double(deviation))
      let lost = high < 1e30 ? rectified(Double(mean) - high, Double(deviation)) : 0
      return low + above - lost
    }
  }

  fileprivate func means(slopeBelowZero slope: Float) -> [Double] {
    zip(means, deviations).map { mean, deviation in
      let above = rectified(Double(mean), Double(deviation))
      return Double(slope) * Double(mean) + (1 - Double(slope)) * above
    }
  }
}

/// The mean of what a normal distribution has above zero, with zeros in the place of the rest.
private func rectified(_ mean: Double, _ deviation: Double) -> Double {
  guard deviation > 0 else { return max(mean, 0) }
  let ratio = mean / deviation
  let density = exp(-ratio * ratio / 2) / (2 * Double.pi).squareRoot()
  return mean * 0.5 * erfc(-ratio / 2.0.squareRoot()) + deviation * density
}
