import OctetDiagnostics

extension CaffeNet {
  private func needsWeights(_ layer: ForeignNode) -> Bool {
    OpMapping.caffe[layer.type]?.needsWeights(layer) ?? false
  }

  /// Gives each layer the weights of its name; logs what is missing and what nobody takes.
  mutating func attach(_ model: CaffeModelFile) {
    var suggestions = Suggestions()
    var used: Set<String> = []
    for index in layers.indices {
      let layer = layers[index]
      if let found = model.blobs[layer.name] {
        layers[index].weights = found
        used.insert(layer.name)
      } else if needsWeights(layer) {
        let problem = Diagnostic(
          .missingWeights, "the weights file has nothing for layer '\(layer.name)'",
          at: layer.location, notes: ["the weights file is \(model.path)"],
          help: "use the prototxt and the caffemodel of the same training")
        log.add(suggestions.add(to: problem, layer.name, from: model.names))
      }
    }
    let names = layers.map { $0.name }
    for name in model.names where !used.contains(name) && !removed.contains(name) {
      let problem = Diagnostic(
        .unusedWeights, "no layer of the net takes the weights of '\(name)'",
        at: Location(file: model.path, format: "caffe", node: name))
      log.add(suggestions.add(to: problem, name, from: names))
    }
  }

  /// Logs `OCT0311` when a layer needs weights.
  func reportMissingFile() {
    guard let first = layers.first(where: { needsWeights($0) }) else { return }
    log.add(
      Diagnostic(
        .noWeightsFile, "layer '\(first.name)' needs weights and no weights file is given",
        at: first.location, helps: [.init("give it", arguments: ["--weights", "FILE.caffemodel"])]))
  }

  /// Logs `OCT0313` for layers whose weights cannot be told apart.
  func checkLayerNames() {
    var lines: [String: Int] = [:]
    for layer in layers where needsWeights(layer) {
      guard let first = lines.updateValue(layer.location.line ?? 0, forKey: layer.name) else {
        continue
      }
      log.add(
        Diagnostic(
          .duplicateName, "two layers with weights are called '\(layer.name)'", at: layer.location,
          notes: ["the other one is on line \(first)", "weights are found by the layer's name"],
          help: "give the layers names of their own, as in the weights file"))
    }
  }
}

/// Near matches for the first problems of a kind; for thousands of them the search would take long.
struct Suggestions {
  private var left = 20

  mutating func add(
    to problem: Diagnostic, _ name: String, from names: [String]
  ) -> Diagnostic {
    guard left > 0 else { return problem }
    left -= 1
    return problem.suggesting(name, from: names)
  }
}
