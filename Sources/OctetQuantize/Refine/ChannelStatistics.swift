package import OctetDiagnostics
package import OctetIR
import OctetOps
import OctetRuntime

/// The ends and the power of each channel of a tensor, over many samples.
package struct ChannelStatistics {
  package private(set) var low: [Float] = []
  package private(set) var high: [Float] = []
  private var squares: [Double] = []
  private var rows = 0

  /// The mean square of each channel.
  var power: [Double] { squares.map { $0 / Double(max(rows, 1)) } }

  /// Adds float32 values; channels are the last dimension.
  mutating func add(_ view: TensorView) {
    guard let channels = view.extents.last, channels > 0 else { return }
    if low.isEmpty {
      low = [Float](repeating: .infinity, count: channels)
      high = [Float](repeating: -.infinity, count: channels)
      squares = [Double](repeating: 0, count: channels)
    }
    var part = [Float](repeating: 0, count: channels)
    let count = view.count / channels
    for first in stride(from: 0, to: count, by: 256) {
      for channel in part.indices { part[channel] = 0 }
      for row in first..<min(first + 256, count) {
        let values = view.float32 + row * channels
        for channel in 0..<channels {
          let value = values[channel]
          low[channel] = min(low[channel], value)
          high[channel] = max(high[channel], value)
          part[channel] += value * value
        }
      }
      for channel in part.indices { squares[channel] += Double(part[channel]) }
    }
    rows += count
  }

  /// Those of some tensors of a graph.
  ///
  /// - Parameter samples: one float32 tensor [n, …] an input.
  package static func measured(
    _ wanted: Set<ValueID>, of graph: Graph, samples: [Tensor], threads: Int, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> [ValueID: ChannelStatistics] {
    let loop = try SampleLoop(graph, threads: threads, observing: true, log: log)
    var result: [ValueID: ChannelStatistics] = [:]
    loop.forEachGroup(of: samples) { _ in
      loop.prepared.invoke { id, view in
        if wanted.contains(id) { result[id, default: ChannelStatistics()].add(view) }
      }
    }
    return result
  }
}
