import OctetData
import OctetDiagnostics
import OctetIR
import OctetOps
import OctetQuantize

/// What int8 costs a model by how it is built, told from its scales, its weights and its operators; no sample is needed.
///
/// Costs are what the ratio of signal to noise loses of a tensor, in dB. Of a float graph, in which nothing has a scale yet,
/// they are least ones.
struct Int8Check {
  let graph: Graph
  let producers: [Int?]
  let consumers: [[Int]]
  /// Whether the graph has codes already.
  let isQuantized: Bool

  init(_ graph: Graph) {
    self.graph = graph
    producers = graph.producers()
    consumers = graph.consumers()
    isQuantized = graph.values.contains { $0.type.isQuantized }
  }

  /// - Parameter joins: whether joined scales are among it, which the quantizer tells of as it chooses them.
  func found(joins: Bool) -> [Diagnostic] {
    (joins ? self.joins : [])
      + [overflows, coarseWeights, roundedTwice, transposes, alternation, manyClasses]
      .compactMap { $0 }
  }

  // MARK: Joined scales

  /// `OCT0512` and `OCT0950` of operators that have one scale for all that they join.
  private var joins: [Diagnostic] {
    let reach = isQuantized ? nil : Reach(graph, producers)
    return graph.nodes.compactMap { node in
      guard node.int8Rule?.output == .unified, let output = node.outputs.first else { return nil }
      let inputs = node.inputs.compactMap { $0 }
      let join: ScaleJoin
      if let reach {
        let scores = inputs.filter { graph.isScore($0, producers) }
        guard !scores.isEmpty, let scale = reach.scale(of: output) else { return nil }
        join = ScaleJoin(
          graph[output].name, scale: scale,
          scores.map { .init(graph[$0].name, scale: 1 / 256, adopts: false, isScore: true) })
        guard join.diagnostic?.code == .unlikeUnits else { return nil }
      } else {
        guard let scale = scale(of: output) else { return nil }
        join = ScaleJoin(
          graph[output].name, scale: scale, inputs.compactMap { requantized($0, scale) })
      }
      return join.diagnostic.map { graph.described($0, node) }
    }
  }

  /// What an operand was before it was rounded to a coarser joint scale; nil where it was not.
  private func requantized(_ id: ValueID, _ joint: Float) -> ScaleJoin.Operand? {
    guard let maker = producer(of: id), maker.op is Quantize, let before = maker.inputs[0],
      let own = scale(of: before), own < joint
    else { return nil }
    return .init(
      graph[before].name, scale: own, adopts: false, isScore: graph.isScore(before, producers))
  }

  private func scale(of id: ValueID) -> Float? {
    guard graph[id].type.isQuantized, let quantization = graph[id].type.quantization,
      quantization.axis == nil
    else { return nil }
    return quantization.scale
  }

  private func producer(of id: ValueID) -> Node? {
    producers[id.index].map { graph.nodes[$0] }
  }

  // MARK: Layers

  /// Biases that int32 does not hold, or leaves no room beside for the layer's sums (`OCT0951`).
  private var overflows: Diagnostic? {
    var places: [(text: String, node: Node)] = []
    for node in graph.nodes {
      guard let place = node.int8Rule?.bias, place < node.inputs.count,
        let id = node.inputs[place], graph[id].type.element == .int32,
        let codes = graph[id].constant?.array(of: Int32.self), let weights = node.int8Weights,
        let reals = graph.reals(ofConstant: id)
      else { continue }
      let full = codes.indices.filter {
        codes[$0].magnitude > 1 << 30
          && Int(codes[$0].magnitude) + largestSum(node, weights, $0) > Int(Int32.max)
      }
      guard let channel = full.max(by: { codes[$0].magnitude < codes[$1].magnitude }) else {
        continue
      }
      places.append(
        (
          "the bias '\(graph[id].name)' fills int32 in \(full.count == 1 ? "channel \(channel)" : "\(full.count) channels"), where it stands for \(shortDecimal(reals[channel]))",
          node
        ))
    }
    guard let first = places.first else { return nil }
    return graph.described(
      Diagnostic(
        .biasOverflow, first.text + ": sums beside it wrap around or are cut off",
        notes: bounded(
          ["the scale of the products is too fine for it"] + places.dropFirst().map { $0.text },
          to: 5),
        help:
          "quantize the float model again: Octet widens the scale of such weights (OCT0507); or keep the layer in float32"
      ), first.node)
  }

