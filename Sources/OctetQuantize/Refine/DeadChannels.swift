package import OctetIR
import OctetOps

/// Takes channels out of a float graph that tell nothing: those that are one number whatever the inputs are, and those
/// that nothing reads but zeros. The number goes into the readers' biases.
///
/// Such numbers are what weights of nothing but zeros give, and what an activation makes of numbers that lie beyond its ends.
package enum DeadChannels {
  /// The graph without them, and how many rows of weights are gone from how many layers; nil where there are none.
  package static func removed(
    from graph: Graph
  ) -> (graph: Graph, channels: Int, layers: Int)? {
    var (result, removed) = (graph, [ValueID: Int]())
    while true {
      let bounds = ChannelBounds(result)
      var isChanged = false
      for group in result.channelGroups(for: .removing) {
        let isDead = dead(group, result, bounds)
        guard isDead.contains(true) else { continue }
        isChanged = true
        for reader in group.readers {
          guard let source = result.nodes[reader.node].int8Data else { continue }
          let constants = zip(reader.channels, bounds[source]).map { channel, range in
            isDead[channel] && range.lowerBound == range.upperBound ? range.lowerBound : 0
          }
          result.absorb(constants, intoBiasOf: reader)
        }
        for layer in group.makers + group.readers {
          result.cut(layer.weights, axis: layer.axis, keeping: layer.channels.map { !isDead[$0] })
        }
        for maker in group.makers {
          let isKept = maker.channels.map { !isDead[$0] }
          let node = result.nodes[maker.node]
          if node.inputs.count > 2, let bias = node.inputs[2] {
            result.cut(bias, axis: 0, keeping: isKept)
          }
          removed[node.outputs[0], default: 0] += isKept.filter { !$0 }.count
        }
        for (id, channels) in group.values {
          let rank = result[id].type.shape.rank
          result[id].type.shape.dimensions[rank - 1] = .known(channels.filter { !isDead[$0] }.count)
        }
      }
      if !isChanged { break }
    }
    guard !removed.isEmpty else { return nil }
    result.compact()
    return (result, removed.values.reduce(0, +), removed.count)
  }

  /// Which of a group's channels can go; each value keeps one.
  private static func dead(
    _ group: ChannelGroup, _ graph: Graph, _ bounds: ChannelBounds
  ) -> [Bool] {
    var isDead = group.isFixed.map { !$0 }
    for reader in group.readers {
      let node = graph.nodes[reader.node]
      let ranges = node.int8Data.map { bounds[$0] } ?? []
      let isRead = graph.isRead(reader)
      for (index, channel) in reader.channels.enumerated() where isRead[index] {
        let range = ranges[index]
        guard range.lowerBound == range.upperBound,
          range.lowerBound == 0 || graph.canAbsorbConstants(node)
        else {
          isDead[channel] = false
          continue
        }
      }
    }
    for (_, channels) in group.values where channels.allSatisfy({ isDead[$0] }) {
      if let first = channels.first { isDead[first] = false }
    }
    return isDead
  }
}

extension Graph {
  /// By channel that a layer reads, whether it has a weight for it that is not zero.
  fileprivate func isRead(_ reader: ChannelGroup.Weights) -> [Bool] {
    var result = [Bool](repeating: false, count: reader.channels.count)
    for (index, value) in (self[reader.weights].constant?.array(of: Float.self) ?? []).enumerated()
    where value != 0 {
      result[index % result.count] = true
    }
    return result
  }

  /// Takes the indices of an axis out of a float32 constant that are not kept.
  fileprivate mutating func cut(_ id: ValueID, axis: Int, keeping isKept: [Bool]) {
    guard let constant = self[id].constant, var extents = self[id].type.shape.extents else {
      return
    }
    let step = extents[(axis + 1)...].reduce(1, *)
    let values = constant.array(of: Float.self).enumerated().filter {
      isKept[$0.offset / step % isKept.count]
    }
    extents[axis] = isKept.filter { $0 }.count
    self[id].type.shape = Shape(extents)
    self[id].constant = Storage(values.map { $0.element })
  }
}
