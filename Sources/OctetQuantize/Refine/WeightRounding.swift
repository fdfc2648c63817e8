import OctetIR
import OctetKernels

/// Chooses for each weight of a layer the code above or below it so that the layer's results, not its weights,
/// are nearest to those of the float weights.
///
/// The squared error of an output channel's results is e'Ge, where e are the errors of its weights and G is the
/// covariance of what the channel sees; the mean is left to the bias. It is descended a weight at a time until
/// no single step makes it less.
///
/// Source of the aim: M. Nagel et al., "Up or down? Adaptive rounding for post-training quantization" (2020).
enum WeightRounding {
  private static let mostSweeps = 8
  private static let channelsTogether = 8

  /// Changes the weights of a layer in `run`; false when the layer is of a kind that is left alone.
  ///
  /// - Parameter weights: the float weights, in the order of the layer's own.
  static func round(
    _ layer: LayerwiseRun.Layer, in run: inout LayerwiseRun, weights: [Float], pool: WorkPool
  ) -> Bool {
    let graph = run.graph
    let node = graph.nodes[layer.nodes.lowerBound]
    guard let (position, axis) = node.int8Rule?.weights, let id = node.inputs[position],
      let data = node.int8Data, let old = graph[id].constant,
      let scales = graph[id].type.quantization?.scales, graph[id].type.element == .int8,
      let extents = graph[id].type.shape.extents, scales.count == extents[axis],
      let patches = LayerPatches(
        node, in: graph, contents: run.contents(data), rows: 8192)
    else { return false }
    let step = extents[(axis + 1)...].reduce(1, *)
    let channels = scales.count
    // Where weight `index` of a channel lies: filters have their channels outermost or innermost.
    let stride = step == 1 ? channels : 1
    var codes = old.array(of: Int8.self)
    let shared =
      patches.matrices.count == 1
      ? Covariance(patches.matrices[0], depth: patches.depth, pool: pool) : nil
    codes.withUnsafeMutableBufferPointer { codes in
      pool.run(
        Work(count: (channels + channelsTogether - 1) / channelsTogether) { [codes] item, _ in
          let group = item * channelsTogether..<min(channels, (item + 1) * channelsTogether)
          if let shared {
            descend(
              group.map { Channel($0, $0 * (stride == 1 ? patches.depth : 1), stride) }, shared)
          } else {
            for channel in group {
              descend(
                [Channel(channel, channel, stride)],
                Covariance(patches.matrices[channel], depth: patches.depth, pool: .caller))
            }
          }
          func descend(_ group: [Channel], _ covariance: Covariance) {
            WeightRounding.descend(group, covariance, weights, scales, codes)
          }
        })
    }
    run.set(id, Storage(codes))
    return true
  }

  private struct Channel {
    let index: Int
    let start: Int
    let stride: Int

    init(_ index: Int, _ start: Int, _ stride: Int) {
      self.index = index
      self.start = start
      self.stride = stride
    }
  }

  private static func descend(
    _ channels: [Channel], _ covariance: Covariance, _ weights: [Float], _ scales: [Float],
    _ codes: UnsafeMutableBufferPointer<Int8>
  ) {
    let depth = covariance.depth
    covariance.values.withUnsafeBufferPointer { values in
      guard let matrix = values.baseAddress else { return }
      var gradients = [Float](repeating: 0, count: channels.count * depth)
      var exact = [Float](repeating: 0, count: channels.count * depth)
      for (slot, channel) in channels.enumerated() {
        for index in 0..<depth {
          exact[slot * depth + index] =
            weights[channel.start + index * channel.stride] / scales[channel.index]
        }
      }
      gradients.withUnsafeMutableBufferPointer { gradients in
        guard let gradients = gradients.baseAddress else { return }
        for index in 0..<depth {
          for (slot, channel) in channels.enumerated() {
            let code = Float(codes[channel.start + index * channel.stride])
            add(
              code - exact[slot * depth + index], matrix + index * depth,
              to: gradients + slot * depth, depth)
          }
        }
        for (slot, channel) in channels.enumerated() {
          let gradient = gradients + slot * depth
          for _ in 0..<mostSweeps {
            var isChanged = false
            for index in 0..<depth {
              let move: Float = gradient[index] > 0 ? -1 : 1
              let place = channel.start + index * channel.stride
              let next = Float(codes[place]) + move
              // Twice the slope along the move plus the curvature.
              guard 2 * move * gradient[index] + matrix[index * depth + index] < 0,
                abs(next - exact[slot * depth + index]) < 1.5, abs(next) <= 127
              else { continue }
              codes[place] = Int8(next)
              add(move, matrix + index * depth, to: gradient, depth)
              isChanged = true
            }
            if !isChanged { break }
          }
        }
      }
    }
  }

  private static func add(
    _ factor: Float, _ row: UnsafePointer<Float>, to sum: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    for index in 0..<count { sum[index] += factor * row[index] }
  }
}
