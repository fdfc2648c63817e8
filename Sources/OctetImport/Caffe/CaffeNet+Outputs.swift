import OctetDiagnostics

/// What the blobs of a net are for, and whether each is there.
extension CaffeNet {
  /// Logs `OCT0313` for blobs that are made twice, unless a layer works in place.
  func checkMakers() {
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
  mutating func cut(to names: [String]) {
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
  mutating func checkBlobs() {
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
