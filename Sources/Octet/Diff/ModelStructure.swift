import OctetDiagnostics
import OctetIR
import OctetOps

/// A converted model as `ModelDiff` compares it: its operators in topological order, without names, and
/// without what formats write in different ways.
///
/// Clamps that layers apply themselves are operators of their own, constants are properties of who reads
/// them, and a filter's extents are those of TFLite's layout.
struct ModelStructure {
  /// What a model leaves open to comparison.
  struct Scope {
    /// Whether inputs have the same extents in both models, so that those inside can be compared.
    var comparesExtents: Bool
    /// Whether both models have their weights, so that small constants can be compared.
    var comparesNumbers: Bool
  }

  /// Where an operator reads.
  enum Source: Hashable {
    case input(Int)
    case result(part: Int, output: Int)
  }

  /// A setting of an operator, as the text IR writes it.
  struct Property: Hashable {
    let name: String
    let value: String
  }

  /// The weights of a layer: a value of `graph`.
  struct Weights {
    let filter: ValueID
    let bias: ValueID?
    let extents: [Int]
  }

  struct Part {
    let kind: String
    let properties: [Property]
    let inputs: [Source]
    /// Nil for an operator without weights.
    let weights: Weights?
    /// Its results in the graph; none for a layer whose clamp is the part after it.
    let outputs: [ValueID]
    /// What it is called in the model.
    let name: String
    /// The places it was made from, its layer's own first.
    let places: [Location]

    /// Everything that equal operators have in common, but for what they read.
    var signature: String {
      kind + (weights.map { "\($0.extents)" } ?? "")
        + properties.map { " \($0.name)=\($0.value)" }.joined()
    }

    /// Whether its operands may change places.
    var isCommutative: Bool { ["add", "mul", "maximum", "minimum"].contains(kind) }
  }

  let graph: Graph
  private(set) var parts: [Part] = []
  private(set) var outputs: [(name: String, source: Source)] = []
  /// For each part, the parts that read it, ascending.
  private(set) var readers: [[Int]] = []

  init(_ graph: Graph, _ scope: Scope) {
    self.graph = graph
    var sources: [ValueID: Source] = [:]
    for (index, input) in graph.inputs.enumerated() { sources[input] = .input(index) }
    let joined = JoinedNodes(graph)
    for (index, node) in graph.nodes.enumerated() where !joined.absorbed.contains(index) {
      let (slope, border) = (joined.slopes[index], joined.borders[index])
      var operands = node.inputs
      if let slope { operands = [slope.input] }
      if let border { operands[0] = border.input }
      let inputs = operands.compactMap { id in id.flatMap { sources[$0] } }
      let reader = PartReader(graph, node, border: border, scope)
      let part = Part(
        kind: slope == nil ? node.operatorName : "leaky_relu",
        properties: slope.map { [Property(name: "alpha", value: "\($0.alpha)")] }
          ?? reader.properties,
        inputs: inputs, weights: reader.weights,
        outputs: reader.clamp == nil ? node.outputs : [], name: reader.name, places: reader.places)
      for (output, id) in node.outputs.enumerated() {
        sources[id] = .result(part: parts.count, output: output)
      }
      parts.append(part)
      guard let clamp = reader.clamp, let output = node.outputs.first else { continue }
      let place = node.provenance.last.map { [$0] } ?? []
      parts.append(
        Part(
          kind: clamp, properties: [], inputs: [.result(part: parts.count - 1, output: 0)],
          weights: nil, outputs: [output], name: place.first?.node ?? reader.name, places: place))
      sources[output] = .result(part: parts.count - 1, output: 0)
    }
    outputs = graph.outputs.compactMap { id in sources[id].map { (graph[id].name, $0) } }
    readers = [[Int]](repeating: [], count: parts.count)
    for (index, part) in parts.enumerated() {
      for case .result(let maker, _) in part.inputs where readers[maker].last != index {
        readers[maker].append(index)
      }
    }
  }

  /// The places of the layers, which are the operators with weights.
  var layers: [Int] { parts.indices.filter { parts[$0].weights != nil } }

  /// How the reports name what a source is.
  func name(_ source: Source) -> String {
    switch source {
    case .input(let index): graph[graph.inputs[index]].name
    case .result(let part, _): parts[part].name
    }
  }
}

/// The most neighbours that are followed from an operator; what has more is compared by those.
let mostNeighbours = 64

extension ModelStructure {
  /// For each part, the nearest parts before it that `isStop` holds for, and inputs as -1, -2...; ascending.
  func before(_ isStop: [Bool]) -> [[Int]] {
    var result = [[Int]](repeating: [], count: parts.count)
    for (index, part) in parts.enumerated() {
      result[index] = joined(
        part.inputs.map { source in
          switch source {
          case .input(let input): [-1 - input]
          case .result(let maker, _): isStop[maker] ? [maker] : result[maker]
          }
        })
    }
    return result
  }

  /// For each part, the nearest parts after it that `isStop` holds for; ascending.
  func after(_ isStop: [Bool]) -> [[Int]] {
    var result = [[Int]](repeating: [], count: parts.count)
    for index in parts.indices.reversed() {
      result[index] = joined(readers[index].map { isStop[$0] ? [$0] : result[$0] })
    }
    return result
  }

  private func joined(_ lists: [[Int]]) -> [Int] {
    if lists.count == 1 { return lists[0] }
    return Array(Set(lists.joined()).sorted().prefix(mostNeighbours))
  }
}
