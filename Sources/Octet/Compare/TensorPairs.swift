public import OctetDiagnostics
import OctetIR
import OctetOps
import OctetRuntime

/// Which tensor of one graph stands for the same real numbers as which of another.
///
/// Tensors of equal extents are paired by what they are called: by name, and by the source layers that provenance and
/// TFLiteConverter's joined names tell. The rest is paired by structure, as `octet diff` does it: layers with weights by
/// alignment, what lies between by dataflow.
struct TensorPairs {
  struct Pair {
    let a: ValueID
    let b: ValueID
  }

  /// The graphs' inputs first, then in the order in which B makes them. Codes that are dequantized
  /// or requantized are in it once.
  private(set) var pairs: [Pair] = []
  /// By value of B.
  private(set) var partner: [ValueID: ValueID] = [:]

  private let a: Graph
  private let b: Graph
  private var taken: Set<ValueID> = []

  init(_ a: Graph, _ b: Graph) {
    self.a = a
    self.b = b
    pairInputs()
    pairByName()
    pairByStructure()
    pairByNeighbours()
    pairAcrossConversions()
    let made = b.nodes.filter { !isRepeated($0) }.flatMap { $0.outputs }
    pairs = (b.inputs + made).compactMap { id in partner[id].map { Pair(a: $0, b: id) } }
  }

  /// Whether a node gives codes in another form, whose part is that of who reads it.
  private func isRepeated(_ node: Node) -> Bool {
    node.isConversion && node.inputs[0].map { b[$0].type.element != .float32 } ?? false
  }

  private mutating func pair(_ first: ValueID, _ second: ValueID) {
    partner[second] = first
    taken.insert(first)
  }

  private func fit(
    _ first: ValueID, _ second: ValueID, _ types: [ElementType] = TensorView.realTypes
  ) -> Bool {
    let (one, other) = (a[first], b[second])
    return one.constant == nil && other.constant == nil
      && types.contains(one.type.element) && types.contains(other.type.element)
      && one.type.shape.extents != nil && one.type.shape.extents == other.type.shape.extents
  }

  /// By name, else in order.
  private mutating func pairInputs() {
    for input in b.inputs {
      if let same = a.inputs.first(where: {
        a[$0].name == b[input].name && fit($0, input, TensorView.writable)
      }) {
        pair(same, input)
      }
    }
    for (first, second) in zip(a.inputs, b.inputs)
    where partner[second] == nil && !taken.contains(first)
      && fit(first, second, TensorView.writable)
    {
      pair(first, second)
    }
  }

  private mutating func pairByName() {
    /// By name, the values of A so called, in the order in which they are made.
    var named: [String: [(place: Int, id: ValueID)]] = [:]
    for (place, node) in a.nodes.enumerated() {
      for output in node.outputs {
        named[a[output].name, default: []].append((place, output))
        for name in Set(node.provenance.compactMap { $0.node }) where name != a[output].name {
          named[name, default: []].append((place, output))
        }
      }
    }
    let nodes = b.nodes.filter { !$0.isConversion }
    func latest(_ names: [String], _ output: ValueID) -> ValueID? {
      candidates(names, named, output).max { $0.place < $1.place }?.id
    }
    for output in nodes.flatMap({ $0.outputs }) where partner[output] == nil {
      if let same = latest([b[output].name], output) { pair(same, output) }
    }
    // Where several operators of a kind come from one layer, none is told to be its counterpart.
    func key(_ node: Node) -> String { node.op.name + (node.provenance.last?.node ?? "") }
    let open = nodes.filter { partner[$0.outputs[0]] == nil }
    let counts = Dictionary(open.map { (key($0), 1) }, uniquingKeysWith: +)
    for node in open where counts[key(node)] == 1 || node.provenance.isEmpty {
      let output = node.outputs[0]
      let parts = b[output].name.split(separator: ";").map { String($0) }
      if let found = latest(parts + node.provenance.compactMap { $0.node }, output) {
        pair(found, output)
      }
    }
  }

  private func candidates(
    _ names: [String], _ named: [String: [(place: Int, id: ValueID)]], _ output: ValueID
  ) -> [(place: Int, id: ValueID)] {
    names.flatMap { named[$0] ?? [] }.filter { !taken.contains($0.id) && fit($0.id, output) }
  }

  private mutating func pairByStructure() {
    let scope = ModelStructure.Scope(comparesExtents: true, comparesNumbers: false)
    let match = StructureMatch(
      ModelStructure(a.withoutConversions(), scope), ModelStructure(b.withoutConversions(), scope))
    for (part, other) in match.partner.enumerated() {
      guard let other else { continue }
      for (first, second) in zip(match.a.parts[part].outputs, match.b.parts[other].outputs)
      where partner[second] == nil && !taken.contains(first) && fit(first, second) {
        pair(first, second)
      }
    }
  }

