import OctetDiagnostics
import OctetFiles

/// A Caffe net made ready to run it: inputs, and layers with their weights. Layers that only
/// training needs are taken off.
struct CaffeNet {
  struct Input {
    let name: String
    /// Batch, channels, height, width; nil when the net does not give them.
    let extents: [Int]?
    let line: Int?
    /// The data layer that makes it, of `dataLayers`, and which of its blobs it is.
    fileprivate var source: (layer: Int, index: Int)?
    /// The height and width that its data layer crops pictures to.
    var crop: Int?

    var isData: Bool { source != nil }
  }

  private(set) var inputs: [Input] = []
  var layers: [ForeignNode] = []
  /// Names of the blobs that are the net's results.
  private(set) var outputs: [String] = []
  /// The scale and mean of the net's data layer, as `--preprocess` takes them.
  private(set) var preprocessing: String?
  /// Layers of the file that were left out, by name.
  private(set) var removed: Set<String> = []
  /// Blobs of layers that could not be read; what is wrong with those is reported.
  private(set) var lost: Set<String> = []
  let log: DiagnosticLog
  private let file: String
  private var dataLayers: [CaffeDataLayer] = []
  /// The layers that losses became: place in `layers`, weight, and the name its second top gives.
  private var losses: [(index: Int, weight: Float, name: String?)] = []
  /// Blobs that layers read which only training needs.
  private var trainingReads: Set<String> = []
  private var silenced: Set<String> = []

  /// Reads a prototxt and its weights; logs every problem it finds.
  static func read(
    _ file: MappedFile, weights: MappedFile?, outputs: [String], needsWeights: Bool,
    log: DiagnosticLog
  ) throws(DiagnosticFailure) -> CaffeNet {
    let root = try PrototxtParser.parse(file.bytes, file: file.path, log: log)
    CaffeFields.check(net: root, file: file.path, log)
    var net = CaffeNet(file: file.path, log: log)
    net.attempt { net throws(Diagnostic) in try net.addInputs(root) }
    net.attempt { net throws(Diagnostic) in try net.addLayers(root) }
    net.nameLosses()
    net.chooseInputs()
    net.checkLayerNames()
    net.checkMakers()
    net.cut(to: outputs)
    net.checkBlobs()
    if let weights {
      let model = try log.attempt { () throws(Diagnostic) in try CaffeModelFile(weights) }
      net.attach(model)
    } else if needsWeights {
      net.reportMissingFile()
    }
    return net
  }

  private init(file: String, log: DiagnosticLog) {
    self.file = file
    self.log = log
  }

  private mutating func attempt(_ body: (inout CaffeNet) throws(Diagnostic) -> Void) {
    do throws(Diagnostic) {
      try body(&self)
    } catch {
      log.add(error.located(Location(file: file, format: "caffe")))
    }
  }

  /// `input` with `input_shape` or `input_dim`.
  private mutating func addInputs(_ root: ForeignAttributes) throws(Diagnostic) {
    let names = try root.texts("input")
    lost.formUnion(names)
    let shapes = try root.messages("input_shape")
    let dims = try root.ints("input_dim")
    func refuse(_ field: String, _ message: String, _ help: String) -> Diagnostic {
      Diagnostic(
        .unsupportedParameter, message, at: Location(line: root.all(field).first?.line), help: help)
    }
    guard shapes.isEmpty || dims.isEmpty else {
      throw refuse("input_dim", "the net has input_shape and input_dim", "keep input_shape")
    }
    guard shapes.isEmpty || shapes.count == names.count else {
      throw refuse(
        "input_shape", "the net has \(names.count) inputs and \(shapes.count) input_shape",
        "give one input_shape an input")
    }
    guard dims.isEmpty || dims.count == 4 * names.count else {
      throw refuse(
        "input_dim", "the net has \(names.count) inputs and \(dims.count) input_dim",
        "give four input_dim an input, or input_shape")
    }
    for (index, entry) in root.all("input").enumerated() {
      var extents: [Int]?
      if index < shapes.count {
        extents = try shapes[index].ints("dim")
      } else if !dims.isEmpty {
        extents = Array(dims[4 * index..<4 * (index + 1)])
      }
      inputs.append(Input(name: names[index], extents: extents, line: entry.line))
      lost.remove(names[index])
    }
  }

