package import OctetDiagnostics
package import OctetIR
import OctetOps
import OctetRuntime

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Finds the layers that must compute in int16 for a quantized graph to reach a target, few and cheap ones.
///
/// Layers are taken in groups: one with weights and what follows it up to the next. What a group adds to the
/// noise is measured as the only one in int8, where the noise of all adds up; one in int16 among others in int8
/// still rounds at its ends. Groups are made int16 in the order of that noise for their multiplications until
/// the target is reached, and those that it is reached without are made int8 again. A layer that has no int16
/// form, or none that the runtime takes, is float32 in its group.
package struct PrecisionSearch {
  package struct Group: Sendable {
    /// The output tensors of its layers with what they compute in when the group is chosen.
    package var layers: [(name: String, precision: LayerPrecision)] = []
    package var macs = 0
    /// Multiplications, or elements where there are none.
    package var cost = 0
    /// Of the outputs when this group alone is int8.
    package var decibels = 0.0

    package var name: String { layers[0].name }
  }

  package struct Result {
    package let graph: Graph
    package let chosen: [Group]
    package let groupCount: Int
    /// The metric without any group, and with the chosen ones.
    package let before: Double
    package let after: Double
  }

  private let float: Graph
  private let given: LayerTypes
  private let measure: TargetMeasure
  private let quantize: (LayerTypes) throws(DiagnosticFailure) -> Graph
  private let finish: ((LayerTypes, _ isAnew: Bool) throws(DiagnosticFailure) -> Graph)?
  private let log: DiagnosticLog
  private let progress: (String) -> Void

  /// - Parameters:
  ///   - given: what the user has said of layers, which stays.
  ///   - quantize: makes the quantized graph.
  ///   - finish: makes what will be written, where that is more; nil for none. Groups are ranked without it. For other layers
  ///     than the first it may take again what it found for these, unless it is to begin anew.
  package init(
    _ float: Graph, given: LayerTypes, _ measure: TargetMeasure, log: DiagnosticLog,
    quantize: @escaping (LayerTypes) throws(DiagnosticFailure) -> Graph,
    finish: ((LayerTypes, _ isAnew: Bool) throws(DiagnosticFailure) -> Graph)?,
    progress: @escaping (String) -> Void
  ) {
    self.float = float
    self.given = given
    self.measure = measure
    self.log = log
    self.quantize = quantize
    self.finish = finish
    self.progress = progress
  }

  /// Logs `OCT0524` for a target that is not reached with all groups.
  package func run() throws(DiagnosticFailure) -> Result {
    progress("int8 alone")
    let plain = try attempt([])
    var groups = Self.groups(of: float, given: given)
    func result(_ chosen: [Group], _ attempt: Attempt) -> Result {
      Result(
        graph: attempt.graph, chosen: chosen, groupCount: groups.count,
        before: plain.value,
        after: attempt.value)
    }
    if measure.metric.isReached(by: plain.value) { return result([], plain) }
    progress("all in int16")
    Self.leaveRefusedLayersFloat(
      &groups, of: try quantize(given.setting(groups)), madeFrom: float)
    var whole = try attempt(groups)
    if !measure.metric.isReached(by: whole.value), finish != nil {
      progress("all in int16, fitted anew")
      whole = try attempt(groups, isAnew: true)
    }
    guard measure.metric.isReached(by: whole.value) else {
      throw log.failure(missed(whole.value, groups))
    }
    try rank(&groups)
    var chosen = (groups, whole)
    var few = 0
    while chosen.0.count - few > 1 {
      let count = (few + chosen.0.count) / 2
      progress("\(count) of \(groups.count) groups of layers in int16")
      let next = try attempt(Array(groups[..<count]))
      if measure.metric.isReached(by: next.value) {
        chosen = (Array(groups[..<count]), next)
      } else {
        few = count
      }
    }
    for group in chosen.0.sorted(by: { $0.cost > $1.cost }) where chosen.0.count > 1 {
      progress("without '\(group.name)'")
      let others = chosen.0.filter { $0.name != group.name }
      let next = try attempt(others)
      if measure.metric.isReached(by: next.value) { chosen = (others, next) }
    }
    return result(chosen.0, chosen.1)
  }

  private typealias Attempt = (graph: Graph, value: Double)

  private func attempt(
    _ groups: [Group], isAnew: Bool = false
  ) throws(DiagnosticFailure) -> Attempt {
    let layers = given.setting(groups)
    let graph: Graph
    if let finish { graph = try finish(layers, isAnew) } else { graph = try quantize(layers) }
    return (graph, try measure.value(of: graph, log: log))
  }

  /// Measures each group and sorts them by the noise they add for their cost.
  private func rank(_ groups: inout [Group]) throws(DiagnosticFailure) {
    func noise(_ decibels: Double) -> Double { pow(10, -decibels / 10) }
    let all = groups
    let least = noise(try measure.fidelity.decibels(of: try quantize(given.setting(all)), log: log))
    for index in groups.indices {
      progress("'\(groups[index].name)' in int8 (\(index + 1) of \(groups.count))")
      var others = all
      others.remove(at: index)
      groups[index].decibels = try measure.fidelity.decibels(
        of: try quantize(given.setting(others)), log: log)
    }
    func worth(_ group: Group) -> Double {
      (noise(group.decibels) - least) / Double(max(group.cost, 1))
    }
    groups.sort { worth($0) > worth($1) }
  }

  /// The runtime refuses some int16 forms for what only the quantized graph has, such as a scale.
  ///
  /// - Parameter quantized: the graph with all groups in int16.
  package static func leaveRefusedLayersFloat(
    _ groups: inout [Group], of quantized: Graph, madeFrom float: Graph
  ) {
    let refused = quantized.refusedLayers()
    if refused.isEmpty { return }
    let nodes = float.computingNodes
    let names = Set(refused.map { float[nodes[$0].outputs[0]].name })
    for index in groups.indices {
      for layer in groups[index].layers.indices
      where names.contains(groups[index].layers[layer].name) {
        groups[index].layers[layer].precision = .float32
      }
    }
  }

  /// The layers of a float graph but for those whose precision is given, to be int16 where they can.
  package static func groups(of float: Graph, given: LayerTypes) -> [Group] {
    let resolved = given.resolved(for: float)
    var groups: [Group] = []
    /// By value, the group that makes it.
    var makers: [ValueID: Int] = [:]
    for (index, node) in float.nodes.enumerated() {
      let macs = node.macs(in: float) ?? 0
      let before = node.inputs.compactMap { $0 }.first { float[$0].constant == nil }
      var place = before.flatMap { makers[$0] }
      if place == nil || node.int8Rule?.weights != nil {
        groups.append(Group())
        place = groups.count - 1
      }
      guard let place else { continue }
      for output in node.outputs { makers[output] = place }
      guard !resolved.isGiven[index], float[node.outputs[0]].type.element == .float32 else {
        continue
      }
      groups[place].layers.append(
        (
          float[node.outputs[0]].name,
          float.reason(against: .int16, node) == nil ? .int16 : .float32
        ))
      groups[place].macs = saturatingSum([groups[place].macs, macs])
      groups[place].cost = saturatingSum([
        groups[place].cost, macs, float[node.outputs[0]].type.shape.elementCount ?? 0,
      ])
    }
    return groups.filter { !$0.layers.isEmpty }
  }

  private func missed(_ value: Double, _ groups: [Group]) -> Diagnostic {
    let precisions = groups.flatMap { $0.layers.map { $0.precision } }
    let floats = precisions.filter { $0 == .float32 }.count
    return Diagnostic(
      .targetMissed,
      "\(measure.metric.text) is not reached: the best is \(measure.metric.text(value)), with "
        + "\(counted(precisions.count - floats, "layer")) in int16"
        + (floats == 0 ? "" : " and \(floats) in float32"),
      notes: [
        "measured on \(counted(measure.fidelity.sampleCount, "held-back sample"))",
        "weights have 8 bits in these layers too",
      ],
      helps: (finish == nil
        ? [.init("choose weights for the layers' results", arguments: ["--optimize", "best"])] : [])
        + [.init("ask for less, or keep layers in float32: --precision NAME=float32")])
  }
}

extension LayerTypes {
  /// The same with the layers of groups as these say.
  package func setting(_ groups: [PrecisionSearch.Group]) -> LayerTypes {
    var layers = self
    for (name, precision) in groups.flatMap({ $0.layers }) {
      layers.setPrecision(precision, ofTensor: name)
    }
    return layers
  }
}

extension Graph {
  /// The places of layers that can't be prepared, among the nodes of a quantized graph but Quantize and Dequantize.
  fileprivate func refusedLayers() -> [Int] {
    if (try? PreparedGraph(self, log: DiagnosticLog())) != nil { return [] }
    let layers = computingNodes
    return layers.indices.filter { place in
      var part = Graph(name: name)
      part.subgraphs = subgraphs
      let node = layers[place]
      let inputs = node.inputs.map { $0.map { part.add(self[$0]) } }
      let outputs = node.outputs.map { part.add(self[$0]) }
      part.nodes = [Node(node.op, inputs: inputs, outputs: outputs)]
      part.inputs = inputs.compactMap { $0 }.filter { part[$0].constant == nil }
      part.outputs = outputs
      return (try? PreparedGraph(part, log: DiagnosticLog())) == nil
    }
  }
}
