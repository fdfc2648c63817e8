import OctetDiagnostics
import OctetFiles

/// A Caffe net as its TEST phase runs it: inputs, and layers with their weights. Layers that only
/// training needs are taken off.
struct CaffeNet {
  struct Input {
    let name: String
    /// Batch, channels, height, width; nil when the net does not give them.
    let extents: [Int]?
    /// True when a data layer makes it.
    var isData = false
    let line: Int?
  }

  private(set) var inputs: [Input] = []
  private(set) var layers: [ForeignNode] = []
  /// The scale and mean of the net's data layer, as `--preprocess` takes them.
  private(set) var preprocessing: String?
  /// Layers of the file that were left out, by name.
  private var removed: Set<String> = []
  private let file: String
  private let log: DiagnosticLog

  /// Reads a prototxt and its weights; logs every problem it finds.
  static func read(
    _ file: MappedFile, weights: MappedFile?, outputs: [String], needsWeights: Bool,
    log: DiagnosticLog
  ) throws(DiagnosticFailure) -> CaffeNet {
    let root = try log.attempt { () throws(Diagnostic) in
      try PrototxtParser.parse(file.bytes, file: file.path)
    }
    CaffeFields.check(root, file: file.path, log)
    var net = CaffeNet(file: file.path, log: log)
    do throws(Diagnostic) {
      try net.addInputs(root)
      try net.addLayers(root)
    } catch {
      throw log.failure(error.located(Location(file: file.path, format: "caffe")))
    }
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

  /// Blobs that layers make and none reads, in order; an input that nothing reads counts.
  var unreadBlobs: [String] {
    var open: [String] = inputs.map { $0.name }
    for layer in layers {
      open.removeAll { layer.inputs.contains($0) }
      for output in layer.outputs where !open.contains(output) { open.append(output) }
    }
    return open
  }

  /// `input` with `input_shape` or `input_dim`.
  private mutating func addInputs(_ root: ForeignAttributes) throws(Diagnostic) {
    let shapes = root.all("input_shape")
    let dims = try root.ints("input_dim")
    for (index, entry) in root.all("input").enumerated() {
      guard case .text(let name) = entry.value else { continue }
      var extents: [Int]?
      if index < shapes.count, case .message(let shape) = shapes[index].value {
        extents = try shape.ints("dim")
      } else if dims.count >= 4 * (index + 1) {
        extents = Array(dims[4 * index..<4 * (index + 1)])
      }
      inputs.append(Input(name: name, extents: extents, line: entry.line))
    }
  }

  private mutating func addLayers(_ root: ForeignAttributes) throws(Diagnostic) {
    let old = root.all("layers")
    let new = root.all("layer")
    if let first = old.first, !new.isEmpty {
      throw Diagnostic(
        .unsupportedParameter, "the net mixes 'layer' and 'layers'",
        at: Location(file: file, format: "caffe", line: first.line),
        help: "use one form; Caffe's upgrade_net_proto_text turns 'layers' into 'layer'")
    }
    let state = NetState(try root.message("state").ints("level").last ?? 0, root.message("state"))
    for entry in old + new {
      guard case .message(let settings) = entry.value else { continue }
      do throws(Diagnostic) {
        let node = try node(settings, entry.line, isOld: !old.isEmpty)
        guard try state.includes(settings) else {
          removed.insert(node.name)
          continue
        }
        add(node)
      } catch {
        log.add(error.located(Location(file: file, format: "caffe", line: entry.line)))
      }
    }
  }

  private func node(
    _ settings: ForeignAttributes, _ line: Int?, isOld: Bool
  ) throws(Diagnostic) -> ForeignNode {
    func texts(_ name: String) -> [String] {
      settings.all(name).compactMap { entry in
        if case .text(let text) = entry.value { return text }
        return nil
      }
    }
    let name = try settings.text("name", default: "")
    var type = ""
    switch settings.all("type").last?.value {
    case .text(let text)?: type = text
    case .number(let number)?: type = "\(Int(exactly: number) ?? -1)"
    default: break
    }
    if isOld {
      let known = CaffeFields.v1Types.first { $0.name == type || "\($0.number)" == type }
      type = known?.type ?? type
    }
    return ForeignNode(
      type: type, name: name, inputs: texts("bottom"), outputs: texts("top"), attributes: settings,
      location: Location(file: file, format: "caffe", op: type, node: name, line: line))
  }

  private mutating func add(_ node: ForeignNode) {
    switch CaffeRole(node.type) {
    case .input: addInput(node)
    case .data: addData(node)
    case .removed(let reason): remove(node, reason)
    case .loss(let replacement): addLoss(node, replacement)
    case .computation: layers.append(node)
    }
  }

  private mutating func addInput(_ node: ForeignNode) {
    let shapes = node.attributes.message("input_param").all("shape")
    for (index, name) in node.outputs.enumerated() {
      var extents: [Int]?
      if case .message(let shape)? = (index < shapes.count ? shapes[index] : shapes.last)?.value {
        extents = try? shape.ints("dim")
      }
      inputs.append(Input(name: name, extents: extents, line: node.location.line))
    }
  }

  /// A data layer's first blob becomes an input; labels vanish.
  private mutating func addData(_ node: ForeignNode) {
    guard let name = node.outputs.first else { return }
    removed.insert(node.name)
    let transform = node.attributes.message("transform_param")
    var notes: [String] = []
    preprocessing = preprocessing(transform) ?? preprocessing
    if let own = preprocessing(transform) {
      notes.append("it changes its pixels: --preprocess \(own)")
    }
    if transform.contains("mean_file") {
      notes.append("it subtracts the image of 'mean_file', which --preprocess cannot")
    }
    log.add(
      Diagnostic(
        .layerRemoved, "data layer '\(node.name)' is taken off: '\(name)' becomes an input",
        at: node.location, notes: notes))
    inputs.append(
      Input(
        name: name, extents: extents(ofData: node), isData: true, line: node.location.line))
  }

  /// Caffe's `(pixel - mean) * scale` as `--preprocess` takes it; nil when it leaves pixels alone.
  private func preprocessing(_ transform: ForeignAttributes) -> String? {
    var scale: Float = 1
    if let given = try? transform.float("scale", default: 1), given.isFinite { scale = given }
    var means: [Float] = []
    for entry in transform.all("mean_value") {
      guard case .number(let mean) = entry.value, (Float(mean) * scale).isFinite else { continue }
      means.append(Float(mean) * scale)
    }
    var parts: [String] = []
    // Text such as 0.00390625 prints as it was written.
    if scale != 1 { parts.append("scale=\(scale)") }
    if means.contains(where: { $0 != 0 }) {
      parts.append("mean=" + means.map { "\($0)" }.joined(separator: ":"))
    }
    return parts.isEmpty ? nil : parts.joined(separator: ",")
  }

  private func extents(ofData node: ForeignNode) -> [Int]? {
    let memory = node.attributes.message("memory_data_param")
    if let channels = try? memory.ints("channels").last,
      let height = try? memory.ints("height").last,
      let width = try? memory.ints("width").last
    {
      return [1, channels, height, width]
    }
    if case .message(let shape)? = node.attributes.message("dummy_data_param").all("shape").first?
      .value
    {
      return try? shape.ints("dim")
    }
    return nil
  }

  private mutating func remove(_ node: ForeignNode, _ reason: String) {
    removed.insert(node.name)
    log.add(
      Diagnostic(
        .layerRemoved, "layer '\(node.name)' is taken off: \(reason)", at: node.location))
  }

  /// A loss becomes the function whose result it judges, on its first blob.
  private mutating func addLoss(_ node: ForeignNode, _ replacement: String?) {
    guard let replacement, let input = node.inputs.first else {
      remove(node, "it is needed for training only")
      return
    }
    var result = node
    let isTaken = layers.contains { $0.outputs.contains("prob") }
    result.type = replacement
    result.inputs = [input]
    result.outputs = [isTaken ? node.name : "prob"]
    result.location.op = replacement
    layers.append(result)
    log.add(
      Diagnostic(
        .layerRemoved,
        "loss '\(node.name)' becomes \(replacement), which makes '\(result.outputs[0])'",
        at: node.location))
  }

  /// Leaves out the layers that none of `outputs` depends on; all stay when it is empty or names a blob
  /// that no layer makes.
  private mutating func cut(to outputs: [String]) {
    let made = Set(inputs.map { $0.name } + layers.flatMap { $0.outputs })
    guard !outputs.isEmpty, made.isSuperset(of: outputs) else { return }
    var needed = Set(outputs)
    var kept: [ForeignNode] = []
    for layer in layers.reversed() {
      if needed.isDisjoint(with: layer.outputs) {
        removed.insert(layer.name)
      } else {
        needed.formUnion(layer.inputs)
        kept.append(layer)
      }
    }
    layers = kept.reversed()
    inputs.removeAll { !needed.contains($0.name) }
  }

  /// Logs `OCT0304` for each blob that is read before a layer makes it. What only removed layers made
  /// goes with them.
  private mutating func checkBlobs() {
    var made = Set(inputs.map { $0.name })
    let all = inputs.map { $0.name } + layers.flatMap { $0.outputs }
    for layer in layers {
      for blob in layer.inputs where !made.contains(blob) {
        log.add(
          Diagnostic(
            .unknownBlob, "no layer before '\(layer.name)' makes the blob '\(blob)'",
            at: layer.location
          ).suggesting(blob, from: all))
      }
      made.formUnion(layer.outputs)
    }
  }
}

extension CaffeNet {
  /// Layer types that cannot work without weights.
  private func needsWeights(_ layer: ForeignNode) -> Bool {
    switch layer.type {
    case "Convolution", "InnerProduct", "BatchNorm", "Deconvolution", "PReLU": true
    case "Scale", "Bias": layer.inputs.count == 1
    default: false
    }
  }