  /// The most that products of one channel's weights with codes sum up to.
  private func largestSum(
    _ node: Node, _ weights: (position: Int, axis: Int), _ channel: Int
  ) -> Int {
    guard let id = node.inputs[weights.position], graph[id].type.element == .int8,
      let extents = graph[id].type.shape.extents,
      let codes = graph[id].constant?.array(of: Int8.self), weights.axis < extents.count
    else { return 0 }
    let inner = max(1, extents[(weights.axis + 1)...].reduce(1, &*))
    return codes.enumerated().reduce(0) { sum, code in
      code.offset / inner % extents[weights.axis] == channel
        ? sum + 255 * Int(code.element.magnitude) : sum
    }
  }

  /// Weights that are left few codes (`OCT0952`): by a scale for all channels, or by one number that is many times the
  /// others of its channel.
  private var coarseWeights: Diagnostic? {
    var found: [(text: String, isShared: Bool, cost: Int, node: Node)] = []
    for node in graph.nodes {
      guard let weights = node.int8Weights, let id = node.inputs[weights.position],
        let reals = graph.reals(ofConstant: id), let extents = graph[id].type.shape.extents,
        weights.axis < extents.count,
        [nil, weights.axis].contains(graph[id].type.quantization?.axis)
      else { continue }
      let channels = WeightChannel.all(
        reals, count: extents[weights.axis],
        inner: max(1, extents[(weights.axis + 1)...].reduce(1, &*)))
      let scales = graph[id].type.isQuantized ? graph[id].type.quantization?.scales : nil
      let coarse = channels.enumerated().compactMap { channel, own in
        own.coarseness(scales.map { $0.count > 1 ? $0[channel] : $0[0] }).map { (channel, $0) }
      }
      guard let (channel, worst) = coarse.max(by: { $0.1.cost < $1.1.cost }) else { continue }
      let isOne = coarse.count == 1
      found.append(
        (
          "\(isOne ? "channel \(channel)" : "\(coarse.count) channels") of '\(graph[id].name)' \(isOne ? "has" : "have") few codes: costs \(isOne ? "it" : "channel \(channel)") \(worst.cost) dB, \(worst.reason)",
          worst.isShared, worst.cost, node
        ))
    }
    guard let worst = found.max(by: { $0.cost < $1.cost }) else { return nil }
    let layer = graph[worst.node.outputs[0]].name
    return graph.described(
      Diagnostic(
        .coarseWeights, worst.text,
        notes: bounded(found.filter { $0.text != worst.text }.map { $0.text }, to: 4),
        helps: worst.isShared
          ? [
            .init("convert again with a scale for each channel: --weight-scales per-channel"),
            .init(
              "or, from the float model, let channels be scaled alike",
              arguments: ["--optimize", "fast"]),
          ]
          : [.init("keep the layer in int16", arguments: ["--precision", "\(layer)=int16"])]),
      worst.node)
  }

  /// Results of layers that an activation or constants could have been part of, and that are rounded once more
  /// (`OCT0954`).
  ///
  /// Steps of s before and t after make noise of (s^2 g^2 + t^2) / 12 instead of t^2 / 12, for a factor g: 10 log10(1 + (s g /
  /// t)^2). Of a float graph both are taken for alike, which is 3 dB.
  private var roundedTwice: Diagnostic? {
    var found: [(name: String, text: String, cost: Int, node: Node)] = []
    for node in graph.nodes {
      guard let output = node.outputs.first, let (input, factor, reason) = unfused(node) else {
        continue
      }
      var ratio: Float = 1
      if isQuantized {
        guard let before = scale(of: input), let after = scale(of: output),
          graph[input].type.quantization != graph[output].type.quantization
        else { continue }
        ratio = before * factor / after
      }
      let cost = decibels(ofScale: (1 + ratio * ratio).squareRoot(), insteadOf: 1)
      guard cost >= 3 else { continue }
      found.append(
        (
          graph[output].name,
          "'\(graph[output].name)' (\(node.operatorName)) stands alone behind '\(graph[input].name)': \(reason); costs '\(graph[output].name)' \(isQuantized ? "" : "about ")\(cost) dB",
          cost, node
        ))
    }
    guard let worst = found.max(by: { $0.cost < $1.cost }) else { return nil }
    return graph.described(
      Diagnostic(
        .roundedTwice,
        "\(counted(found.count, "operator")) could be part of the layer before, which is rounded twice so: costs '\(worst.name)' \(isQuantized ? "" : "about ")\(worst.cost) dB",
        notes: bounded(found.map { $0.text }, to: 5),
        help: isQuantized
          ? "quantize the float model again, in which passes take such operators up"
          : "let nothing else read what the layer gives, or let the others read it behind the activation"
      ), worst.node)
  }

