import Foundation
import Octet
import OctetIR
import OctetOps
import OctetQuantize
import OctetTestSupport

/// A net with its samples, from which faulty int8 forms are made.
struct FaultyNet {
  let name: String
  let model: Model
  let calibration: String
  let evaluation: String
  let preprocessing: Preprocessing
  /// The model's own ranges, and its sound int8 form.
  let ranges: CalibrationTable
  let int8: Model
  let log = DiagnosticLog()

  /// The trained LeNet of the first sample, on digits.
  static func lenet() throws -> FaultyNet {
    let folder = Sample.folder
    return try FaultyNet(
      "lenet", folder + "/lenet.prototxt", weights: folder + "/lenet.caffemodel",
      data: (folder + "/digits", folder + "/digits"), "scale=1/256")
  }

  /// The trained YOLO of the second sample: thirteen convolutions, a concatenation, colour pictures.
  static func yolo() throws -> FaultyNet {
    let folder = Sample.root.appending(path: "samples/02-yolo").path()
    return try FaultyNet(
      "yolo", folder + "/digits.cfg", weights: folder + "/digits.weights",
      data: (folder + "/calibration", folder + "/calibration"), nil)
  }

  private init(
    _ name: String, _ path: String, weights: String, data: (String, String), _ preprocess: String?
  ) throws {
    self.name = name
    model = try Model.open(path, ModelOptions(weights: weights, threads: 2), log: log)
      .optimized(forInt8: true, log: log)
    (calibration, evaluation) = data
    preprocessing = try Preprocessing(preprocess ?? model.preprocessing ?? "")
    ranges = try Self.table(of: model, calibration, preprocessing, log)
    int8 = try model.quantized(ranges, log: log)
  }

  /// Of so many samples ranges are made, and models compared on them.
  static let samples = 12

  /// The ranges of the samples.
  func table(
    of float: Model, _ preprocessing: Preprocessing? = nil
  ) throws -> CalibrationTable {
    try Self.table(of: float, calibration, preprocessing ?? self.preprocessing, log)
  }

  private static func table(
    of float: Model, _ calibration: String, _ preprocessing: Preprocessing, _ log: DiagnosticLog
  ) throws -> CalibrationTable {
    var options = Int8Options(data: calibration)
    options.samples = samples
    options.algorithm = .minMax
    let dataset = try float.dataset(calibration, part: .calibration, log: log)
    return try DatasetCalibration(float, dataset, preprocessing, log: log)
      .table(options) { _ in }
  }

  func quantized(_ float: Model, layers: LayerTypes = LayerTypes()) throws -> Model {
    try float.quantized(try table(of: float), layers: layers, log: log)
  }

  func compared(_ a: Model, _ b: Model, samples: Int = FaultyNet.samples) throws -> ModelComparison
  {
    let dataset = try a.dataset(evaluation, part: .evaluation, log: log)
    return try ModelComparison(a, b, dataset, preprocessing, samples: samples, log: log)
  }
}

/// An int8 model that is wrong in one known way, and what it is to be compared with.
struct SeededFault {
  let name: String
  let net: FaultyNet
  /// The layer at fault; nil for a fault of data.
  let layer: String?
  /// What says the cause.
  let kinds: Set<Cause.Kind>
  let a: Model
  let b: Model
}

/// Breaks models in ways that a seed chooses.
struct FaultInjector {
  private var random: SplitMix64

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  /// All, of both nets.
  mutating func faults(_ lenet: FaultyNet, _ yolo: FaultyNet) throws -> [SeededFault] {
    [
      try wideScale(yolo),
      try calibrated(
        yolo, "swapped channels in calibration", with: "channels=bgr", for: "channels=rgb"),
      try clippedRange(yolo),
      try saturatedBias(lenet), try unlikeConcatenation(yolo), try zeroPoint(yolo),
      try permutedWeights(lenet), try missingActivation(yolo), try padding(yolo),
      try unrealWeight(lenet),
      try calibrated(
        yolo, "1/127 for 1/255 in calibration", with: "scale=1/127", for: "scale=1/255"),
      try outlierChannel(yolo),
    ] + (try changedFiles(lenet, yolo))
  }

  // MARK: Files

