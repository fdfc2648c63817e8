package import OctetDiagnostics
package import OctetFiles
import OctetIR

/// Reads a Darknet net into a graph of channels-last inputs and outputs.
///
/// Layers have no names in Darknet: they are called by their section and place, as `yolo16`. Unless the
/// options name outputs, these are the layers that no other reads.
package struct DarknetImporter {
  private let options: ImportOptions
  private let log: DiagnosticLog
  private let place: Location
  private var weights: DarknetWeights?
  private var builder: GraphBuilder
  private var layers: [ForeignNode] = []
  /// Set once the place of the next layer's numbers in the weights file is no longer known.
  private var hasLostPlace = false
  /// The layer at which the weights file ends, and how many of its numbers are there.
  private var end: (layer: ForeignNode, found: Int, wanted: Int)?

  /// Passes take time with the square of the layers.
  private static let largestLayerCount = 4096

  /// The name of the net's input.
  private static let inputName = "input"

  /// Reads a cfg and, if there is one, its weights; logs every problem of both, in the order of the
  /// cfg's lines.
  package static func read(
    _ file: MappedFile, weights: MappedFile?, _ options: ImportOptions, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> ImportedNet {
    try log.sortedByLine { found throws(DiagnosticFailure) in
      let sections = try CfgParser.parse(file.bytes, file: file.path, log: found)
      let stored = try weights.map { file throws(DiagnosticFailure) in
        try found.attempt { () throws(Diagnostic) in try DarknetWeights(file) }
      }
      var importer = DarknetImporter(file.path, stored, options, found)
      return try importer.build(sections)
    }
  }

  private init(
    _ file: String, _ weights: DarknetWeights?, _ options: ImportOptions, _ log: DiagnosticLog
  ) {
    self.options = options
    self.log = log
    self.weights = weights
    place = Location(file: file, format: "darknet")
    builder = GraphBuilder(within: place)
  }

  private mutating func build(
    _ sections: [CfgParser.Section]
  ) throws(DiagnosticFailure) -> ImportedNet {
    let net = try net(sections)
    guard sections.count - 1 < Self.largestLayerCount else {
      throw log.failure(
        Diagnostic(
          .unsupportedParameter,
          "the net has \(sections.count - 1) layers; Octet reads fewer than \(Self.largestLayerCount)",
          at: place, help: "cut the net into parts"))
    }
    builder.addInputs([net.input], options, log)
    for section in sections.dropFirst() { addLayer(section) }
    let outputs = chooseOutputs()
    if weights == nil, options.needsWeights, let layer = layers.first(where: needsWeights) {
      log.add(
        Diagnostic(
          .noWeightsFile, "layer '\(layer.name)' needs weights and no weights file is given",
          at: layer.location, helps: [.init("give it", arguments: ["--weights", "FILE.weights"])]))
    }
    let problems = DiagnosticLog()
    for layer in layers { convert(layer, problems) }
    let fits = checkLength()
    // In numbers of another net nothing means anything.
    for problem in problems.diagnostics where fits || problem.code != .weightsMismatch {
      log.add(problem)
    }
    try builder.addOutputs(outputs, among: layers.map { $0.name }, log)
    return ImportedNet(
      graph: try builder.finish(log), preprocessing: net.preprocessing,
      detector: try heads(outputs))
  }

  /// The `[net]` section: the input and how pictures become it.
  private func net(
    _ sections: [CfgParser.Section]
  ) throws(DiagnosticFailure) -> (input: ForeignInput, preprocessing: String?) {
    guard let first = sections.first, ["net", "network"].contains(first.type) else {
      throw log.failure(
        Diagnostic(
          .unknownFormat, "a Darknet cfg begins with a [net] section",
          at: Location(line: sections.first?.line).completed(by: place),
          help: "name the .cfg of a Darknet net"
        ).suggesting(sections.first?.type ?? "", from: ["net", "network"]))
    }
    guard sections.count > 1 else {
      throw log.failure(Diagnostic(.noInput, "the net has no layers", at: place))
    }
    let settings = first.options
    let location = Location(op: first.type, line: first.line).completed(by: place)
    return try log.attempt(at: location) { () throws(Diagnostic) in
      let batch = max(1, try settings.int("batch", default: 1))
      let flat = try settings.int("inputs", default: 0)
      let (channels, height, width) = (
        try settings.int("channels", default: 3), try settings.int("height", default: 0),
        try settings.int("width", default: 0)
      )
      let isImage = height != 0 && width != 0
      let extents = isImage ? [batch, channels, height, width] : flat > 0 ? [batch, flat] : nil
      let input = ForeignInput(
        name: Self.inputName, extents: extents, line: first.line,
        notes: ["the [net] section has no height and width"])
      guard isImage || extents == nil, [1, 3].contains(channels) else { return (input, nil) }
      // A fork stretches pictures unless letter_box says otherwise; the cfg alone does not tell it.
      let isBoxed = try settings.bool("letter_box", default: true)
      return (
        input,
        "scale=1/255,resize=\(isBoxed ? "letterbox" : "stretch")"
          + (channels == 3 ? ",channels=rgb" : "")
      )
    }
  }

  /// Adds a layer with the names of what it reads; those that it cannot read are logged (`OCT0304`).
  private mutating func addLayer(_ section: CfgParser.Section) {
    let index = layers.count
    let name = "\(section.type)\(index)"
    let location = Location(op: section.type, node: name, line: section.line).completed(by: place)
    var node = ForeignNode(
      type: section.type, name: name, inputs: [], outputs: [name], attributes: section.options,
      location: location)
    do throws(Diagnostic) {
      for source in try OpMapping.darknet[section.type]?.reads?(node) ?? [-1] {
        let absolute = source < 0 ? index + source : source
        if absolute == -1 {
          node.inputs.append(Self.inputName)
          continue
        }
        guard layers.indices.contains(absolute) else {
          throw Diagnostic(
            .unknownBlob, "layer \(index) reads layer \(absolute), which does not come before it",
            help: "count layers from 0 after [net], or from -1 backwards")
        }
        node.inputs.append(layers[absolute].name)
      }
    } catch {
      log.add(error.located(location))
      builder.setMissing(name)
      node.inputs = []
    }
    layers.append(node)
  }

  /// The names of the net's results; layers after the last of them are left out.
  private mutating func chooseOutputs() -> [String] {
    let names = Set(layers.map { $0.name })
    if !options.outputs.isEmpty {
      if names.isSuperset(of: options.outputs) {
        let last = layers.lastIndex { options.outputs.contains($0.name) } ?? 0
        layers.removeLast(layers.count - 1 - last)
      }
      return options.outputs
    }
    let read = Set(layers.flatMap { $0.inputs })
    return layers.map { $0.name }.filter { !read.contains($0) }
  }

  private func needsWeights(_ layer: ForeignNode) -> Bool {
    OpMapping.darknet[layer.type]?.weights != nil
  }

  private mutating func convert(_ layer: ForeignNode, _ log: DiagnosticLog) {
    guard let mapping = OpMapping.darknet[layer.type] else {
      var problem = Diagnostic(
        .unknownLayer, "layer type '\(layer.type)' is not supported", at: layer.location
      ).suggesting(layer.type, from: OpMapping.darknet.keys.sorted())
      if let before = layer.inputs.first, before != Self.inputName, builder.blob(before) != nil {
        problem.helps.append(
          .init("cut the net before it", arguments: ["--outputs", before]))
      }
      log.add(problem)
      // It may have weights.
      hasLostPlace = true
      return builder.fail(layer)
    }
    let problems = mapping.problems(of: layer, log)
    for problem in problems { log.add(problem) }
    if layer.inputs.isEmpty || builder.isMissing(layer.name) {
      hasLostPlace = hasLostPlace || mapping.weights != nil
      return builder.fail(layer)
    }
    var layer = layer
    do throws(Diagnostic) {
      layer.weights = try takeWeights(layer, mapping)
    } catch {
      hasLostPlace = true
      log.add(error.located(layer.location))
      return builder.fail(layer)
    }
    if !problems.isEmpty { return builder.fail(layer) }
    builder.add(layer, log, mapping.build)
  }

  /// The layer's weights from the file; none without a file and after its end.
  private mutating func takeWeights(
    _ layer: ForeignNode, _ mapping: DarknetMapping
  ) throws(Diagnostic) -> [ForeignTensor] {
    guard let shapes = mapping.weights, weights != nil, !hasLostPlace else { return [] }
    guard let input = builder.blob(layer.inputs[0]) else {
      hasLostPlace = true
      return []
    }
    let wanted = try shapes(layer, try builder.extents(input))
    let counts = wanted.map { Shape.elementCount($0) ?? .max }
    // Each count is small before they are added.
    guard counts.allSatisfy({ $0 <= 1 << 29 }), counts.reduce(0, +) <= 1 << 30 else {
      throw Diagnostic(
        .tensorTooLarge, "the weights of the layer are too large",
        notes: ["a tensor of weights has at most 2^29 elements"], help: "check its numbers")
    }
    let before = weights?.asked ?? 0
    guard var found = weights?.take(wanted) else {
      if end == nil, let count = weights?.count {
        end = (layer, max(0, count - before), counts.reduce(0, +))
      }
      return []
    }
    if let matrix = mapping.matrix, weights?.isTransposed == true {
      let stored: [Int] = found[matrix].extents.reversed()
      found[matrix].values = Permutation([1, 0]).apply(found[matrix].values, extents: stored)
    }
    return found
  }

  /// Logs `OCT0314` for a weights file that is too short or too long.
  ///
  /// - Returns: false for such a file.
  private func checkLength() -> Bool {
    guard let weights, !hasLostPlace else { return true }
    let message =
      "the weights file has \(weights.count) floats, the net needs \(weights.asked)"
    let help =
      "use the cfg and the weights file of the same training, and its channels (--input-shape)"
    guard end != nil || (weights.count > weights.asked && options.outputs.isEmpty) else {
      return true
    }
    if let end {
      log.add(
        Diagnostic(
          .invalidWeights, message, at: end.layer.location,
          notes: [
            "it ends at '\(end.layer.name)', which needs \(end.wanted) and gets \(end.found)",
            "the weights file is \(weights.file.path)",
          ], help: help))
    } else {
      log.add(
        Diagnostic(
          .invalidWeights, message,
          at: Location(file: weights.file.path, format: "darknet"),
          notes: [
            counted(weights.count - weights.asked, "float")
              + " of the file are left after the last layer"
          ],
          help: help))
    }
    return false
  }

  /// How the outputs that are heads become boxes, one a line; nil when none is.
  private func heads(_ outputs: [String]) throws(DiagnosticFailure) -> String? {
    var lines: [String] = []
    var first: (name: String, classes: Int)?
    let names = Set(outputs)
    for layer in layers where names.contains(layer.name) {
      guard let head = OpMapping.darknet[layer.type]?.head else { continue }
      try log.attempt(at: layer.location) { () throws(Diagnostic) in
        let (text, classes) = try head(layer)
        guard let text else {
          return log.add(
            Diagnostic(
              .headNotDecoded,
              "the numbers of '\(layer.name)' stay as they are: no boxes come of them",
              at: layer.location))
        }
        if let first, first.classes != classes {
          throw Diagnostic(
            .unsupportedParameter,
            "'\(layer.name)' has classes=\(classes), '\(first.name)' has classes=\(first.classes)",
            help: "give all heads the same classes, or make one of them the output: --outputs")
        }
        first = first ?? (layer.name, classes)
        lines.append("\(text) output=\(layer.name)")
      }
    }
    return lines.isEmpty ? nil : lines.joined(separator: "\n")
  }
}