  private mutating func attach(_ model: CaffeModelFile) {
    let names = model.layers.map { $0.name }
    var used: Set<String> = []
    for index in layers.indices {
      let layer = layers[index]
      if let found = model.layer(named: layer.name) {
        layers[index].weights = found.blobs
        used.insert(layer.name)
      } else if needsWeights(layer) {
        log.add(
          Diagnostic(
            .missingWeights, "the weights file has nothing for layer '\(layer.name)'",
            at: layer.location, notes: ["the weights file is \(model.path)"],
            help: "use the prototxt and the caffemodel of the same training"
          ).suggesting(layer.name, from: names))
      }
    }
    for layer in model.layers where !used.contains(layer.name) && !removed.contains(layer.name) {
      log.add(
        Diagnostic(
          .unusedWeights, "no layer of the net takes the weights of '\(layer.name)'",
          at: Location(file: model.path, format: "caffe", node: layer.name)
        ).suggesting(layer.name, from: layers.map { $0.name }))
    }
  }

  private func reportMissingFile() {
    guard let first = layers.first(where: { needsWeights($0) }) else { return }
    log.add(
      Diagnostic(
        .noWeightsFile, "layer '\(first.name)' needs weights and no weights file is given",
        at: first.location, helps: [.init("give it", arguments: ["--weights", "FILE.caffemodel"])]))
  }
}

/// What becomes of a layer in a net that is run and not trained.
private enum CaffeRole {
  case input
  case data
  case loss(replacement: String?)
  case removed(String)
  case computation

