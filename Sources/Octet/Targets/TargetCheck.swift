import OctetDiagnostics
import OctetIR
import OctetOps
import OctetSchema
import OctetTFLite

/// What of a model a runtime does not run: an error for each operator, and a remark on what only its newer releases do.
struct TargetCheck {
  private let target: Target
  private let model: Model

  init(_ model: Model, _ target: Target) {
    self.model = model
    self.target = target
  }

  var found: [Diagnostic] {
    let graphs = [model.graph] + model.graph.allSubgraphs
    let problems = graphs.enumerated().flatMap { place, graph in
      graph.nodes.enumerated().compactMap { index, node in
        problem(graph, node, index, isMain: place == 0).map {
          graph.described($0, node).located(Location(file: model.path))
        }
      }
    }
    return problems + [denseByChannel].compactMap { $0 }
  }

  /// Of dense layers with a scale for each channel, which kernels for microcontrollers have been taking for some time only.
  ///
  /// Source: tflite-micro's pull requests 2602, which refuses them, and 2673, which computes them.
  private var denseByChannel: Diagnostic? {
    guard target == .micro else { return nil }
    let layers = model.graph.nodes.filter { node in
      node.op is FullyConnected && model.graph[node.outputs[0]].type.isQuantized
        && (node.inputs[1].flatMap { model.graph[$0].type.quantization }?.scales.count ?? 1) > 1
    }
    guard let first = layers.first else { return nil }
    var remark = Diagnostic(
      .targetForm,
      "\(counted(layers.count, "dense layer")) \(layers.count == 1 ? "has" : "have") a scale for each channel, which tflm takes since September 2024",
      notes: [
        "releases before refuse them, those before June 2024 compute wrong numbers",
        bounded(layers.map { "'\(model.graph[$0.outputs[0]].name)'" }, to: 5).joined(
          separator: ", "),
      ],
      helps: [
        .init("for an older one", arguments: ["--weight-scales", "per-tensor"])
      ])
    remark.severity = .remark
    return model.graph.described(remark, first).located(Location(file: model.path))
  }

  private func problem(_ graph: Graph, _ node: Node, _ index: Int, isMain: Bool) -> Diagnostic? {
    let op = OpCatalog.builtin(node.op)
    let builtin = op.map { $0.entry.targetName } ?? node.operatorName
    let place = Place(
      name: node.outputs.first.map { graph[$0].name } ?? "",
      text: "operator \(isMain ? "" : "of '\(graph.name)' ")\(node.location.index ?? index) "
        + "(\(builtin))")
    switch target {
    case .tfLite(let release):
      guard let op, op.entry.custom == nil else { return nil }
      let version = model.operatorVersion(graph, node, op, isMain: isMain)
      return problem(graph, node, op, version, on: release, place)
    case .micro: return microProblem(graph, node, builtin, place)
    }
  }

  private struct Place {
    /// The tensor that the operator makes.
    let name: String
    let text: String
  }

  private func problem(
    _ graph: Graph, _ node: Node, _ op: any BuiltinOp, _ version: Int, on release: RuntimeVersion,
    _ place: Place
  ) -> Diagnostic? {
    let builtin = op.entry.targetName
    let needed = RuntimeVersion.first(of: builtin, version: version)
    if let needed, needed <= release { return nil }
    let newer = needed.map { "take TFLite \($0.text) or later: --target tflite-\($0.text)" }
    guard release.count(of: builtin) > 0 else {
      return Diagnostic(
        .targetOperator, "\(place.text) is not in \(target.name)",
        notes: needed.map { ["it came with TFLite \($0.text)"] } ?? [],
        helps: ([newer, "or cut the model before it with --outputs"]).compactMap { $0 }.map {
          .init($0)
        })
    }
    var helps: [Diagnostic.Help] = newer.map { [.init($0)] } ?? []
    let (operands, results) = (graph.operands(of: node.inputs), node.outputs.map { graph[$0].type })
    for type in [ElementType.int8, .float32]
    where results.first?.element != type && op.entry.types.contains(type) {
      let other = Int(
        op.version(operands.replaced(by: type), results.map { $0.replaced(by: type) }))
      if let first = RuntimeVersion.first(of: builtin, version: other), first <= release {
        helps.append(
          .init(
            "in \(type.name) it is version \(other), which \(target.name) has",
            arguments: ["--precision", "\(place.name)=\(type.name)"]))
      }
    }
    return Diagnostic(
      .targetVersion,
      "\(place.text) is version \(version), of which \(target.name) has \(release.count(of: builtin))",
      notes: [
        needed.map { "version \(version) came with TFLite \($0.text)" }
          ?? "no release up to \(RuntimeVersion.newest.text) has version \(version)"
      ], helps: helps)
  }

  // MARK: Microcontrollers

