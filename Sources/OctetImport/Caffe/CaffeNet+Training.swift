import OctetDiagnostics

/// What becomes of layers that only training needs.
extension CaffeNet {
  /// All blobs of a data layer are inputs at first: `chooseInputs` takes those off that nobody reads.
  mutating func addData(_ node: ForeignNode) throws(Diagnostic) {
    removed.insert(node.name)
    let data = try CaffeDataLayer(node)
    for (index, name) in node.outputs.enumerated() {
      inputs.append(
        Input(
          name: name, extents: data.extents(index), line: node.location.line,
          source: (dataLayers.count, index), crop: index == 0 ? data.crop : nil))
    }
    dataLayers.append(data)
  }

  mutating func remove(_ node: ForeignNode, _ reason: String) {
    removed.insert(node.name)
    trainingReads.formUnion(node.inputs)
    log.add(
      Diagnostic(
        .layerRemoved, "layer '\(node.name)' is taken off: \(reason)", at: node.location))
  }

  /// A loss becomes the function whose result it judges, on its first blob.
  mutating func addLoss(_ node: ForeignNode, _ replacement: String?) throws(Diagnostic) {
    guard let replacement else {
      remove(node, "it is needed for training only")
      return
    }
    guard let input = node.inputs.first else {
      throw Diagnostic(
        .unsupportedParameter, "the loss has no bottom", help: "name the blob that it judges")
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
  mutating func nameLosses() {
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
  mutating func chooseInputs() {
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
}