  init(_ type: String) {
    switch type {
    case "Input": self = .input
    case "Data", "ImageData", "HDF5Data", "MemoryData", "DummyData", "WindowData",
      "AnnotatedData":
      self = .data
    case "SoftmaxWithLoss": self = .loss(replacement: "Softmax")
    case "SigmoidCrossEntropyLoss": self = .loss(replacement: "Sigmoid")
    case "EuclideanLoss", "HingeLoss", "ContrastiveLoss", "InfogainLoss",
      "MultinomialLogisticLoss", "SmoothL1Loss", "MultiBoxLoss":
      self = .loss(replacement: nil)
    case "Accuracy": self = .removed("it measures and computes nothing")
    case "Silence", "HDF5Output": self = .removed("it makes nothing")
    default: self = .computation
    }
  }
}

/// The rules by which a layer takes part: `include` and `exclude` with phase, level and stages.
///
/// Source: `Net::StateMeetsRule` of net.cpp.
private struct NetState {
  private let level: Int
  private let stages: Set<String>

  init(_ level: Int, _ settings: ForeignAttributes) {
    self.level = level
    stages = Set(Self.texts(settings, "stage"))
  }

  /// Without rules a layer is in; with `include` rules one must hold; with `exclude` rules none may.
  func includes(_ layer: ForeignAttributes) throws(Diagnostic) -> Bool {
    let includes = rules(layer, "include")
    let excludes = rules(layer, "exclude")
    // A layer's own `phase` is the short form of an include rule.
    if includes.isEmpty, layer.contains("phase"), try phase(layer) == "TRAIN" { return false }
    if !includes.isEmpty {
      for rule in includes where try meets(rule) { return true }
      return false
    }
    for rule in excludes where try meets(rule) { return false }
    return true
  }

  private func rules(_ layer: ForeignAttributes, _ name: String) -> [ForeignAttributes] {
    layer.all(name).compactMap { entry in
      if case .message(let rule) = entry.value { return rule }
      return nil
    }
  }

  private func meets(_ rule: ForeignAttributes) throws(Diagnostic) -> Bool {
    if rule.contains("phase"), try phase(rule) != "TEST" { return false }
    if let least = try rule.ints("min_level").last, level < least { return false }
    if let most = try rule.ints("max_level").last, level > most { return false }
    for stage in Self.texts(rule, "stage") where !stages.contains(stage) { return false }
    for stage in Self.texts(rule, "not_stage") where stages.contains(stage) { return false }
    return true
  }

  private func phase(_ settings: ForeignAttributes) throws(Diagnostic) -> String {
    switch settings.all("phase").last?.value {
    case .number(let number)?: return number == 0 ? "TRAIN" : "TEST"
    case .text(let text)? where text == "TRAIN" || text == "TEST": return text
    default:
      throw Diagnostic(.unsupportedParameter, "'phase' must be TRAIN or TEST")
    }
  }

  private static func texts(_ settings: ForeignAttributes, _ name: String) -> [String] {
    settings.all(name).compactMap { entry in
      if case .text(let text) = entry.value { return text }
      return nil
    }
  }
}