  /// Quantized models of which a layer is changed in the file alone, so that nothing around it fits any more.
  private mutating func changedFiles(
    _ lenet: FaultyNet, _ yolo: FaultyNet
  ) throws -> [SeededFault] {
    let quantized = lenet.int8
    let all = layers(quantized)
    let convolutions = all.filter { !$0.isDense }
    let inner = all.dropLast()
    /// A fault of a layer.
    func fault(
      _ name: String, _ layer: Layer, _ kinds: Set<Cause.Kind>, _ change: (inout Graph) -> Void
    ) -> SeededFault {
      var b = quantized
      change(&b.graph)
      return SeededFault(
        name: name, net: lenet, layer: layer.output, kinds: kinds, a: lenet.model, b: b)
    }
    var faults: [SeededFault] = []
    var layer = try pick(inner)
    faults.append(
      fault("weight scale x4", layer, [.otherWeights]) { graph in
        graph.rescale(layer.filter) { _ in 4 }
      })
    layer = try pick(convolutions)
    faults.append(
      fault("weight scale of a channel x4", layer, [.otherWeights]) { graph in
        graph.rescale(layer.filter) { $0 == 1 ? 4 : 1 }
      })
    faults.append(
      fault("factors of channels", layer, [.otherWeights]) { graph in
        graph.rescale(layer.filter) { [0.5, 1, 1.4, 2][$0 % 4] }
      })
    layer = try pick(inner)
    faults.append(
      fault("weights of other sign", layer, [.otherWeights]) { graph in
        graph.change(layer.filter) { codes in codes = codes.map { Int8(clamping: -Int($0)) } }
      })
    layer = convolutions[0]
    faults.append(
      fault("a code that is another", layer, [.otherWeights]) { graph in
        graph.change(layer.filter) { codes in codes[7] = codes[7] > 0 ? -127 : 127 }
      })
    layer = try pick(convolutions)
    faults.append(
      fault("weights of 4 bits", layer, [.otherWeights]) { graph in
        graph.change(layer.filter) { codes in codes = codes.map { $0 / 16 * 16 } }
      })
    layer = convolutions[1]
    if let bias = layer.bias {
      faults.append(
        fault("bias of another scale", layer, [.otherBias]) { graph in
          guard let codes = graph[bias].constant?.array(of: Int32.self) else { return }
          graph[bias].constant = Storage(codes.map { $0 &* 8 })
        })
    }
    layer = inner[inner.endIndex - 1]
    faults.append(
      fault("scale of a tensor alone", layer, [.wideRange]) { graph in
        graph.rescale(layer.result) { _ in 4 }
      })
    let index = try pick(
      quantized.graph.nodes.indices.filter { quantized.graph.nodes[$0].op is MaxPool2D })
    let pool = quantized.graph.nodes[index]
    let average = try OpCatalog.makeOp("average_pool_2d", pool.op.attributes, [])
    var b = quantized
    b.graph.nodes[index] = Node(
      average, inputs: pool.inputs, outputs: pool.outputs, provenance: pool.provenance)
    faults.append(
      SeededFault(
        name: "average for maximum", net: lenet, layer: quantized.graph[pool.outputs[0]].name,
        kinds: [.missingOperator], a: lenet.model, b: b))
    b = yolo.int8
    guard let join = b.graph.nodes.firstIndex(where: { $0.op is Concatenation }) else {
      throw Missing()
    }
    b.graph.nodes[join].inputs.reverse()
    faults.append(
      SeededFault(
        name: "operands exchanged", net: yolo, layer: b.graph[b.graph.nodes[join].outputs[0]].name,
        kinds: [.otherInput], a: yolo.model, b: b))
    return faults
  }

  /// A net that computes the same with factors on the channels of an operand of its concatenation.
  func scaledChannels(_ net: FaultyNet) throws -> Model {
    var float = net.model
    let graph = float.graph
    guard let join = graph.nodes.first(where: { $0.op is Concatenation }),
      let operand = join.inputs[1], let count = graph[operand].type.shape.extents?.last,
      let first = join.inputs[0].flatMap({ graph[$0].type.shape.extents?.last }),
      let activation = graph.nodes.first(where: { $0.outputs.contains(operand) }),
      let maker = graph.nodes.first(where: { $0.outputs[0] == activation.inputs[0] }),
      let filter = maker.inputs[1], let bias = maker.inputs[2]
    else { throw Missing() }
    func factor(_ channel: Int) -> Float { [1, 0.5, 0.75, 0.6][channel % 4] }
    let size = (graph[filter].type.shape.extents ?? []).dropFirst().reduce(1, *)
    float.multiply(filter) { factor($0 / size) }
    float.multiply(bias) { factor($0) }
    for node in graph.nodes where node.op is Conv2D {
      guard let source = node.inputs[0], let weights = node.inputs[1],
        let columns = graph[weights].type.shape.extents?.last
      else { continue }
      if source == join.outputs[0] {
        float.multiply(weights) {
          $0 % columns < first ? 1 : 1 / factor($0 % columns - first)
        }
      } else if reads(source, operand, graph) {
        float.multiply(weights) { 1 / factor($0 % columns) }
      }
    }
    precondition(count % 4 == 0, "the channels are not in fours")
    return float
  }