  /// The layer's result before `node`, the factor that it is taken times, and why `node` is no part of the layer; nil
  /// where it never could be.
  private func unfused(_ node: Node) -> (input: ValueID, factor: Float, reason: String)? {
    let isClamp = node.op is ReLU || node.op is ReLU6
    guard isClamp || node.op is Mul || node.op is Add || node.op is Sub else { return nil }
    let activations = node.inputs.compactMap { $0 }.filter { graph[$0].constant == nil }
    guard activations.count == 1, let input = activations.first, let layer = producer(of: input),
      layer.int8Weights != nil, let op = OpCatalog.builtin(layer.op)
    else { return nil }
    var factor: Float = 1
    if node.op is Mul, let id = node.inputs.compactMap({ $0 }).first(where: { $0 != input }),
      let reals = graph.reals(ofConstant: id), !reals.isEmpty
    {
      factor = (reals.reduce(0) { $0 + $1 * $1 } / Float(reals.count)).squareRoot()
    }
    let readers = consumers[input.index].filter { graph.nodes[$0].outputs != node.outputs }
    if let other = readers.first.map({ graph.nodes[$0] }) {
      return (input, factor, "'\(graph[other.outputs[0]].name)' reads that too")
    }
    if graph.outputs.contains(input) { return (input, factor, "that is an output of the model") }
    switch op.traits.clamp {
    case .none(let because): if isClamp { return (input, factor, because) }
    case .fused(let activation, _):
      if activation != .none { return (input, factor, "the layer clamps its result already") }
    }
    return isQuantized ? (input, factor, "the file was quantized so") : nil
  }

  // MARK: Operators

  /// Transposes that no pass could take away (`OCT0955`).
  private var transposes: Diagnostic? {
    let left = graph.nodes.filter { node in
      node.op is Transpose && node.inputs[0].map { graph[$0].constant == nil } == true
    }
    guard let first = left.first else { return nil }
    let moved = saturatingSum(
      left.map { graph[$0.outputs[0]].type.shape.elementCount ?? 0 })
    return graph.described(
      Diagnostic(
        .transposesLeft,
        "\(counted(left.count, "transpose")) \(left.count == 1 ? "is" : "are") left and \(left.count == 1 ? "moves" : "move") \(counted(moved, "number")) a run; costs time, 0 dB",
        notes: bounded(
          left.map { node in
            let output = node.outputs[0]
            return "'\(graph[output].name)': \(reason(forOrderOf: output))"
          }, to: 5),
        help: "export the model channels-last, or take the outputs as they are before"), first)
  }

  private func reason(forOrderOf id: ValueID) -> String {
    if graph.outputs.contains(id) { return "an output of the model has this order" }
    guard let reader = consumers[id.index].first.map({ graph.nodes[$0] }),
      let op = OpCatalog.builtin(reader.op)
    else { return "nothing reads it" }
    let name = "'\(graph[reader.outputs[0]].name)' (\(reader.operatorName))"
    if case .fixed(let because) = op.traits.layout { return "\(name) needs this order: \(because)" }
    return "\(name) reads another tensor in this order"
  }