  /// Results of the only operators of a kind that read the same paired tensors. Settings and weights may differ.
  private mutating func pairByNeighbours() {
    let (readersA, readersB) = (a.consumers(), b.consumers())
    var sources: [ValueID: ValueID] = [:]
    for node in b.nodes where node.isConversion {
      if let input = node.inputs[0] { sources[node.outputs[0]] = sources[input] ?? input }
    }
    func given(_ node: Node, _ graph: Graph) -> [ValueID] {
      node.inputs.compactMap { $0 }.filter { graph[$0].constant == nil }
    }
    for node in b.nodes where !node.isConversion && node.outputs.count == 1 {
      let read = given(node, b).map { partner[$0] ?? sources[$0].flatMap { partner[$0] } }
      let ids = read.compactMap { $0 }
      guard partner[node.outputs[0]] == nil, !ids.isEmpty, ids.count == read.count else { continue }
      let found = Set(readersA[ids[0].index]).map { a.nodes[$0] }.filter {
        $0.op.name == node.op.name && given($0, a) == ids && !taken.contains($0.outputs[0])
          && fit($0.outputs[0], node.outputs[0])
      }
      // An activation that one of both has as an operator of its own makes the pair.
      guard found.count == 1,
        activation(behind: found[0], a, readersA) == activation(behind: node, b, readersB)
      else { continue }
      pair(found[0].outputs[0], node.outputs[0])
    }
  }

  /// The operator of an activation that alone reads a node's result; nil for none.
  private func activation(behind node: Node, _ graph: Graph, _ readers: [[Int]]) -> String? {
    let behind = readers[node.outputs[0].index]
    guard behind.count == 1 else { return nil }
    switch graph.nodes[behind[0]].op {
    case is ReLU, is ReLU6, is LeakyReLU, is HardSwish: return graph.nodes[behind[0]].op.name
    default: return nil
    }
  }

  /// What is quantized, requantized and dequantized stands for the same numbers before and after.
  private mutating func pairAcrossConversions() {
    for node in b.nodes where node.isConversion {
      guard let input = node.inputs[0], let first = partner[input] else { continue }
      partner[node.outputs[0]] = partner[node.outputs[0]] ?? first
    }
    // The output of a model that ends with Dequantize has the name; the codes have another.
    for node in b.nodes.reversed() where node.isConversion {
      guard let input = node.inputs[0], partner[input] == nil,
        let first = outputNamed(b[node.outputs[0]].name), fit(first, input)
      else { continue }
      pair(first, input)
      partner[node.outputs[0]] = first
    }
  }

  private func outputNamed(_ name: String) -> ValueID? {
    a.nodes.flatMap { $0.outputs }.last { a[$0].name == name && !taken.contains($0) }
  }
}

extension Node {
  /// Whether it gives the real numbers of its input in another type or scale.
  var isConversion: Bool { op is Quantize || op is Dequantize }
}

extension Graph {
  /// The nodes but those that only change a tensor's type or scale. Types no longer fit: for looking at structure.
  fileprivate func withoutConversions() -> Graph {
    var result = self
    result.nodes = []
    var sources: [ValueID: ValueID] = [:]
    for var node in nodes {
      node.inputs = node.inputs.map { $0.map { sources[$0] ?? $0 } }
      if node.isConversion, let input = node.inputs[0], self[input].constant == nil {
        sources[node.outputs[0]] = input
      } else {
        result.nodes.append(node)
      }
    }
    result.outputs = outputs.map { sources[$0] ?? $0 }
    return result
  }

  /// The graph cut into parts: whoever reads one of `cuts` reads an input instead, and all of them that nodes make are
  /// outputs. So each part computes from what it is given, whatever the parts before it have made.
  ///
  /// - Returns: also which values the inputs stand for.
  func isolated(at cuts: [ValueID]) -> (graph: Graph, inputs: [ValueID]) {
    var result = self
    result.inputs = []
    var (sources, replaced): ([ValueID], [ValueID: ValueID]) = ([], [:])
    for cut in inputs + cuts where replaced[cut] == nil {
      replaced[cut] = inputs.contains(cut) ? cut : result.add(self[cut])
      sources.append(cut)
    }
    let read = Set(nodes.flatMap { $0.inputs.compactMap { $0 } })
    sources = sources.filter { read.contains($0) }
    result.inputs = sources.compactMap { replaced[$0] }
    result.nodes = nodes.map { node in
      var node = node
      node.inputs = node.inputs.map { $0.map { replaced[$0] ?? $0 } }
      return node
    }
    let made = Set(nodes.flatMap { $0.outputs })
    var seen: Set<ValueID> = []
    result.outputs = cuts.filter { made.contains($0) && seen.insert($0).inserted }
    return (result, sources)
  }
}

extension Model {
  /// Two models as they are compared: those of frameworks are converted, for int8 where the other one is, so that both
  /// have the same operators.
  public static func comparable(
    _ a: (path: String, options: ModelOptions), _ b: (path: String, options: ModelOptions),
    log: DiagnosticLog
  ) throws(DiagnosticFailure) -> (Model, Model) {
    let (first, second) = (
      try Model.open(a.path, a.options, log: log), try Model.open(b.path, b.options, log: log)
    )
    let forInt8 = [first, second].contains { $0.isQuantized }
    func ready(_ model: Model) throws(DiagnosticFailure) -> Model {
      model.format.isForeign ? try model.optimized(forInt8: forInt8, log: log) : model
    }
    return (try ready(first), try ready(second))
  }

  /// Whether it has tensors of codes.
  private var isQuantized: Bool {
    graph.nodes.contains { node in
      node.outputs.contains { [.int8, .uint8, .int16].contains(graph[$0].type.element) }
    }
  }
}