  /// Whether a value is another, or what pools make of it.
  private func reads(_ value: ValueID, _ other: ValueID, _ graph: Graph) -> Bool {
    guard value != other else { return true }
    guard let node = graph.nodes.first(where: { $0.outputs.contains(value) }),
      node.op is MaxPool2D
    else { return false }
    return node.inputs[0].map { reads($0, other, graph) } ?? false
  }

  // MARK: Ranges

  /// A table with one tensor's range times `factor`.
  private mutating func rescaled(
    _ net: FaultyNet, _ factor: Float
  ) throws -> (layer: String, model: Model) {
    var table = net.ranges
    let name = try pick(layers(net.model).dropLast(2)).output
    for index in table.entries.indices where table.entries[index].name == name {
      let range = table.entries[index].range
      table.entries[index].range = .init(low: range.low * factor, high: range.high * factor)
    }
    return (name, try net.model.quantized(table, log: net.log))
  }

  private mutating func wideScale(_ net: FaultyNet) throws -> SeededFault {
    let (layer, model) = try rescaled(net, 4)
    return SeededFault(
      name: "scale x4", net: net, layer: layer, kinds: [.wideRange], a: net.model, b: model)
  }

  private mutating func clippedRange(_ net: FaultyNet) throws -> SeededFault {
    let (layer, model) = try rescaled(net, 0.3)
    return SeededFault(
      name: "clipped range", net: net, layer: layer, kinds: [.clipped], a: net.model, b: model)
  }

  private mutating func zeroPoint(_ net: FaultyNet) throws -> SeededFault {
    var b = net.int8
    let layer = try pick(layers(b).dropLast(2).filter { $0.activated != nil })
    let shift = Int32(64 + random.next() % 40)
    var moved: Set<ValueID> = [layer.activated ?? layer.result]
    for node in b.graph.nodes {
      guard case .int8(let rule) = node.op.quantization, rule.output == .likeInput,
        let input = node.inputs[0], moved.contains(input)
      else { continue }
      moved.insert(node.outputs[0])
    }
    for id in moved {
      guard let quantization = b.graph[id].type.quantization else { continue }
      let zero = quantization.zeroPoint
      b.graph[id].type.quantization = Quantization(
        scale: quantization.scale, zeroPoint: zero > 0 ? zero - shift : zero + shift)
    }
    return SeededFault(
      name: "wrong zero point", net: net, layer: layer.output, kinds: [.zeroPoint, .clipped],
      a: net.model, b: b)
  }

  private mutating func unlikeConcatenation(_ net: FaultyNet) throws -> SeededFault {
    var float = net.model
    let graph = float.graph
    guard let join = graph.nodes.firstIndex(where: { $0.op is Concatenation }),
      let small = graph.nodes[join].inputs[0],
      let reader = graph.nodes.first(where: { $0.inputs.first == graph.nodes[join].outputs[0] }),
      let filter = reader.inputs[1]
    else { throw Missing() }
    var maker = small
    while let node = graph.nodes.first(where: { $0.outputs.contains(maker) }) {
      guard node.op is Conv2D else {
        maker = node.inputs[0] ?? maker
        continue
      }
      let factor = 40 + Float(random.next() % 20)
      for case let id? in node.inputs[1...] { float.multiply(id, by: 1 / factor) { _ in true } }
      let channels = graph[filter].type.shape.extents?.last ?? 1
      let count = graph[small].type.shape.extents?.last ?? 0
      float.multiply(filter, by: factor) { $0 % channels < count }
      return SeededFault(
        name: "concat of unlike ranges", net: net, layer: graph[node.outputs[0]].name,
        kinds: [.concatenation], a: float, b: try net.quantized(float))
    }
    throw Missing()
  }

  // MARK: Weights