  /// Tensors that are codes for some operators and real numbers for others (`OCT0956`).
  private var alternation: Diagnostic? {
    let inner = graph.nodes.filter { node in
      guard let input = node.inputs.first, let input, let output = node.outputs.first,
        graph[input].constant == nil
      else { return false }
      if node.op is Dequantize { return !consumers[output.index].isEmpty }
      return node.op is Quantize && graph[input].type.element == .float32
        && !graph.inputs.contains(input)
    }
    // A model whose last layers compute in real numbers is as it should be.
    let alternates = inner.contains { node in
      node.op is Quantize
        || node.inputs[0].map { input in
          consumers[input.index].contains { !(graph.nodes[$0].op is Dequantize) }
        } == true
    }
    guard alternates, let first = inner.first else { return nil }
    let converted = saturatingSum(
      inner.map { graph[$0.outputs[0]].type.shape.elementCount ?? 0 })
    return graph.described(
      Diagnostic(
        .typesAlternate,
        "codes and real numbers alternate: \(counted(inner.count, "conversion")) of \(counted(converted, "number")) a run inside the model; costs time",
        notes: bounded(
          inner.map { node in
            let output = node.outputs[0]
            let readers = consumers[output.index].map {
              "'\(graph.nodes[$0].outputs.first.map { graph[$0].name } ?? "")' (\(graph.nodes[$0].operatorName))"
            }
            let type = graph[output].type.element.name
            return "'\(graph[output].name)' is made \(type)"
              + (readers.isEmpty ? "" : " for " + bounded(readers, to: 3).joined(separator: ", "))
          }, to: 5),
        help: "give the layers between one type, with --precision, or another form that int8 has"),
      first)
  }

  /// Softmaxes of so many classes that an even share is less than a step of their fixed scale (`OCT0957`).
  ///
  /// A share of 1/n beside the noise of steps of 1/256: 20 log10(256 sqrt(12) / n).
  private var manyClasses: Diagnostic? {
    var found: [(text: String, classes: Int, node: Node)] = []
    for node in graph.nodes where node.op is Softmax {
      let output = node.outputs[0]
      guard let classes = graph[output].type.shape.extents?.last, classes > 256,
        isQuantized
          ? graph[output].type.element == .int8 || graph[output].type.element == .uint8
          : graph[output].type.element == .float32
      else { continue }
      let own = Float(4) / Float(classes) / 256
      found.append(
        (
          "'\(graph[output].name)' has \(classes) classes, and scores below 1/512 become 0: costs it \(decibels(ofScale: 1 / 256, insteadOf: own)) dB where no class stands out",
          classes, node
        ))
    }
    guard let worst = found.max(by: { $0.classes < $1.classes }) else { return nil }
    return graph.described(
      Diagnostic(
        .manyClasses, worst.text,
        notes: ["TFLite's int8 softmax has the scale 1/256"]
          + bounded(found.filter { $0.text != worst.text }.map { $0.text }, to: 3),
        helps: [
          .init(
            "keep it in float32, or leave it out where only the order of the classes counts",
            arguments: ["--precision", "\(graph[worst.node.outputs[0]].name)=float32"])
        ]), worst.node)
  }
}

/// The numbers of one channel of a layer's weights.
private struct WeightChannel {
  var largest: Float = 0
  var power = 0.0
  /// Of numbers but zero, which every scale has.
  var count = 0

  /// - Parameter inner: how many numbers of a channel stand side by side.
  static func all(_ reals: [Float], count: Int, inner: Int) -> [WeightChannel] {
    var result = [WeightChannel](repeating: WeightChannel(), count: count)
    for (index, value) in reals.enumerated() where value != 0 && value.isFinite {
      let channel = index / inner % count
      result[channel].largest = max(result[channel].largest, abs(value))
      result[channel].power += Double(value) * Double(value)
      result[channel].count += 1
    }
    return result
  }

  /// What a scale costs the channel, where it leaves its root mean square less than 4 steps: 23 dB of the steps' noise.
  ///
  /// The own scale is that of its largest number, or of four times its root mean square where that is less.
  ///
  /// - Parameter given: the scale that the codes have; nil for that of the largest number.
  func coarseness(_ given: Float?) -> (cost: Int, isShared: Bool, reason: String)? {
    guard count > 0 else { return nil }
    let mean = Float((power / Double(count)).squareRoot())
    let scale = given ?? largest / 127
    guard mean < 4 * scale else { return nil }
    let own = min(largest, 4 * mean) / 127
    let isShared = scale > 2 * largest / 127
    return (
      decibels(ofScale: scale, insteadOf: own), isShared,
      isShared
        ? "since its scale is \(shortDecimal((scale * 127 / largest * 10).rounded() / 10)) times what its own numbers need"
        : "since one number of it is \(Int((largest / mean).rounded())) times the others"
    )
  }
}

extension Node {
  /// The input that holds the layer's weights, and the axis of their scales.
  var int8Weights: (position: Int, axis: Int)? {
    guard let weights = int8Rule?.weights, weights.position < inputs.count,
      inputs[weights.position] != nil
    else { return nil }
    return weights
  }
}
