import OctetData
import OctetDiagnostics
import OctetIR
import OctetOps
import OctetQuantize

/// Finds why a part of a model gives other numbers than the same part of a reference, from what both are made of and what
/// their tensors hold.
struct TensorCauses {
  let a: Graph
  let b: Graph
  let pair: TensorPairs.Pair
  let statistics: PairStatistics
  let partA: [Node]
  let partB: [Node]
  let readers: [Node]
  let layer: LayerMatch?
  /// Of B's tensors: what they hold, how their channels stand for A's, and A's tensor.
  let statisticsOf: (ValueID) -> PairStatistics?
  let mappingOf: (ValueID) -> ChannelMapping?
  let partnerOf: (ValueID) -> ValueID?

  /// - Parameters:
  ///   - partA: the nodes that make the tensor of the reference from other paired tensors, in order.
  ///   - readers: the nodes of B that read the tensor.
  init(
    _ a: Graph, _ b: Graph, _ pair: TensorPairs.Pair, _ statistics: PairStatistics,
    partA: [Node], partB: [Node], readers: [Node],
    statisticsOf: @escaping (ValueID) -> PairStatistics?,
    mappingOf: @escaping (ValueID) -> ChannelMapping?,
    partnerOf: @escaping (ValueID) -> ValueID?
  ) {
    layer = LayerMatch(partA: partA, partB: partB)
    self.mappingOf = mappingOf
    self.partnerOf = partnerOf
    self.statisticsOf = statisticsOf
    (self.a, self.b, self.pair, self.statistics) = (a, b, pair, statistics)
    (self.partA, self.partB, self.readers) = (partA, partB, readers)
  }

  /// The causes, what is certain and what explains most first. Never empty for a tensor with an own error.
  ///
  /// - Parameter excess: the own error's noise, as a multiple of what eight bits cost.
  func found(excess: Double) -> [Cause] {
    let isSuspicious = excess > ModelComparison.suspicious
    var causes: [Cause] = []
    if let cause = unreal { causes.append(cause) }
    // Another way to compute the same costs little, another result much.
    let isOther = excess > Self.otherResult
    if isOther { causes += [otherInput, otherOperator(isLast: false)].compactMap { $0 } }
    if let cause = handedOnScale { causes.append(cause) }
    causes += weightCauses.filter {
      isSuspicious || $0.kind.isCertain || share(weightNoise) > 0.5
    }
    causes += biasCauses(isSuspicious)
    if isOther { causes += settings }
    if let cause = outlierOfInput { causes.append(cause) }
    causes += ranges(excess)
    if isOther, causes.isEmpty, let cause = otherOperator(isLast: true) { causes.append(cause) }
    if isSuspicious, causes.isEmpty { causes += settings }
    if isSuspicious, causes.isEmpty, let cause = border { causes.append(cause) }
    if let cause = fewCodes, share(weightNoise) > 0.2 { causes.append(cause) }
    if causes.isEmpty, statistics.ownNoise > 0 {
      causes.append(
        Cause(
          .rounding,
          isSuspicious
            ? "the error is \(significant(excess, 2)) times what its codes cost, for a reason that no rule knows"
            : "rounding to \(Codec(b[pair.b].type).map { $0.largest - $0.least > 255 } ?? false ? 65536 : 256) codes, no more than these cost"
        ))
    }
    return causes
  }

  func share(_ noise: Double) -> Double {
    statistics.readNoise > 0 ? noise / statistics.readNoise : 0
  }

  static let otherResult = 25.0

  // MARK: Numbers

  var unreal: Cause? {
    for (graph, nodes, whose) in [(b, partB, ""), (a, partA, " of the reference")] {
      for node in nodes {
        for case let id? in node.inputs {
          guard let reals = graph.reals(ofConstant: id),
            let place = reals.firstIndex(where: { !$0.isFinite })
          else { continue }
          let count = reals.count { !$0.isFinite }
          return Cause(
            .unreal,
            "'\(graph[id].name)'\(whose) holds \(counted(count, "number")) that \(count == 1 ? "is" : "are") NaN or infinite, the first at element \(place)",
            fix: "train or export the layer again")
        }
      }
    }
    guard statistics.unreal.own > 0 else { return nil }
    return Cause(
      .unreal,
      "the operator makes NaN or infinite numbers of real ones: \(statistics.unreal.own) elements",
      fix: "look at its constants and settings")
  }
}
