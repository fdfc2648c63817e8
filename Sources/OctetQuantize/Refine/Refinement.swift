package import OctetDiagnostics
package import OctetIR
import OctetKernels
import OctetOps
import OctetRuntime

/// Makes a quantized graph's weights and biases fit the samples.
package struct Refinement {
  private let float: Graph
  /// The nodes that a quantized graph has too.
  private let nodes: [Node]
  private let samples: [Tensor]
  private let threads: Int

  package init(of float: Graph, samples: [Tensor], threads: Int) {
    self.float = float
    nodes = float.nodes.filter { !$0.isRounding }
    self.samples = samples
    self.threads = threads
  }

  package func refined(
    _ quantized: Graph, roundsWeights: Bool, correctsBiases: Bool, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> Graph {
    var run = try LayerwiseRun(quantized, samples: samples, threads: threads, log: log)
    let pool = WorkPool(threads: threads)
    let wanted = correctsBiases ? try means(for: run, log) : [:]
    try run.visit { run, layer throws(DiagnosticFailure) in
      let node = nodes[layer.place]
      if roundsWeights, let (position, _) = node.int8Rule?.weights,
        let weights = node.inputs[position].flatMap({ float[$0].constant })
      {
        if WeightRounding.round(layer, in: &run, weights: weights.array(of: Float.self), pool: pool)
        {
          try run.repeatLayer(layer)
        }
      }
      guard let means = wanted[layer.place] else { return false }
      return BiasCorrection.correct(layer, in: &run, wanted: means)
    }
    return run.graph
  }

  /// By place, the means of the float layers' results.
  private func means(
    for run: LayerwiseRun, _ log: DiagnosticLog
  ) throws(DiagnosticFailure) -> [Int: ChannelMeans] {
    var types: [ValueID: (place: Int, type: TensorType)] = [:]
    for layer in run.layers() {
      let node = nodes[layer.place]
      let end = layer.end == layer.output ? node.outputs[0] : float.activationResult(of: node)
      types[end] = (layer.place, run.graph[layer.end].type)
    }
    let prepared = try PreparedGraph(float, threads: threads, keepsAllTensors: true, log: log)
    let loop = try log.attempt { () throws(Diagnostic) in
      try SampleLoop(prepared, readsOutputs: false)
    }
    var result: [Int: ChannelMeans] = [:]
    loop.forEachGroup(of: samples) { _ in
      prepared.invoke { id, view in
        guard let (place, type) = types[id], view.element == .float32 else { return }
        result[place, default: ChannelMeans()].add(view, clampedTo: type)
      }
    }
    return result
  }
}

extension Graph {
  /// What the one reader of a node's result makes of it.
  fileprivate func activationResult(of node: Node) -> ValueID {
    var result = node.outputs[0]
    while let next = nodes.first(where: { $0.inputs.contains(result) }) {
      result = next.outputs[0]
      if !next.isRounding { break }
    }
    return result
  }
}

extension Node {
  /// Whether it only says what training has rounded.
  fileprivate var isRounding: Bool {
    if case .trained = int8Rule?.output { true } else { false }
  }
}
