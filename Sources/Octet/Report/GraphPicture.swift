import OctetDiagnostics
import OctetIR
import OctetOps
import OctetQuantize

/// A graph as a report draws it: nodes and tensors as JSON, by number.
struct GraphPicture {
  /// What runs a node: a kernel, its time, and the tensor that the step is named after, which it may make others with.
  struct Step {
    let kernel: String
    let milliseconds: Double
    let main: String
  }

  let name: String
  let graph: Graph
  /// Whether constants hold the model's own numbers.
  var hasWeights = true
  /// By the tensor that a node makes.
  var steps: [String: Step] = [:]
  /// By tensor, what a comparison of structures says of the operator that makes it: `same`, `added`, `removed` or `changed`.
  var marks: [ValueID: String] = [:]
  /// By tensor, what a comparison has found.
  var comparisons: [ValueID: JSON] = [:]
  var histograms: [ValueID: TensorHistogram] = [:]
  /// By tensor, its place among the worst, from 1.
  var ranks: [ValueID: Int] = [:]

  init(_ name: String, _ graph: Graph) { (self.name, self.graph) = (name, graph) }

  /// This and one for each of the subgraphs that its loops and branches run.
  var withSubgraphs: [GraphPicture] {
    [self]
      + graph.allSubgraphs.map {
        var picture = GraphPicture("@" + $0.name, $0)
        picture.hasWeights = hasWeights
        return picture
      }
  }

  /// Channels beyond so many are left out.
  private static let mostChannels = 4096
  /// Constants of fewer elements have no histogram.
  private static let fewestElements = 32

  var json: JSON {
    // Only what is mentioned is told, under new numbers.
    var numbers: [ValueID: Int] = [:]
    var tensors: [JSON] = []
    let axes = weightAxes
    func number(_ id: ValueID) -> Int {
      if let known = numbers[id] { return known }
      numbers[id] = tensors.count
      tensors.append(tensor(id, axis: axes[id]))
      return tensors.count - 1
    }
    let inputs = graph.inputs.map { number($0) }
    let nodes = graph.nodes.enumerated().map { index, node in
      let inputs = node.inputs.compactMap { id in id.map { number($0) } }
      return self.node(index, node, inputs: inputs, outputs: node.outputs.map { number($0) })
    }
    let outputs = graph.outputs.map { number($0) }
    return .members([
      ("name", .string(name)), ("id", .string(graph.name)), ("inputs", .ints(inputs)),
      ("outputs", .ints(outputs)), ("nodes", .array(nodes)), ("tensors", .array(tensors)),
    ])
  }

  /// The dimension along which the layers' weights have their channels.
  private var weightAxes: [ValueID: Int] {
    var result: [ValueID: Int] = [:]
    for node in graph.nodes {
      guard let weights = node.int8Weights, let id = node.inputs[weights.position] else { continue }
      result[id] = weights.axis
    }
    return result
  }

  private func node(_ index: Int, _ node: Node, inputs: [Int], outputs: [Int]) -> JSON {
    let output = node.outputs.first
    let step = output.flatMap { steps[graph[$0].name] }
    let isMain = step?.main == output.map { graph[$0].name }
    let attributes = node.op.attributes.map { attribute in
      JSON.Member(name: attribute.name, value: .string(GraphPrinter.text(attribute.value)))
    }
    let source: JSON? = node.provenance.isEmpty ? nil : .string(node.location.source.text)
    return .members([
      ("index", .int(index)), ("op", .string(node.op.name)), ("source", source),
      ("inputs", .ints(inputs)), ("outputs", .ints(outputs)),
      ("macs", node.macs(in: graph).map { .int($0) }), ("attributes", .object(attributes)),
      ("kernel", step.map { .string($0.kernel) }),
      ("milliseconds", isMain ? step.map { .number($0.milliseconds) } : nil),
      ("step_of", isMain ? nil : step.map { .string($0.main) }),
      ("mark", output.flatMap { marks[$0] }.map { .string($0) }),
    ])
  }

  private func tensor(_ id: ValueID, axis: Int?) -> JSON {
    let value = graph[id]
    // A file that is only looked at may have scales without zero points.
    let quantization = value.type.quantization.flatMap {
      $0.scales.count == $0.zeroPoints.count ? $0 : nil
    }
    let single = quantization.flatMap { $0.scales.count == 1 ? $0 : nil }
    let codec = single.flatMap { _ in Codec(value.type) }
    let shape = value.type.shape.dimensions.map { dimension in
      JSON.string(dimension.value.map { "\($0)" } ?? "?")
    }
    let scales = quantization.flatMap { $0.scales.count > 1 ? $0.scales : nil }
    let numbers = value.constant == nil || !hasWeights ? nil : graph.reals(ofConstant: id)
    var histogram = histograms[id]
    if let numbers, numbers.count >= Self.fewestElements {
      var counts = Histogram()
      _ = numbers.withUnsafeBufferPointer { counts.add($0) }
      histogram = TensorHistogram(counts, value.type, hasCurves: false)
    }
    return .members([
      ("name", .string(value.name)), ("type", .string(value.type.text)),
      ("element", .string(value.type.element.name)), ("shape", .array(shape)),
      ("is_constant", value.constant == nil ? nil : .bool(true)),
      ("scale", single.map { .single($0.scale) }),
      ("zero_point", single.map { .int(Int($0.zeroPoint)) }),
      ("low", codec.map { .single($0.real($0.least)) }),
      ("high", codec.map { .single($0.real($0.largest)) }),
      ("channel_scales", scales.map { .singles($0.prefix(Self.mostChannels)) }),
      (
        "channels",
        numbers.flatMap { channels($0, value.type, quantization?.axis ?? axis) }
      ),
      ("rank", ranks[id].map { .int($0) }), ("comparison", comparisons[id]),
      ("histogram", histogram?.json), ("curves", histogram?.curves?.json),
    ])
  }

  /// The least and the largest real number of each index along a dimension, 0 where there are none; nil where there is one of each, and for none.
  private func channels(_ numbers: [Float], _ type: TensorType, _ axis: Int?) -> JSON? {
    guard let axis, let extents = type.shape.extents, extents.indices.contains(axis),
      (2...Self.mostChannels).contains(extents[axis]), numbers.count > extents[axis]
    else { return nil }
    let inner = extents[(axis + 1)...].reduce(1, *)
    var ends = [(low: Float, high: Float)](
      repeating: (.infinity, -.infinity), count: extents[axis])
    for (index, number) in numbers.enumerated() where number.isFinite {
      let channel = index / inner % extents[axis]
      ends[channel].low = min(ends[channel].low, number)
      ends[channel].high = max(ends[channel].high, number)
    }
    for channel in ends.indices where ends[channel].low > ends[channel].high {
      ends[channel] = (0, 0)
    }
    return .members([
      ("axis", .int(axis)), ("low", .singles(ends.map { $0.low })),
      ("high", .singles(ends.map { $0.high })),
    ])
  }
}
