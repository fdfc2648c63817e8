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
    var source: (layer: Int, index: Int)?
    /// The height and width that its data layer crops pictures to.
    var crop: Int?

    var isData: Bool { source != nil }
  }

  var inputs: [Input] = []
  var layers: [ForeignNode] = []
  /// Names of the blobs that are the net's results.
  var outputs: [String] = []
  /// The scale and mean of the net's data layer, as `--preprocess` takes them.
  var preprocessing: String?
  /// Layers of the file that were left out, by name.
  var removed: Set<String> = []
  /// Blobs of layers that could not be read; what is wrong with those is reported.
  private(set) var lost: Set<String> = []
  let log: DiagnosticLog
  let file: String
  var dataLayers: [CaffeDataLayer] = []
  /// The layers that losses became: place in `layers`, weight, and the name its second top gives.
  var losses: [(index: Int, weight: Float, name: String?)] = []
  /// Blobs that layers read which only training needs.
  var trainingReads: Set<String> = []
  var silenced: Set<String> = []

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
        "input_shape",
        "the net gives \(shapes.count) input_shape for \(counted(names.count, "input"))",
        "give one input_shape an input")
    }
    guard dims.isEmpty || dims.count == 4 * names.count else {
      throw refuse(
        "input_dim", "the net gives \(dims.count) input_dim for \(counted(names.count, "input"))",
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
    _ = try settings.choice("phase", among: ["TRAIN", "TEST"])
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
    case .data: try addData(node)
    case .silence:
      silenced.formUnion(node.inputs)
      remove(node, "it makes nothing")
    case .removed(let reason): remove(node, reason)
    case .loss(let replacement): try addLoss(node, replacement)
    case .computation: layers.append(node)
    }
  }

  private mutating func addInput(_ node: ForeignNode) throws(Diagnostic) {
    for problem in CaffeMapping.Fields("input_param", ["shape"]).problems(of: node) {
      log.add(problem)
    }
    let shapes = try node.attributes.message("input_param").messages("shape")
    guard shapes.count < 2 || shapes.count == node.outputs.count else {
      throw Diagnostic(
        .unsupportedParameter,
        "the layer gives \(shapes.count) shapes for \(counted(node.outputs.count, "top"))",
        help: "give one shape for all tops, or one a top")
    }
    for (index, name) in node.outputs.enumerated() {
      let shape = shapes.count > 1 ? shapes[index] : shapes.first
      let extents = try shape.map { shape throws(Diagnostic) in try shape.ints("dim") }
      inputs.append(Input(name: name, extents: extents, line: node.location.line))
    }
  }
}
