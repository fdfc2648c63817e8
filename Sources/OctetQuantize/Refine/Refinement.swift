package import OctetDiagnostics
package import OctetIR
import OctetKernels
import OctetOps
import OctetRuntime

/// Makes the weights and biases of a quantized graph fit the samples.
package struct Refinement {
  private let float: Graph
  /// One in which fewer layers are int8 may take its place: what was found for those that stay int8, and weights that have
  /// been rounded, are taken again.
  package var quantized: Graph
  /// The nodes of the float graph that the quantized one has too.
  private let nodes: [Node]
  private let samples: [Tensor]
  private let threads: Int
  private let log: DiagnosticLog
  /// By place, the means of the float layers' results, once they are known.
  private var means: [Int: ChannelMeans]?
  /// By place, the codes of weights that have been rounded, and their scales.
  private var rounded: [Int: (codes: Storage, scales: [Float])] = [:]

  package init(
    of quantized: Graph, madeFrom float: Graph, samples: [Tensor], threads: Int,
    log: DiagnosticLog
  ) {
    self.quantized = quantized
    self.float = float
    nodes = float.computingNodes
    self.samples = samples
    self.threads = threads
    self.log = log
  }

  /// The quantized graph with weights and biases changed.
  ///
  /// - Parameter isAnew: whether weights are rounded again that have been for another form.
  package mutating func refined(
    roundsWeights: Bool, correctsBiases: Bool, isAnew: Bool = false
  ) throws(DiagnosticFailure) -> Graph {
    var run = try LayerwiseRun(quantized, samples: samples, threads: threads, log: log)
    let pool = WorkPool(threads: threads)
    let wanted = correctsBiases ? try means(for: run) : [:]
    let known = roundsWeights && !isAnew ? takeWeights(&run) : []
    try run.visit { run, layer throws(DiagnosticFailure) in
      let node = nodes[layer.place]
      if roundsWeights, !known.contains(layer.place),
        let (position, _) = node.int8Rule?.weights,
        let weights = node.inputs[position].flatMap({ float[$0].constant }),
        WeightRounding.round(layer, in: &run, weights: weights.array(of: Float.self), pool: pool)
      {
        rounded[layer.place] = run.weights(of: layer)
        try run.run(layer)
      }
      guard let means = wanted[layer.place] else { return false }
      return BiasCorrection.correct(layer, in: &run, wanted: means)
    }
    return run.graph
  }

  /// Gives layers the weights that were rounded for another form.
  ///
  /// - Returns: the places of those layers.
  private func takeWeights(_ run: inout LayerwiseRun) -> Set<Int> {
    var places: Set<Int> = []
    for layer in run.layers() {
      guard let (codes, scales) = rounded[layer.place], let id = run.weightsID(of: layer),
        run.graph[id].type.quantization?.scales == scales
      else { continue }
      run.set(id, codes)
      places.insert(layer.place)
    }
    return places
  }

  private mutating func means(
    for run: LayerwiseRun
  ) throws(DiagnosticFailure) -> [Int: ChannelMeans] {
    if let means { return means }
    var types: [ValueID: (place: Int, type: TensorType)] = [:]
    for layer in run.layers() {
      let node = nodes[layer.place]
      let end = layer.end == layer.output ? node.outputs[0] : float.activationResult(of: node)
      types[end] = (layer.place, run.graph[layer.end].type)
    }
    let loop = try SampleLoop(float, threads: threads, observing: true, log: log)
    var result: [Int: ChannelMeans] = [:]
    loop.forEachGroup(of: samples) { _ in
      loop.prepared.invoke { id, view in
        guard let (place, type) = types[id], view.element == .float32 else { return }
        result[place, default: ChannelMeans()].add(view, clampedTo: type)
      }
    }
    means = result
    return result
  }
}

extension LayerwiseRun {
  fileprivate func weightsID(of layer: Layer) -> ValueID? {
    let node = graph.nodes[layer.nodes.lowerBound]
    return node.int8Rule?.weights.flatMap { node.inputs[$0.position] }
  }

  fileprivate func weights(of layer: Layer) -> (codes: Storage, scales: [Float])? {
    guard let value = weightsID(of: layer).map({ graph[$0] }), let codes = value.constant,
      let scales = value.type.quantization?.scales
    else { return nil }
    return (codes, scales)
  }
}

extension Graph {
  /// What the one reader of a node's result makes of it.
  fileprivate func activationResult(of node: Node) -> ValueID {
    var result = node.outputs[0]
    while let next = nodes.first(where: { $0.inputs.contains(result) }) {
      result = next.outputs[0]
      if !next.isTrainedRounding { break }
    }
    return result
  }
}
