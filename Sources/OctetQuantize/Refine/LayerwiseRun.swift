import OctetDiagnostics
import OctetIR
import OctetOps
import OctetRuntime

/// Runs a quantized graph on several samples, a layer with weights at a time, so that a layer can be changed
/// once the codes that it reads are known. What is kept are the codes that later layers read.
///
/// TFLite's reference kernel of LeakyReLU moves the mean of its result by a tenth of a step, XNNPACK's in another way:
/// every second run has XNNPACK's, so that what is fitted to the runs is fair to both.
struct LayerwiseRun {
  /// A layer that is being looked at.
  struct Layer {
    /// Its node in the graph, and the activation behind it.
    let nodes: Range<Int>
    /// Its place among the nodes that compute, of both graphs.
    let place: Int
    /// What it gives, and what becomes of that where an activation alone reads it.
    let output: ValueID
    let end: ValueID
    /// The part of an error of a negative output that is left at the end.
    let negativeGain: Float
  }

  private(set) var graph: Graph
  private let threads: Int
  private let log: DiagnosticLog
  /// By value: the contents in each run.
  private var stored: [ValueID: [Storage]] = [:]
  private let runs: Int
  /// By result, a node's place among those that compute.
  private var places: [ValueID: Int] = [:]

  /// - Parameter samples: one float32 tensor [n, …] an input; what does not fill a run is left out.
  init(
    _ graph: Graph, samples: [Tensor], threads: Int, log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    self.graph = graph.activationsAfterTheirLayers()
    for (place, node) in graph.computingNodes.enumerated() { places[node.outputs[0]] = place }
    self.threads = threads
    self.log = log
    let group = graph.inputs.first.flatMap { graph[$0].type.shape.extents?.first } ?? 1
    runs = (samples.first?.extents.first ?? 0) / max(group, 1)
    for (input, tensor) in zip(graph.inputs, samples) {
      let type = graph[input].type
      let extents = type.shape.extents ?? []
      let count = extents.reduce(1, *)
      let values = tensor.storage.bytes.bindMemory(to: Float.self)
      stored[input] = (0..<runs).map { run in
        let storage = Storage(byteCount: type.byteCount ?? 0)
        if let base = storage.mutableBytes.baseAddress {
          TensorView(type: type, extents: extents, count: count, base: base, isConstant: false)
            .write(UnsafeBufferPointer(rebasing: values[run * count..<(run + 1) * count]))
        }
        return storage
      }
    }
  }

  /// Visits the layers in order. `change` may replace constants of the layer's node; the layer is run again
  /// when it says so.
  mutating func visit(
    _ change: (inout LayerwiseRun, Layer) throws(DiagnosticFailure) -> Bool
  ) throws(DiagnosticFailure) {
    var position = 0
    for layer in layers() {
      try run(position..<layer.nodes.lowerBound, keeping: [])
      try run(layer)
      if try change(&self, layer) { try run(layer) }
      position = layer.nodes.upperBound
      forget(before: position)
    }
  }

  /// Runs a layer, whose results are then there to look at.
  mutating func run(_ layer: Layer) throws(DiagnosticFailure) {
    try run(layer.nodes, keeping: [layer.output, layer.end])
    guard let table = graph.xnnpackCodes(of: graph.nodes[layer.nodes.upperBound - 1]) else {
      return
    }
    let codes = contents(layer.output)
    for run in stride(from: 1, to: runs, by: 2) {
      stored[layer.end]?[run] = codes[run].mapped(by: table)
    }
  }

  /// The contents of a value in each run.
  func contents(_ id: ValueID) -> [Storage] { stored[id] ?? [] }

  mutating func set(_ constant: ValueID, _ storage: Storage) { graph[constant].constant = storage }

  // MARK: Parts

