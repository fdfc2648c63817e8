package import OctetDiagnostics
package import OctetIR
import OctetOps

/// Moves channels to where a tensor's codes are, so that channels of one size around unlike means need no wide range.
///
/// The bias of the layer that makes a channel takes a number away, and what the layers that read it would have made of
/// the number goes into theirs. Without an activation any number will do: a channel is moved to lie around 0. Behind a
/// ReLU or leaky ReLU, a channel that is always well above 0 is moved down; a number below what the samples have shown
/// by more than that would be cut.
///
/// Source: M. Nagel et al., "Data-free quantization through weight equalization and bias correction" (2019), section
/// 4.1.3, "absorbing high biases", here with the ends that samples show.
package struct ChannelOffsets {
  private let graph: Graph
  private let consumers: [[Int]]
  private let statistics: [ValueID: ChannelStatistics]

  /// The part of a channel's extent that is left between 0 and its least number behind an activation.
  private static let room: Float = 0.25
  /// The mean square of the steps that may be left of a group's.
  private static let worthMoving = 0.75

  /// The graph with moved channels, and in how many groups of tensors; nil where moving gains nothing.
  ///
  /// - Parameter samples: one float32 tensor [n, …] an input.
  package static func applied(
    to graph: Graph, samples: [Tensor], threads: Int, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> (graph: Graph, groups: Int)? {
    let groups = graph.channelGroups(for: .scaling).filter { graph.canMove($0) }
    let wanted = Set(groups.flatMap { $0.values.map { $0.id } })
    if wanted.isEmpty { return nil }
    let offsets = ChannelOffsets(
      graph: graph, consumers: graph.consumers(),
      statistics: try ChannelStatistics.measured(
        wanted, of: graph, samples: samples, threads: threads, log: log))
    var (result, changed) = (graph, 0)
    for group in groups {
      guard let moved = offsets.offsets(in: group) else { continue }
      for maker in group.makers {
        let own = moved[graph.nodes[maker.node].outputs[0]] ?? []
        result.addToBias(of: maker.node, own.map { -$0 })
      }
      for reader in group.readers {
        guard let source = graph.nodes[reader.node].int8Data else { continue }
        result.absorb(moved[source] ?? [], intoBiasOf: reader)
      }
      changed += 1
    }
    guard changed > 0 else { return nil }
    result.compact()
    return (result, changed)
  }

  /// By value, what is taken away from each channel; nil where that is not worth it.
  private func offsets(in group: ChannelGroup) -> [ValueID: [Double]]? {
    var channels: [ValueID: [Int]] = [:]
    for (id, own) in group.values { channels[id] = own }
    var moved: [ValueID: [Double]] = [:]
    for (index, node) in graph.nodes.enumerated() {
      guard let result = node.outputs.first, let own = channels[result] else { continue }
      func operand(_ index: Int) -> [Double] {
        guard let id = node.inputs[index] else { return [] }
        return moved[id] ?? (channels[id] ?? []).map { _ in 0 }
      }
      switch node.op {
      case _ where group.makers.contains { $0.node == index }:
        moved[result] = zip(statistics[result].map { numbers(of: $0, node) } ?? [], own).map {
          group.isFixed[$1] ? 0 : $0
        }
      case is Add: moved[result] = zip(operand(0), operand(1)).map { $0 + $1 }
      case is Sub: moved[result] = zip(operand(0), operand(1)).map { $0 - $1 }
      case is Concatenation: moved[result] = node.inputs.indices.flatMap { operand($0) }
      default: moved[result] = operand(0)
      }
    }
    func step(_ id: ValueID, _ offsets: [Double]) -> Double {
      guard let statistics = statistics[id] else { return 0 }
      var (low, high) = (0.0, 0.0)
      for (index, offset) in offsets.enumerated() {
        low = min(low, Double(statistics.low[index]) - offset)
        high = max(high, Double(statistics.high[index]) - offset)
      }
      return high - low
    }
    var ratio = 0.0
    for (id, offsets) in moved {
      let before = step(id, offsets.map { _ in 0 })
      let part = before > 0 ? step(id, offsets) / before : 1
      ratio += part * part
    }
    return ratio <= Self.worthMoving * Double(moved.count) ? moved : nil
  }

  /// What is best taken away from the channels of a layer's result.
  private func numbers(of statistics: ChannelStatistics, _ node: Node) -> [Double] {
    let isCut =
      (node.op as? any BuiltinOp)?.traits.clamp.activation == .relu
      || consumers[node.outputs[0].index].contains {
        graph.nodes[$0].op is ReLU || graph.nodes[$0].op is LeakyReLU
      }
    return zip(statistics.low, statistics.high).map { low, high in
      Double(isCut ? max(0, low - Self.room * (high - low)) : (low + high) / 2)
    }
  }
}

extension Graph {
  /// Whether numbers taken away from a group's channels can be given back by the biases of those who read them.
  fileprivate func canMove(_ group: ChannelGroup) -> Bool {
    let values = Set(group.values.map { $0.id })
    for node in nodes where node.outputs.contains(where: { values.contains($0) }) {
      switch node.op {
      case is Add, is Sub:
        guard (node.op as? any BuiltinOp)?.traits.clamp.activation == FusedActivation.none else {
          return false
        }
      case is Pad, is TransposeConv: return false
      default: break
      }
    }
    return group.readers.allSatisfy {
      !(nodes[$0.node].op is DepthwiseConv2D) && canAbsorbConstants(nodes[$0.node])
    }
  }
}