  private mutating func saturatedBias(_ net: FaultyNet) throws -> SeededFault {
    var b = net.int8
    let layer = try pick(layers(b))
    guard let bias = layer.bias, let storage = b.graph[bias].constant else { throw Missing() }
    var codes = storage.array(of: Int32.self)
    let channel = Int(random.next() % UInt64(codes.count))
    codes[channel] = codes[channel] < 0 ? .min : .max
    b.graph[bias].constant = Storage(codes)
    return SeededFault(
      name: "bias overflow", net: net, layer: layer.output, kinds: [.saturatedBias], a: net.model,
      b: b)
  }

  private mutating func permutedWeights(_ net: FaultyNet) throws -> SeededFault {
    var b = net.int8
    let layer = try pick(layers(b).filter { $0.isDense })
    guard let storage = b.graph[layer.filter].constant,
      let extents = b.graph[layer.filter].type.shape.extents
    else { throw Missing() }
    let codes = storage.array(of: Int8.self)
    let columns = Array(0..<extents[1]).shuffled(using: &random)
    b.graph[layer.filter].constant = Storage(
      codes.indices.map { codes[$0 / extents[1] * extents[1] + columns[$0 % extents[1]]] })
    return SeededFault(
      name: "permuted dense weights", net: net, layer: layer.output, kinds: [.permutedWeights],
      a: net.model, b: b)
  }

  private mutating func unrealWeight(_ net: FaultyNet) throws -> SeededFault {
    let layer = try pick(layers(net.model).dropLast())
    var types = LayerTypes()
    types.setPrecision(.float32, of: layer.output)
    var b = try net.quantized(net.model, layers: types)
    guard let same = layers(b).first(where: { b.graph[$0.filter].type.element == .float32 }),
      let storage = b.graph[same.filter].constant
    else { throw Missing() }
    var weights = storage.array(of: Float.self)
    weights[Int(random.next() % UInt64(weights.count))] = .nan
    b.graph[same.filter].constant = Storage(weights)
    return SeededFault(
      name: "NaN weight", net: net, layer: layer.output, kinds: [.unreal], a: net.model, b: b)
  }

  private mutating func outlierChannel(_ net: FaultyNet) throws -> SeededFault {
    var float = net.model
    let graph = float.graph
    let all = layers(net.model)
    let (layer, next) = try pick(zip(all, all.dropFirst()).filter { feeds($0, $1, graph) })
    guard let bias = layer.bias, let outputs = graph[layer.filter].type.shape.extents?.first else {
      throw Missing()
    }
    let channel = Int(random.next() % UInt64(outputs))
    let inner = (graph[layer.filter].type.shape.extents ?? []).dropFirst().reduce(1, *)
    float.multiply(layer.filter, by: 64) { $0 / inner == channel }
    float.multiply(bias, by: 64) { $0 == channel }
    float.multiply(next.filter, by: 1 / 64) { $0 % outputs == channel }
    return SeededFault(
      name: "outlier channel", net: net, layer: layer.output, kinds: [.outlierChannel], a: float,
      b: try net.quantized(float))
  }

  // MARK: Operators

  private mutating func missingActivation(_ net: FaultyNet) throws -> SeededFault {
    var float = net.model
    let layer = try pick(layers(net.model).filter { $0.activated != nil })
    float.graph.nodes.removeAll { $0.outputs[0] == layer.activated }
    for index in float.graph.nodes.indices where float.graph.nodes[index].outputs[0] == layer.result
    {
      float.graph.nodes[index].outputs = [layer.activated ?? layer.result]
    }
    return SeededFault(
      name: "missing activation", net: net, layer: layer.output, kinds: [.missingOperator],
      a: net.model, b: try net.quantized(float))
  }