  private mutating func addLayers(_ root: ForeignAttributes) throws(Diagnostic) {
    let old = root.all("layers")
    let new = root.all("layer")
    if let first = old.first, !new.isEmpty {
      throw Diagnostic(
        .unsupportedParameter, "the net mixes 'layer' and 'layers'", at: Location(line: first.line),
        help: "use one form; Caffe's upgrade_net_proto_text turns 'layers' into 'layer'")
    }
    for entry in old {
      guard case .message(let settings) = entry.value,
        case .message? = settings.all("layer").first?.value
      else { continue }
      throw Diagnostic(
        .unsupportedParameter, "the net has the oldest form of layers (V0)",
        at: Location(line: entry.line), help: "upgrade it with Caffe's upgrade_net_proto_text")
    }
    let state = try CaffeNetState(root)
    var excluded: [String] = []
    for entry in old + new {
      var place = Location(file: file, format: "caffe", line: entry.line)
      do throws(Diagnostic) {
        guard case .message(let settings) = entry.value else {
          throw Diagnostic(
            .unsupportedParameter, "'\(entry.name)' must be a message: \(entry.name) { ... }")
        }
        if case .text(let name)? = settings.all("name").first?.value { place.node = name }
        if try state.includes(settings) {
          try add(try node(settings, place, isOld: !old.isEmpty))
        } else {
          excluded.append(place.node ?? "")
        }
      } catch {
        log.add(error.located(place))
        if case .message(let settings) = entry.value {
          for case .text(let top) in settings.all("top").map({ $0.value }) { lost.insert(top) }
        }
      }
    }
    guard !excluded.isEmpty else { return }
    removed.formUnion(excluded)
    log.add(
      Diagnostic(
        .layerRemoved, "\(excluded.count) of the net's layers take no part when it is run",
        at: Location(file: file, format: "caffe"),
        notes: ["their include or exclude rules say so: " + excluded.joined(separator: ", ")]))
  }

  private func node(
    _ settings: ForeignAttributes, _ place: Location, isOld: Bool
  ) throws(Diagnostic) -> ForeignNode {
    let name = try settings.text("name", default: "")
    guard settings.contains("type") else {
      throw Diagnostic(
        .unsupportedParameter, "layer '\(name)' has no type", help: "say what the layer is: type")
    }
    var type: String
    if case .number(let number)? = settings.all("type").first?.value, isOld {
      type = "\(Int(exactly: number) ?? -1)"
    } else {
      type = try settings.text("type", default: "")
    }
    if isOld { type = CaffeFields.upgraded(type) }
    var location = place
    location.op = type
    return ForeignNode(
      type: type, name: name, inputs: try settings.texts("bottom"),
      outputs: try settings.texts("top"), attributes: settings, location: location)
  }

  private mutating func add(_ node: ForeignNode) throws(Diagnostic) {
    let role = CaffeRole(node.type)
    // Of a type that nobody knows, no field can be known to be wrong.
    if case .computation = role, OpMapping.caffe[node.type] == nil {
      layers.append(node)
      return
    }
    CaffeFields.check(layer: node, log)
    switch role {
    case .input: try addInput(node)
    case .data:
      removed.insert(node.name)
      let data = try CaffeDataLayer(node)
      dataLayers.append(data)
      for (index, name) in node.outputs.enumerated() {
        inputs.append(
          Input(
            name: name, extents: data.extents(index), line: node.location.line,
            source: (dataLayers.count - 1, index), crop: index == 0 ? data.crop : nil))
      }
    case .silence:
      silenced.formUnion(node.inputs)
      remove(node, "it makes nothing")
    case .removed(let reason): remove(node, reason)
    case .loss(let replacement): try addLoss(node, replacement)
    case .computation: layers.append(node)
    }
  }

  private mutating func addInput(_ node: ForeignNode) throws(Diagnostic) {
    let shapes = try node.attributes.message("input_param").messages("shape")
    guard shapes.count < 2 || shapes.count == node.outputs.count else {
      throw Diagnostic(
        .unsupportedParameter,
        "the layer has \(node.outputs.count) tops and \(shapes.count) shapes",
        help: "give one shape for all tops, or one a top")
    }
    for (index, name) in node.outputs.enumerated() {
      let shape = shapes.count > 1 ? shapes[index] : shapes.first
      let extents = try shape.map { shape throws(Diagnostic) in try shape.ints("dim") }
      inputs.append(Input(name: name, extents: extents, line: node.location.line))
    }
  }

  private mutating func remove(_ node: ForeignNode, _ reason: String) {
    removed.insert(node.name)
    trainingReads.formUnion(node.inputs)
    log.add(
      Diagnostic(
        .layerRemoved, "layer '\(node.name)' is taken off: \(reason)", at: node.location))
  }

  /// A loss becomes the function whose result it judges, on its first blob.
  private mutating func addLoss(_ node: ForeignNode, _ replacement: String?) throws(Diagnostic) {
    guard let replacement, let input = node.inputs.first else {
      remove(node, "it is needed for training only")
      return
    }
    trainingReads.formUnion(node.inputs.dropFirst())
    losses.append(
      (
        layers.count, try node.attributes.floats("loss_weight").first ?? 1,
        node.outputs.count > 1 ? node.outputs[1] : nil
      ))
    var result = node
    result.type = replacement
    result.inputs = [input]
    result.outputs = []
    layers.append(result)
  }

