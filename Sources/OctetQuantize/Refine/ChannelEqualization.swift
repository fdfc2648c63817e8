package import OctetDiagnostics
package import OctetIR
import OctetOps

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Scales channels so that those of small numbers share a tensor's codes with those of large ones at less loss.
///
/// A layer's weights and bias make a channel s times as large, and the weights of the layers that read it take the
/// factor back: the float graph computes the same but for the rounding of weights.
///
/// Source: M. Nagel et al., "Data-free quantization through weight equalization and bias correction" (2019), section
/// 4.1. There the factors equalize weights; here they are those of the least estimated noise: in the model's outputs
/// for the tensors that cost them most, else in the readers' results.
package struct ChannelEqualization {
  private let graph: Graph
  private let statistics: [ValueID: ChannelStatistics]
  private let consumers: [[Int]]
  private var sensitivity: OutputSensitivity?

  /// The graph with scaled channels, and in how many groups of tensors; nil where scaling gains nothing.
  package static func applied(
    to graph: Graph, samples: [Tensor], threads: Int, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> (graph: Graph, groups: Int)? {
    let groups = graph.channelGroups(for: .scaling)
    let results = groups.flatMap { $0.readers.map { graph.nodes[$0.node].outputs[0] } }
    let wanted = Set(groups.flatMap { $0.values.map { $0.id } } + results)
    if wanted.isEmpty { return nil }
    var equalization = ChannelEqualization(
      graph: graph,
      statistics: try ChannelStatistics.measured(
        wanted, of: graph, samples: samples, threads: threads, log: log),
      consumers: graph.consumers())
    var tensors: [ValueID: Quantization] = [:]
    for (id, channels) in groups.flatMap({ $0.values }) {
      tensors[id] = equalization.spread(of: id, channels)?.quantization
    }
    // All tensors at once may be more than there is memory for.
    equalization.sensitivity = try? OutputSensitivity(
      of: tensors, in: graph, samples: samples, threads: threads, log: DiagnosticLog())
    var (result, changed) = (graph, 0)
    for group in groups {
      guard let exponents = equalization.exponents(of: group) else { continue }
      for maker in group.makers {
        let factors = maker.channels.map { Float(Self.factor(exponents[$0])) }
        result.scale(maker.weights, axis: maker.axis, by: factors)
        let node = graph.nodes[maker.node]
        if let bias = node.int8Rule?.bias, bias < node.inputs.count, let id = node.inputs[bias] {
          result.scale(id, axis: 0, by: factors)
        }
      }
      for reader in group.readers {
        result.scale(
          reader.weights, axis: reader.axis,
          by: reader.channels.map { Float(Self.factor(-exponents[$0])) })
      }
      changed += 1
    }
    return changed == 0 ? nil : (result, changed)
  }

  /// The factors of the group's channels, as quarters of the exponent of 2; nil for none.
  private func exponents(of group: ChannelGroup) -> [Int]? {
    let tensors = group.values.compactMap { spread(of: $0.id, $0.channels) }
    let readers = group.readers.compactMap { reader -> Reader? in
      let node = graph.nodes[reader.node]
      guard let source = node.int8Data, let power = statistics[source]?.power,
        let signal = statistics[node.outputs[0]]?.power
      else { return nil }
      return Reader(graph, reader, power: power, signal: signal)
    }
    let none = [Int](repeating: 0, count: group.isFixed.count)
    var largest = none.map { Double($0) }
    for tensor in tensors {
      for (index, channel) in tensor.channels.enumerated() {
        largest[channel] = max(largest[channel], tensor.high[index], tensor.low[index])
      }
    }
    guard let most = largest.max(), most > 0, !readers.isEmpty else { return nil }
    /// In the readers' results: of the tensors and of the readers' weights.
    func noiseOfReaders(_ factors: [Double]) -> (tensors: Double, weights: Double) {
      var rounding = none.map { Double($0) }
      for tensor in tensors {
        let noise = tensor.noise(factors)
        for channel in Set(tensor.channels) { rounding[channel] += noise }
      }
      return readers.reduce((0, 0)) {
        let noise = $1.noise(factors, rounding: rounding)
        return ($0.0 + noise.tensors, $0.1 + noise.weights)
      }
    }
    func noiseOfOutputs(_ factors: [Double]) -> Double {
      tensors.reduce(0) { $0 + $1.noise(factors, of: sensitivity?.channels[$1.id] ?? []) }
    }
    let isDetailed = tensors.contains { sensitivity?.isDetailed.contains($0.id) ?? false }
    let unscaled = none.map { _ in 1.0 }
    let before = noiseOfReaders(unscaled)
    guard before.tensors > 0 else { return nil }
    /// What the outputs lose by one unit of the readers' noise.
    let felt = sensitivity == nil ? 1 : noiseOfOutputs(unscaled) / before.tensors
    func noise(_ exponents: [Int]) -> Double {
      let factors = exponents.map { Self.factor($0) }
      let ofReaders = noiseOfReaders(factors)
      return (isDetailed ? noiseOfOutputs(factors) : felt * ofReaders.tensors)
        + felt * ofReaders.weights
    }
    let noiseToBeat =
      sensitivity.map { noise(none) - Self.worthScaling * $0.total } ?? noise(none) / 2
    var best = (exponents: none, noise: noiseToBeat)
    func offer(_ exponents: [Int]) {
      let noise = noise(exponents)
      if noise < best.noise { best = (exponents, noise) }
    }
    for strength in Self.strengths {
      offer(
        zip(largest, group.isFixed).map { limit, isFixed in
          guard limit > 0, !isFixed else { return 0 }
          let exponent = Self.steps * (strength * log2(most / limit) - Self.margin)
          return min(max(Int(exponent.rounded(.down)), 0), Self.mostExponent)
        })
    }
    let size = readers.reduce(0) { $0 + $1.size }
    for _ in 0..<Self.mostSweeps where size * none.count <= Self.mostDescended {
      let before = best.noise
      for channel in none.indices where !group.isFixed[channel] {
        for move in [4, -4, 1, -1] where abs(best.exponents[channel] + move) <= Self.mostExponent {
          var next = best.exponents
          next[channel] += move
          offer(next)
        }
      }
      if best.noise > 0.999 * before { break }
    }
    return best.exponents == none ? nil : best.exponents
  }

  private static func factor(_ exponent: Int) -> Double { exp2(Double(exponent) / steps) }

  /// Factors are the powers of 2 to multiples of a fourth.
  private static let steps = 4.0
  private static let strengths = [0.25, 0.5, 0.75, 1]
  private static let mostExponent = 40
  /// Of an exponent of 2: room for values larger than the samples have shown.
  private static let margin = 0.5
  /// Of the noise of all tensors: less gain is not worth the room that channels of small numbers lose.
  private static let worthScaling = 0.003
  private static let mostSweeps = 8
  /// Channels by sums that the noise of their readers has: beyond, the strengths must do.
  private static let mostDescended = 1 << 24

  private func spread(of id: ValueID, _ channels: [Int]) -> Spread? {
    statistics[id].map { Spread(of: id, $0, gain: negativeGain(after: id), channels) }
  }

  /// The part of an error below zero that is left where an activation alone reads the value.
  private func negativeGain(after id: ValueID) -> Double {
    let activation = graph.activation(reading: id, consumers).map { graph.nodes[$0] }
    return Double(activation?.int8Rule?.negativeGain ?? 1)
  }

  /// How far a tensor's channels reach.
  private struct Spread {
    let id: ValueID
    let low: [Double]
    let high: [Double]
    /// The group's channels that they are.
    let channels: [Int]

    init(of id: ValueID, _ statistics: ChannelStatistics, gain: Double, _ channels: [Int]) {
      self.id = id
      self.channels = channels
      high = statistics.high.map { Double($0) }
      // The range of such a tensor ends where the loss behind the activation is least.
      low = statistics.low.map { Double(-$0) * gain.squareRoot() }
    }

    /// What int8 rounds the tensor to; nil where it is zero.
    var quantization: Quantization? {
      let range = CalibrationTable.Range(
        low: Float(-(low.max() ?? 0)), high: Float(high.max() ?? 0))
      return range.low < range.high ? range.quantization : nil
    }

    /// What rounding to 256 codes costs the outputs, which feel the channels as `sensitivity` says.
    func noise(_ factors: [Double], of sensitivity: [Double]) -> Double {
      let felt = zip(channels, sensitivity).reduce(0) {
        $0 + $1.1 / (factors[$1.0] * factors[$1.0])
      }
      return felt * noise(factors)
    }

    /// The mean square of what rounding to 256 codes changes.
    func noise(_ factors: [Double]) -> Double {
      var (below, above) = (0.0, 0.0)
      for (index, channel) in channels.enumerated() {
        let room = factors[channel] > 1 ? exp2(ChannelEqualization.margin) : 1
        below = max(below, low[index] * factors[channel] * room)
        above = max(above, high[index] * factors[channel] * room)
      }
      let step = (below + above) / 255
      return step * step / 12
    }
  }

  /// What a layer makes of the noise of its input, and of its own weights'.
  private struct Reader {
    /// By output channel and channel read: the sum of the squares of the weights between them, and their largest magnitude.
    /// A layer that works on each channel apart has one row, of weights by channel.
    private var energy: [[Double]]
    private var largest: [[Double]]
    private let isApart: Bool
    /// The mean square of each channel read and of each of the layer's result.
    private let power: [Double]
    private let signal: [Double]
    /// How many sums the noise is made of.
    var size: Int { energy.count * (energy.first?.count ?? 0) }
    /// The group's channels that it reads.
    private let group: [Int]
    /// The number of weights between two channels.
    private let taps: Double

    init?(_ graph: Graph, _ layer: ChannelGroup.Weights, power: [Double], signal: [Double]) {
      guard let constant = graph[layer.weights].constant,
        let extents = graph[layer.weights].type.shape.extents
      else { return nil }
      let channels = extents[layer.axis]
      let values = constant.array(of: Float.self)
      isApart = graph.nodes[layer.node].op is DepthwiseConv2D
      let rows = isApart ? 1 : extents[0]
      let none = [Double](repeating: 0, count: channels)
      energy = [[Double]](repeating: none, count: rows)
      largest = energy
      let size = max(1, values.count / rows)
      for (index, value) in values.enumerated() {
        let (row, channel) = (index / size, index % channels)
        energy[row][channel] += Double(value * value)
        largest[row][channel] = max(largest[row][channel], Double(abs(value)))
      }
      self.power = power
      group = layer.channels
      // Channels of nothing must not decide.
      let least = signal.reduce(0, +) / Double(signal.count) / 1000
      guard least > 0, signal.count == (isApart ? channels : rows) else { return nil }
      self.signal = signal.map { max($0, least) }
      taps = Double(size / channels)
    }

    /// The means over the result's channels of noise by signal: of the tensors and of the layer's weights.
    ///
    /// - Parameters:
    ///   - factors: of the group's channels.
    ///   - rounding: the noise of the group's channels before they are divided by their factors.
    func noise(
      _ factors: [Double], rounding: [Double]
    ) -> (tensors: Double, weights: Double) {
      let factors = group.map { factors[$0] }
      let passed = zip(group, factors).map { rounding[$0] / ($1 * $1) }
      if isApart {
        var sum = 0.0
        for channel in factors.indices {
          sum += energy[0][channel] * passed[channel] / signal[channel]
        }
        return (sum / Double(factors.count), 0)
      }
      let input = zip(power, factors).reduce(0) { $0 + $1.0 * $1.1 * $1.1 } * taps
      var (tensors, weights) = (0.0, 0.0)
      for row in energy.indices {
        var (noise, limit) = (0.0, 0.0)
        for (channel, factor) in factors.enumerated() {
          noise += energy[row][channel] * passed[channel]
          limit = max(limit, largest[row][channel] / factor)
        }
        let step = limit / 127
        tensors += noise / signal[row]
        weights += step * step / 12 * input / signal[row]
      }
      return (tensors / Double(energy.count), weights / Double(energy.count))
    }
  }
}
