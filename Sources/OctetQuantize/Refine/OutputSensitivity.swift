import OctetDiagnostics
import OctetIR
import OctetRuntime

/// How much a graph's outputs feel errors of single channels, for those tensors whose rounding costs them most.
struct OutputSensitivity {
  /// By tensor and channel: the part of the outputs' power that a mean square error of 1 takes.
  private(set) var channels: [ValueID: [Double]] = [:]
  /// Tensors whose channels were told apart; each channel of another one has the mean.
  private(set) var isDetailed: Set<ValueID> = []
  /// What the outputs lose when all tensors are rounded, as a part of their power.
  let total: Double

  /// Of the noise of all tensors: what is less has no channel worth finding.
  private static let leastOfTensor = 0.02
  private static let leastOfChannels = 0.004
  /// What measuring may take, once for tensors and once for their channels.
  private static let mostMACs = 100_000_000_000
  private static let mostSamples = 8

  /// Nil for a net that this would take too long for.
  ///
  /// - Parameters:
  ///   - tensors: float32 tensors whose channels are the last dimension, with what int8 rounds them to.
  ///   - samples: one float32 tensor [n, …] an input.
  init?(
    of tensors: [ValueID: Quantization], in graph: Graph, samples: [Tensor], threads: Int,
    log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    let probe = try RoundingProbe(graph, threads: threads, log: log)
    var parts = tensors.sorted { $0.key.index < $1.key.index }.map {
      graph.rounding(of: $0.key, to: $0.value)
    }
    let count = min(Self.mostSamples, Self.mostMACs / max(1, probe.macs(of: parts)))
    guard count > 0 else { return nil }
    var noise = probe.noise(of: parts, samples: samples, count: count)
    total = noise.reduce(0, +)
    for (part, noise) in zip(parts, noise) where noise >= Self.leastOfTensor * total {
      isDetailed.insert(part.tensor)
    }
    var left = Self.mostMACs
    while true {
      // Halves of those parts that cost enough; errors of channels add up.
      let isSplit = parts.indices.map {
        isDetailed.contains(parts[$0].tensor) && parts[$0].channels.count > 1
          && noise[$0] >= Self.leastOfChannels * total
      }
      let halves = parts.indices.filter { isSplit[$0] }.flatMap { parts[$0].halves }
      left -= count * probe.macs(of: halves)
      if halves.isEmpty || left < 0 { break }
      noise =
        noise.indices.filter { !isSplit[$0] }.map { noise[$0] }
        + probe.noise(of: halves, samples: samples, count: count)
      parts = parts.indices.filter { !isSplit[$0] }.map { parts[$0] } + halves
    }
    for (part, noise) in zip(parts, noise) {
      let count = graph[part.tensor].type.shape.extents?.last ?? 0
      let step = Double(part.to.scale)
      for channel in part.channels {
        channels[part.tensor, default: [Double](repeating: 0, count: count)][channel] =
          noise / Double(part.channels.count) * 12 / (step * step)
      }
    }
  }
}

extension RoundingProbe.Rounding {
  fileprivate var halves: [Self] {
    var (first, second) = (self, self)
    let middle = (channels.lowerBound + channels.upperBound) / 2
    first.channels = channels.lowerBound..<middle
    second.channels = middle..<channels.upperBound
    return [first, second]
  }
}

extension Graph {
  /// The rounding of all channels of a tensor.
  func rounding(of tensor: ValueID, to quantization: Quantization) -> RoundingProbe.Rounding {
    RoundingProbe.Rounding(
      tensor: tensor, to: quantization, channels: 0..<(self[tensor].type.shape.extents?.last ?? 0))
  }
}