  /// The loss that weighs most, the last of them, makes `prob`; others what their layer is called.
  private mutating func nameLosses() {
    var taken = Set(inputs.map { $0.name } + layers.flatMap { $0.outputs })
    taken.formUnion(losses.compactMap { $0.name })
    let unnamed = losses.filter { $0.name == nil }
    let most = unnamed.map { $0.weight }.max()
    let first = unnamed.last { $0.weight == most }?.index
    for loss in losses {
      let layer = layers[loss.index]
      var name = loss.name ?? (loss.index == first ? "prob" : layer.name)
      if loss.name == nil, taken.contains(name) || name.isEmpty { name = layer.name }
      while loss.name == nil, taken.contains(name) || name.isEmpty { name += "/prob" }
      taken.insert(name)
      layers[loss.index].outputs = [name]
      log.add(
        Diagnostic(
          .layerRemoved, "loss '\(layer.name)' becomes \(layer.type), which makes '\(name)'",
          at: layer.location))
      layers[loss.index].location.op = layer.type
    }
  }

  /// Takes off inputs that no computation reads: labels, and what only training needs.
  private mutating func chooseInputs() {
    let read = Set(layers.flatMap { $0.inputs })
    inputs.removeAll { input in
      !read.contains(input.name)
        && (input.source.map { $0.index > 0 } ?? false || trainingReads.contains(input.name))
    }
    for (index, data) in dataLayers.enumerated() {
      let kept = inputs.filter { $0.source?.layer == index }
      let names = kept.map { "'\($0.name)'" }
      let what =
        names.isEmpty
        ? "no computation reads what it makes"
        : names.joined(separator: ", ")
          + (names.count == 1 ? " becomes an input" : " become inputs")
      log.add(
        Diagnostic(
          .layerRemoved, "data layer '\(data.node.name)' is taken off: \(what)",
          at: data.node.location, notes: names.isEmpty ? [] : data.notes))
      if kept.contains(where: { $0.source?.index == 0 }) {
        preprocessing = data.preprocessing ?? preprocessing
      }
    }
  }

  /// Logs `OCT0313` for blobs that are made twice, unless a layer works in place.
  private func checkMakers() {
    var made: [String: Int] = [:]
    func make(_ name: String, _ place: Location) {
      guard let line = made.updateValue(place.line ?? 0, forKey: name) else { return }
      log.add(
        Diagnostic(
          .duplicateName, "the blob '\(name)' is made twice", at: place,
          notes: ["it is made on line \(line) too"], help: "give one of the blobs another name"))
    }
    for input in inputs {
      make(input.name, Location(file: file, format: "caffe", node: input.name, line: input.line))
    }
    for layer in layers {
      for (index, name) in layer.outputs.enumerated() {
        let isInPlace = index < layer.inputs.count && layer.inputs[index] == name
        if !isInPlace { make(name, layer.location) }
      }
    }
  }

  /// Finds the net's results and leaves out the layers that none of them depends on; all stay when
  /// `names` has a blob that no layer makes.
  private mutating func cut(to names: [String]) {
    outputs = names.isEmpty ? unreadBlobs : names
    let made = Set(inputs.map { $0.name } + layers.flatMap { $0.outputs })
    guard made.isSuperset(of: outputs) else { return }
    var needed = Set(outputs)
    var kept: [ForeignNode] = []
    for layer in layers.reversed() {
      // A layer without a top is kept, for the error that it is.
      if needed.isDisjoint(with: layer.outputs), !layer.outputs.isEmpty || !names.isEmpty {
        removed.insert(layer.name)
      } else {
        needed.subtract(layer.outputs)
        needed.formUnion(layer.inputs)
        kept.append(layer)
      }
    }
    layers = kept.reversed()
    inputs.removeAll { !needed.contains($0.name) }
  }

  /// Blobs that layers make and none reads, in order; an input that nothing reads counts.
  private var unreadBlobs: [String] {
    var places: [String: Int] = [:]
    var count = 0
    func make(_ name: String) {
      count += 1
      places[name] = places[name] ?? count
    }
    for input in inputs { make(input.name) }
    for layer in layers {
      for name in layer.inputs { places[name] = nil }
      for name in layer.outputs { make(name) }
    }
    for name in silenced { places[name] = nil }
    return places.sorted { $0.value < $1.value }.map { $0.key }
  }

  /// Logs `OCT0304` for each blob that is read before a layer makes it. What only removed layers made
  /// goes with them.
  private mutating func checkBlobs() {
    var suggestions = Suggestions()
    var made = Set(inputs.map { $0.name })
    let all = inputs.map { $0.name } + layers.flatMap { $0.outputs }
    for layer in layers {
      for blob in layer.inputs where !made.contains(blob) && !lost.contains(blob) {
        let problem = Diagnostic(
          .unknownBlob, "no layer before '\(layer.name)' makes the blob '\(blob)'",
          at: layer.location)
        log.add(suggestions.add(to: problem, blob, from: all))
      }
      made.formUnion(layer.outputs)
    }
  }
}
