import OctetDiagnostics
import OctetIR
import OctetOps

/// A graph as a report draws it: nodes and tensors as JSON, by number.
struct GraphPicture {
  let name: String
  let graph: Graph
  /// By the tensor that a step makes.
  var kernels: [String: (kernel: String, milliseconds: Double)] = [:]
  /// By tensor, what a comparison of structures says of the operator that makes it: `same`, `added`, `removed` or `changed`.
  var marks: [ValueID: String] = [:]
  /// By tensor, what a comparison has found.
  var comparisons: [ValueID: JSON] = [:]
  var histograms: [ValueID: TensorHistogram] = [:]
  /// By tensor, its place among the worst, from 1.
  var ranks: [ValueID: Int] = [:]

  init(_ name: String, _ graph: Graph) { (self.name, self.graph) = (name, graph) }

  /// Scales of channels beyond so many are left out.
  private static let mostChannels = 4096

  var json: JSON {
    // Only what is mentioned is told, under new numbers.
    var numbers: [ValueID: Int] = [:]
    var tensors: [JSON] = []
    func number(_ id: ValueID) -> Int {
      if let known = numbers[id] { return known }
      numbers[id] = tensors.count
      tensors.append(tensor(id))
      return tensors.count - 1
    }
    let inputs = graph.inputs.map { number($0) }
    let nodes = graph.nodes.enumerated().map { index, node in
      let inputs = node.inputs.compactMap { id in id.map { number($0) } }
      return self.node(index, node, inputs: inputs, outputs: node.outputs.map { number($0) })
    }
    let outputs = graph.outputs.map { number($0) }
    return .members([
      ("name", .string(name)), ("inputs", .ints(inputs)), ("outputs", .ints(outputs)),
      ("nodes", .array(nodes)), ("tensors", .array(tensors)),
    ])
  }

  private func node(_ index: Int, _ node: Node, inputs: [Int], outputs: [Int]) -> JSON {
    let step = node.outputs.first.flatMap { kernels[graph[$0].name] }
    let attributes = node.op.attributes.map { attribute in
      JSON.Member(name: attribute.name, value: .string(GraphPrinter.text(attribute.value)))
    }
    let source: JSON? = node.provenance.isEmpty ? nil : .string(node.location.source.text)
    return .members([
      ("index", .int(index)), ("op", .string(node.op.name)), ("source", source),
      ("inputs", .ints(inputs)), ("outputs", .ints(outputs)),
      ("macs", node.macs(in: graph).map { .int($0) }), ("attributes", .object(attributes)),
      ("kernel", step.map { .string($0.kernel) }),
      ("milliseconds", step.map { .number($0.milliseconds) }),
      ("mark", node.outputs.first.flatMap { marks[$0] }.map { .string($0) }),
    ])
  }

  private func tensor(_ id: ValueID) -> JSON {
    let value = graph[id]
    let quantization = value.type.quantization
    let single = quantization.flatMap { $0.scales.count == 1 ? $0 : nil }
    let codec = Codec(value.type)
    let shape = value.type.shape.dimensions.map { dimension in
      JSON.string(dimension.value.map { "\($0)" } ?? "?")
    }
    let scales = quantization.flatMap { $0.scales.count > 1 ? $0.scales : nil }
    let channels = scales?.prefix(Self.mostChannels).map { JSON.number(Double($0)) }
    return .members([
      ("name", .string(value.name)), ("type", .string(value.type.text)),
      ("element", .string(value.type.element.name)), ("shape", .array(shape)),
      ("is_constant", value.constant == nil ? nil : .bool(true)),
      ("scale", single.map { .number(Double($0.scale)) }),
      ("zero_point", single.map { .int(Int($0.zeroPoint)) }),
      ("low", codec.map { .number(Double($0.real($0.least))) }),
      ("high", codec.map { .number(Double($0.real($0.largest))) }),
      ("channel_scales", channels.map { .array($0) }), ("rank", ranks[id].map { .int($0) }),
      ("comparison", comparisons[id]), ("histogram", histograms[id]?.histogramJSON),
      ("curves", histograms[id]?.curvesJSON),
    ])
  }
}
