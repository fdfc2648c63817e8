import OctetDiagnostics
import OctetIR
import OctetOps
import OctetRuntime

/// The means of a tensor over many samples, for each index of its last dimension.
struct ChannelMeans {
  private var sums: [Double] = []
  private var rows = 0

  var means: [Double] { sums.map { $0 / Double(max(rows, 1)) } }

  /// Adds float values, clamped to what codes of `type` can say.
  mutating func add(_ view: TensorView, clampedTo type: TensorType) {
    guard let channels = view.extents.last, channels > 0 else { return }
    if sums.isEmpty { sums = [Double](repeating: 0, count: channels) }
    let zero = Float(type.quantization?.zeroPoint ?? 0)
    let scale = type.quantization?.scale ?? 1
    let (low, high) = ((-128 - zero) * scale, (127 - zero) * scale)
    var part = [Float](repeating: 0, count: channels)
    let count = view.count / channels
    for first in stride(from: 0, to: count, by: 256) {
      for channel in part.indices { part[channel] = 0 }
      for row in first..<min(first + 256, count) {
        let values = view.float32 + row * channels
        for channel in 0..<channels { part[channel] += max(low, min(high, values[channel])) }
      }
      for channel in part.indices { sums[channel] += Double(part[channel]) }
    }
    rows += count
  }

  /// Adds int8 codes of `type`.
  mutating func add(codes storage: Storage, _ type: TensorType) {
    guard let channels = type.shape.extents?.last, channels > 0 else { return }
    if sums.isEmpty { sums = [Double](repeating: 0, count: channels) }
    let codes = storage.bytes.bindMemory(to: Int8.self)
    var totals = [Int](repeating: 0, count: channels)
    let count = codes.count / channels
    for row in 0..<count {
      for channel in 0..<channels { totals[channel] += Int(codes[row * channels + channel]) }
    }
    let zero = Int(type.quantization?.zeroPoint ?? 0) * count
    let scale = Double(type.quantization?.scale ?? 1)
    for channel in totals.indices { sums[channel] += Double(totals[channel] - zero) * scale }
    rows += count
  }
}

/// Changes each layer's bias so that its result has the float layer's mean in every channel, with the errors
/// of all layers before it.
///
/// Source: M. Nagel et al., "Data-free quantization through weight equalization and bias correction" (2019),
/// section 4.2, here on samples, layer after layer, and measured behind a layer's activation.
enum BiasCorrection {
  /// Channels of which a smaller part moves with the bias are left alone: a large change would be needed, which
  /// other samples would feel.
  private static let leastSlope = 0.3

  /// Changes the layer's bias in `run`; false when nothing changed.
  ///
  /// - Parameter wanted: the float layer's result.
  static func correct(
    _ layer: LayerwiseRun.Layer, in run: inout LayerwiseRun, wanted: ChannelMeans
  ) -> Bool {
    let graph = run.graph
    let node = graph.nodes[layer.nodes.lowerBound]
    guard let position = node.int8Rule?.bias, position < node.inputs.count,
      let bias = node.inputs[position], let old = graph[bias].constant,
      let scales = graph[bias].type.quantization?.scales,
      graph[layer.output].type.element == .int8
    else { return false }
    var found = ChannelMeans()
    for contents in run.contents(layer.end) {
      found.add(codes: contents, graph[layer.end].type)
    }
    let slopes = Slopes(run.contents(layer.output), graph[layer.output].type, scales.count)
    guard found.means.count == scales.count, wanted.means.count == scales.count else {
      return false
    }
    var codes = old.array(of: Int32.self)
    for channel in codes.indices {
      let slope = slopes.above[channel] + Double(layer.negativeGain) * slopes.below[channel]
      guard slope > leastSlope else { continue }
      let steps = (wanted.means[channel] - found.means[channel]) / slope / Double(scales[channel])
      let code = (Double(codes[channel]) + steps).rounded(.toNearestOrAwayFromZero)
      codes[channel] = Int32(max(-0x1p30, min(0x1p30, code)))
    }
    run.set(bias, Storage(codes))
    return true
  }
}

/// Which part of a layer's results lies above and below zero and would move with the bias, those at either end of
/// the codes left out.
private struct Slopes {
  private(set) var above: [Double]
  private(set) var below: [Double]

  init(_ contents: [Storage], _ type: TensorType, _ channels: Int) {
    var (high, low) = ([Int](repeating: 0, count: channels), [Int](repeating: 0, count: channels))
    var rows = 0
    let zero = type.quantization?.zeroPoint ?? 0
    for storage in contents {
      let codes = storage.bytes.bindMemory(to: Int8.self)
      rows += codes.count / channels
      for row in 0..<codes.count / channels {
        for channel in 0..<channels {
          let code = codes[row * channels + channel]
          if code > -128, code < 127 {
            if Int32(code) > zero { high[channel] += 1 } else { low[channel] += 1 }
          }
        }
      }
    }
    let count = Double(max(rows, 1))
    above = high.map { Double($0) / count }
    below = low.map { Double($0) / count }
  }
}
