import OctetData
import OctetDiagnostics
import OctetIR
import OctetOps
import OctetRuntime

/// A part of a model that is tried: some of its nodes, in which the results of some others are taken for what these
/// read.
struct ReductionPart: Hashable {
  /// Ascending.
  var places: [Int]
  var outputs: [ValueID]
  /// By a node's result, the operand that it is taken for.
  var bypassed: [ValueID: ValueID] = [:]
  /// By an input of the part, what of its contents is left.
  var windows: [ValueID: TensorWindow] = [:]

  /// The nodes as the part has them.
  func nodes(of graph: Graph) -> [Node] {
    places.map { place in
      var node = graph.nodes[place]
      node.inputs = node.inputs.map { $0.map(source) }
      return node
    }
  }

  func source(of id: ValueID) -> ValueID {
    var id = id
    while let next = bypassed[id] { id = next }
    return id
  }

  /// The part without the nodes that its outputs do not need, and with those that compute the same in each run.
  func normalised(in graph: Graph, _ makers: [Int?], _ isFixed: [Bool]) -> ReductionPart {
    var result = self
    let present = Set(places)
    var kept: Set<Int> = []
    var pending: [Int] = places.filter { graph.nodes[$0].outputs.isEmpty }
    func need(_ id: ValueID) {
      guard let maker = makers[id.index], present.contains(maker) || isFixed[maker] else { return }
      pending.append(maker)
    }
    for output in outputs { need(output) }
    while let place = pending.popLast() {
      guard kept.insert(place).inserted else { continue }
      for case let input? in graph.nodes[place].inputs { need(source(of: input)) }
    }
    result.places = kept.sorted()
    return result
  }
}

/// A part as a model of its own, with what goes into it.
struct ReducedCase {
  let model: Model
  let inputs: [NamedTensor]
  /// The same part of the model that it is compared with, if there is one.
  let counterpart: Model?

  /// Runs a graph with these inputs, stored in its types; nil where it cannot be run with them.
  func outputs(of graph: Graph, usesReference: Bool = false) -> [Tensor]? {
    let log = DiagnosticLog()
    guard
      let prepared = try? PreparedGraph(
        graph, threads: model.threads, usesReference: usesReference, log: log),
      prepared.inputs.count == inputs.count
    else { return nil }
    for (view, input) in zip(prepared.inputs, inputs) {
      guard let tensor = input.tensor.stored(as: view.type) else { return nil }
      view.copy(from: tensor)
    }
    prepared.invoke()
    guard (try? prepared.requireSoundRun()) != nil else { return nil }
    return prepared.outputs.map { $0.copy() }
  }
}
