import OctetIR
import OctetOps

/// Tensors that are made in their place within a tensor that joins them, so that nothing is left to copy.
struct JoinedTensors {
  struct Place {
    /// The joined tensor.
    let whole: ValueID
    let byteOffset: Int
    /// Elements from one pixel to the next; nil where the bytes lie together.
    let pixelStride: Int?
  }

  private(set) var places: [Int: Place] = [:]

  /// A tensor is made in place if the join is its only reader and if its bytes lie together there, or its
  /// maker can write pixels apart.
  init(_ graph: Graph, _ schedule: Schedule) {
    let (readers, makers) = schedule.uses(graph)
    for entry in schedule.entries {
      guard case .join(let axis)? = Self.rule(entry, graph), let output = entry.outputs.first,
        places[output.index] == nil, let extents = graph[output].type.shape.extents,
        let size = graph[output].type.element.byteCount
      else { continue }
      let dimension = axis < 0 ? axis + extents.count : axis
      let isTogether = extents[..<dimension].allSatisfy { $0 == 1 }
      guard isTogether || dimension == extents.count - 1 else { continue }
      var offset = 0
      for case let input? in entry.inputs {
        guard let part = graph[input].type.shape.extents else { break }
        let isOwn =
          graph[input].constant == nil && readers[input.index] == 1
          && !isWhole(input)
          && makers[input.index].map {
            Self.canPlace(schedule.entries[$0], graph, isTogether: isTogether)
          } ?? false
        if isOwn {
          places[input.index] = Place(
            whole: output, byteOffset: offset * size,
            pixelStride: isTogether ? nil : extents[dimension])
        }
        offset += part[dimension...].reduce(1, *)
      }
    }
  }

  private func isWhole(_ value: ValueID) -> Bool {
    places.values.contains { $0.whole == value }
  }

  private static func rule(_ entry: Schedule.Entry, _ graph: Graph) -> FusionRule? {
    OpCatalog.builtin(graph.nodes[entry.main].op)?.traits.fusion
  }

  private static func canPlace(
    _ entry: Schedule.Entry, _ graph: Graph, isTogether: Bool
  ) -> Bool {
    guard let traits = OpCatalog.builtin(graph.nodes[entry.main].op)?.traits,
      !traits.isView, !traits.updatesInPlace
    else {
      return false
    }
    if isTogether { return true }
    switch traits.fusion {
    case .layer(takesBorder: true), .pixels: return true
    default: return false
    }
  }
}