  private mutating func padding(_ net: FaultyNet) throws -> SeededFault {
    var float = net.model
    let layer = try pick(
      layers(net.model).filter { layer in
        guard let extents = net.model.graph[layer.filter].type.shape.extents else { return false }
        return extents.count == 4 && extents[1] == 3
      })
    guard let index = float.graph.nodes.firstIndex(where: { $0.outputs[0] == layer.result }),
      let input = float.graph.nodes[index].inputs[0],
      var extents = float.graph[input].type.shape.extents
    else { throw Missing() }
    extents[1] += 2
    extents[2] += 2
    let pads = float.graph.addConstant(
      "pads", Tensor([4, 2], int32: [0, 0, 2, 0, 2, 0, 0, 0]))
    let padded = float.graph.add(
      Value(name: "padded", type: TensorType(.float32, extents)))
    let pad = try OpCatalog.makeOp("pad", [], [])
    let valid = try OpCatalog.makeOp(
      "conv_2d",
      float.graph.nodes[index].op.attributes.map {
        $0.name == "padding" ? Attribute("padding", .symbol("valid")) : $0
      }, [])
    let conv = float.graph.nodes[index]
    float.graph.nodes[index] = Node(
      valid, inputs: [padded] + conv.inputs.dropFirst(), outputs: conv.outputs,
      provenance: conv.provenance)
    float.graph.nodes.insert(
      Node(pad, inputs: [input, pads], outputs: [padded], provenance: conv.provenance), at: index)
    return SeededFault(
      name: "wrong padding", net: net, layer: layer.output,
      kinds: [.padding, .otherSettings], a: net.model, b: try net.quantized(float))
  }

  // MARK: Data

  /// A net that was calibrated with pictures preprocessed in another way.
  private func calibrated(
    _ net: FaultyNet, _ name: String, with other: String, for own: String
  ) throws -> SeededFault {
    let preprocessing = try Preprocessing(
      net.preprocessing.text.replacingOccurrences(of: own, with: other))
    let table = try net.table(of: net.model, preprocessing)
    return SeededFault(
      name: name, net: net, layer: nil, kinds: [.calibrationData], a: net.model,
      b: try net.model.quantized(table, log: net.log))
  }

  // MARK: Layers

  private struct Missing: Error {}

  private struct Layer {
    let filter: ValueID
    let bias: ValueID?
    let result: ValueID
    /// The result of the activation that alone reads it.
    let activated: ValueID?
    /// What the layer's last tensor is called.
    let output: String
    let isDense: Bool
  }

  private func layers(_ model: Model) -> [Layer] {
    let graph = model.graph
    let consumers = graph.consumers()
    return graph.nodes.compactMap { node in
      guard node.op is Conv2D || node.op is FullyConnected, let filter = node.inputs[1] else {
        return nil
      }
      let readers = consumers[node.outputs[0].index].map { graph.nodes[$0] }
      let activation = readers.count == 1 && readers[0].op is LeakyReLU ? readers[0] : nil
      let last = activation?.outputs[0] ?? node.outputs[0]
      return Layer(
        filter: filter, bias: node.inputs.count > 2 ? node.inputs[2] : nil, result: node.outputs[0],
        activated: activation?.outputs[0], output: graph[last].name,
        isDense: node.op is FullyConnected)
    }
  }

  /// Whether nothing but `next` reads the layer, through operators that keep channels apart.
  private func feeds(_ layer: Layer, _ next: Layer, _ graph: Graph) -> Bool {
    let consumers = graph.consumers()
    var value = layer.result
    while consumers[value.index].count == 1 {
      let node = graph.nodes[consumers[value.index][0]]
      if node.op is Conv2D { return node.inputs[1] == next.filter }
      value = node.outputs[0]
    }
    return false
  }

  private mutating func pick<Items: Collection>(_ items: Items) throws -> Items.Element {
    guard let item = items.randomElement(using: &random) else { throw Missing() }
    return item
  }
}

extension Model {
  /// Multiplies the elements of a float constant whose places `isWanted`.
  fileprivate mutating func multiply(_ id: ValueID, by factor: Float, _ isWanted: (Int) -> Bool) {
    multiply(id) { isWanted($0) ? factor : 1 }
  }

  /// Multiplies each element of a float constant.
  fileprivate mutating func multiply(_ id: ValueID, _ factor: (Int) -> Float) {
    guard let storage = graph[id].constant else { return }
    var numbers = storage.array(of: Float.self)
    for index in numbers.indices { numbers[index] *= factor(index) }
    graph[id].constant = Storage(numbers)
  }
}

extension Graph {
  /// Multiplies the scales of a tensor of codes, which stay as they are.
  fileprivate mutating func rescale(_ id: ValueID, _ factor: (Int) -> Float) {
    guard let scales = self[id].type.quantization?.scales else { return }
    self[id].type.quantization?.scales = scales.enumerated().map { $1 * factor($0) }
  }

  fileprivate mutating func change(_ id: ValueID, _ change: (inout [Int8]) -> Void) {
    guard var codes = self[id].constant?.array(of: Int8.self) else { return }
    change(&codes)
    self[id].constant = Storage(codes)
  }
}