  private func microProblem(
    _ graph: Graph, _ node: Node, _ builtin: String, _ place: Place
  ) -> Diagnostic? {
    guard let types = MicroOperators.types(builtin) else {
      return Diagnostic(
        .targetOperator, "\(place.text) is not in \(target.name)",
        helps: [
          .init("cut the model before it with --outputs, and compute the rest in your program"),
          .init("or register an operator of your own under this name"),
        ])
    }
    let result = node.outputs.first.map { graph[$0].type.element }
    let input = node.inputs.compactMap { $0 }.first.map { graph[$0].type.element }
    if !types.takes(input, result) {
      return Diagnostic(
        .targetType,
        "\(place.text) gives \(result?.name ?? "nothing") of \(input?.name ?? "nothing"), which \(target.name) does not take",
        notes: ["it takes \(types.text)"], helps: [help(for: types, place)])
    }
    let constants = node.inputs.compactMap { $0 }.filter { graph[$0].constant != nil }
    if result == .float32, !(node.op is Dequantize),
      let id = constants.first(where: { graph[$0].type.isQuantized })
    {
      return Diagnostic(
        .targetType,
        "\(place.text) has \(graph[id].type.element.name) weights and float32 activations, which \(target.name) does not take",
        notes: ["both are float32 there, or both codes"],
        helps: [
          .init("quantize the activations too: --int8 instead of --dynamic-range or --float16")
        ])
    }
    if ["GATHER", "GATHER_ND"].contains(builtin), node.inputs.count > 1,
      let indices = node.inputs[1], graph[indices].type.element == .int64
    {
      return Diagnostic(
        .targetType, "\(place.text) has int64 indices, which \(target.name) does not take",
        notes: ["it takes int32"], help: "give int32 indices where the model makes them")
    }
    for input in MicroOperators.constants(builtin) where input < node.inputs.count {
      guard let id = node.inputs[input], graph[id].constant == nil else { continue }
      return Diagnostic(
        .targetForm,
        "\(place.text) computes its input '\(graph[id].name)', which \(target.name) needs as a constant",
        notes: ["it decides a shape, and memory is planned before the first run there"],
        help: "give the model's inputs fixed shapes with --input-shape")
    }
    if node.op is UnidirectionalSequenceLSTM {
      return Diagnostic(
        .targetForm,
        "\(place.text) has no inputs for layer normalization, which \(target.name) needs listed",
        notes: ["Octet leaves out inputs that are not there; its 24 inputs are needed there"],
        help: "convert a model whose recurrent layer is unrolled: --int8 does")
    }
    return nil
  }

  private func help(for types: MicroOperators.Types, _ place: Place) -> Diagnostic.Help {
    if case .same(let list) = types, list.contains(.int8) {
      return .init("make it int8", arguments: ["--precision", "\(place.name)=int8"])
    }
    if case .same(let list) = types, list.contains(.float32) {
      return .init("keep it in float32", arguments: ["--precision", "\(place.name)=float32"])
    }
    return .init("cut the model before it with --outputs, and compute the rest in your program")
  }
}

extension OpEntry {
  /// TFLite's name, of a custom operator its own.
  var targetName: String { custom ?? builtin.name ?? name }
}

extension TensorType {
  /// The same with another type of elements, where it has codes or real numbers of weights and activations.
  fileprivate func replaced(by other: ElementType) -> TensorType {
    guard [.int8, .int16, .uint8, .float32].contains(element) else { return self }
    var result = self
    result.element = other
    return result
  }
}

extension Operands {
  fileprivate func replaced(by other: ElementType) -> Operands {
    var result = self
    result.types = types.map { $0?.replaced(by: other) }
    return result
  }
}

extension Model {
  /// The version of an operator that the model's file asks for; of others the least that the operator needs.
  func operatorVersion(
    _ graph: Graph, _ node: Node, _ op: any BuiltinOp, isMain: Bool
  ) -> Int {
    if isMain, let index = node.location.index, let stored = metadata.operatorVersions[index] {
      return stored
    }
    return Int(op.version(graph.operands(of: node.inputs), node.outputs.map { graph[$0].type }))
  }

  /// The first release of TFLite that has all operators in the versions that the model needs; nil where one is in no known
  /// release. Custom operators don't count.
  public var leastRuntime: RuntimeVersion? {
    var least = RuntimeVersion(1, 5)
    for (place, graph) in ([graph] + graph.allSubgraphs).enumerated() {
      for node in graph.nodes {
        guard let op = OpCatalog.builtin(node.op) else { return nil }
        if op.entry.custom != nil { continue }
        let version = operatorVersion(graph, node, op, isMain: place == 0)
        guard let first = RuntimeVersion.first(of: op.entry.targetName, version: version) else {
          return nil
        }
        least = max(least, first)
      }
    }
    return least
  }

  /// Logs what `target` would not run (`OCT0970`...`OCT0973`).
  public func check(_ target: Target, log: DiagnosticLog) {
    for problem in TargetCheck(self, target).found { log.add(problem) }
  }
}