  func layers() -> [Layer] {
    let consumers = graph.consumers()
    var result: [Layer] = []
    for (index, node) in graph.nodes.enumerated() {
      guard let place = places[node.outputs[0]], let rule = node.int8Rule,
        let (weights, _) = rule.weights, let bias = rule.bias,
        weights < node.inputs.count, bias < node.inputs.count,
        node.inputs[weights].flatMap({ graph[$0].constant }) != nil,
        node.inputs[bias].flatMap({ graph[$0].constant }) != nil
      else { continue }
      let next = graph.activation(reading: node.outputs[0], consumers).map { graph.nodes[$0] }
      result.append(
        Layer(
          nodes: index..<(next == nil ? index + 1 : index + 2), place: place,
          output: node.outputs[0], end: next?.outputs[0] ?? node.outputs[0],
          negativeGain: next?.int8Rule?.negativeGain ?? 1))
    }
    return result
  }

  private mutating func run(
    _ nodes: Range<Int>, keeping wanted: [ValueID]
  ) throws(DiagnosticFailure) {
    guard !nodes.isEmpty else { return }
    var kept = wanted
    let later = Set(graph.nodes[nodes.upperBound...].flatMap { $0.inputs.compactMap { $0 } })
    for node in graph.nodes[nodes] {
      kept += node.outputs.filter { later.contains($0) && !kept.contains($0) }
    }
    if kept.isEmpty { return }
    let (part, sources) = graph.part(Array(graph.nodes[nodes]), outputs: kept)
    let prepared = try PreparedGraph(part, threads: threads, log: log)
    var results = [[Storage]](repeating: [], count: kept.count)
    for run in 0..<runs {
      for (source, view) in zip(sources, prepared.inputs) {
        guard let bytes = stored[source]?[run].bytes else { continue }
        UnsafeMutableRawBufferPointer(start: view.base, count: bytes.count).copyMemory(from: bytes)
      }
      prepared.invoke()
      for (index, view) in prepared.outputs.enumerated() {
        results[index].append(view.copy().storage)
      }
    }
    for (id, contents) in zip(kept, results) { stored[id] = contents }
  }

  private mutating func forget(before position: Int) {
    let later = Set(graph.nodes[position...].flatMap { $0.inputs.compactMap { $0 } })
    stored = stored.filter { later.contains($0.key) }
  }
}

extension Graph {
  /// The same nodes, those of activations right behind the layer they read.
  fileprivate func activationsAfterTheirLayers() -> Graph {
    let consumers = consumers()
    var result = self
    result.nodes = []
    var moved: Set<Int> = []
    for (index, node) in nodes.enumerated() where !moved.contains(index) {
      result.nodes.append(node)
      guard node.int8Rule?.weights != nil,
        let next = activation(reading: node.outputs[0], consumers)
      else { continue }
      result.nodes.append(nodes[next])
      moved.insert(next)
    }
    return result
  }
}

extension Graph {
  /// What XNNPACK's leaky ReLU gives for the codes -128...127: both slopes are rounded to multiples of 1/256, products to
  /// the nearest code with ties up. Nil where it has no such kernel: for other operators, types and slopes.
  fileprivate func xnnpackCodes(of node: Node) -> [Int8]? {
    guard let alpha = (node.op as? LeakyReLU)?.alpha, let input = node.inputs[0],
      self[input].type.element == .int8,
      let from = self[input].type.quantization, let to = self[node.outputs[0]].type.quantization
    else { return nil }
    let slopes = [1, alpha].map { from.scale / to.scale * $0 }
    guard slopes.allSatisfy({ $0 >= 0x1p-8 && $0 <= 0x1p7 }) else { return nil }
    let factors = slopes.map { Int32((256 * $0).rounded(.toNearestOrEven)) }
    return (Int32(-128)...127).map { code in
      let steps = code - from.zeroPoint
      let product = steps * factors[steps < 0 ? 1 : 0]
      return Int8(max(-128, min(127, (product + 128) >> 8 + to.zeroPoint)))
    }
  }
}

extension Storage {
  /// int8 codes by a table of those for -128...127.
  fileprivate func mapped(by table: [Int8]) -> Storage {
    Storage(bytes.bindMemory(to: Int8.self).map { table[Int($0) + 128] })
  }
}
