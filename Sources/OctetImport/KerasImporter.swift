package import OctetDiagnostics
package import OctetFiles
import OctetArchives
import OctetIR

/// Reads Keras's models: `.keras` of Keras 3, `.h5` of Keras 2 and Keras 3.
///
/// A model is its layers with their settings and its weights; each layer becomes the operators that Keras makes of it in
/// inference. Nothing of the file is run.
package struct KerasImporter {
  private let options: ImportOptions
  private let log: DiagnosticLog
  private let place: Location
  private var builder: KerasBuilder

  /// Whether `bytes` begin as a zip archive or an HDF5 file does.
  package static func isKeras(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count > 8 else { return false }
    let signature = HDF5Superblock.signature
    if bytes[..<4].elementsEqual([0x50, 0x4B, 0x03, 0x04]) { return true }
    var start = 0
    while start + 8 <= bytes.count {
      if bytes[start..<start + 8].elementsEqual(signature) { return true }
      start = start == 0 ? 512 : start * 2
    }
    return false
  }

  package static func read(
    _ file: MappedFile, _ options: ImportOptions, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> ImportedNet {
    let place = Location(file: file.path, format: "keras")
    let content = try log.attempt(at: place) { () throws(Diagnostic) in
      try KerasContent(file, architecture: options.architecture)
    }
    var importer = KerasImporter(content, options, log, place)
    return try importer.build(content)
  }

  private init(
    _ content: KerasContent, _ options: ImportOptions, _ log: DiagnosticLog, _ place: Location
  ) {
    self.options = options
    self.log = log
    self.place = place
    builder = KerasBuilder(place, version: content.version, options.trace)
  }

  // MARK: The model

  private mutating func build(_ content: KerasContent) throws(DiagnosticFailure) -> ImportedNet {
    let model = content.model
    let references = try outputs(of: model)
    let inputs = try addInputs(model, for: references.map { $0.reference })
    let results: [TensorFlowValue]
    do throws(Diagnostic) {
      results = try builder.run(
        model, inputs, references.map { $0.reference }, content.store)
    } catch {
      throw log.failure(error.located(place))
    }
    for ((name, _), value) in zip(references, results) {
      options.trace?.addOutput(name, value, builder.graph.graph)
    }
    for (first, others) in builder.problems {
      var problem = first.located(place)
      problem.notes += others.prefix(5).map { "also '\($0)'" }
      if others.count > 5 { problem.notes.append("and \(others.count - 5) other layers") }
      log.add(problem)
    }
    try log.throwIfErrors()
    for ((name, _), value) in zip(references, results) {
      try addOutput(name, value, others: references.map { $0.name }.filter { $0 != name })
    }
    if let layer = builder.halved {
      var remark = Diagnostic(
        .precisionReduced, "what Keras computes in mixed precision is computed in float32",
        at: layer.completed(by: place),
        notes: ["the weights are float32 numbers; results are those of a model without it"])
      remark.severity = .remark
      log.add(remark)
    }
    var graph = builder.graph.graph
    graph.compact()
    return ImportedNet(graph: graph, preprocessing: nil, detector: nil)
  }

  // MARK: Ends

  /// The model's inputs, or those that the user names and what the outputs need beside them.
  private mutating func addInputs(
    _ model: KerasArchitecture, for outputs: [KerasArchitecture.Reference]
  ) throws(DiagnosticFailure) -> [KerasArchitecture.Reference: TensorFlowValue] {
    var ends: [KerasArchitecture.Reference] = []
    for name in options.inputs {
      guard model.layers.contains(where: { $0.name == name }) else {
        log.add(
          Diagnostic(.unknownInput, "the model has no layer '\(name)'", at: place)
            .suggesting(name, from: model.layers.map { $0.name }))
        continue
      }
      let end = KerasArchitecture.Reference(layer: name, node: 0, tensor: 0)
      if !ends.contains(end) { ends.append(end) }
    }
    if ends.isEmpty {
      ends = model.inputs
    } else {
      let needed = model.sources(of: outputs, endingAt: Set(ends))
      ends += model.inputs.filter { needed.contains($0) && !ends.contains($0) }
    }
    log.refuseUnknownInputs(options.inputShapes.keys, among: ends.map { $0.layer }, at: place)
    var result: [KerasArchitecture.Reference: TensorFlowValue] = [:]
    for end in ends where result[end] == nil {
      if let value = addInput(end, model) { result[end] = value }
    }
    try log.throwIfErrors()
    return result
  }

  /// Nil, with a diagnostic, for an input that cannot be one.
  private mutating func addInput(
    _ input: KerasArchitecture.Reference, _ model: KerasArchitecture
  ) -> TensorFlowValue? {
    let layer = model.layers.first { $0.name == input.layer }
    var shape = layer?.config["batch_input_shape"] ?? layer?.config["batch_shape"]
    if model.inputs.contains(input) {
      shape = shape ?? model.layers.first?.config["batch_input_shape"] ?? model.builtShape
    } else {
      // What a layer makes, which may not be what it reads.
      shape = nil
    }
    let location = Location(op: "InputLayer", node: input.layer).completed(by: place)
    guard let element = elementType(dtype(layer)) else {
      log.add(
        Diagnostic(
          .typeMismatch, "the input '\(input.layer)' has a type without numbers", at: location))
      return nil
    }
    for field in ["sparse", "ragged"] where layer?.config[field]?.isTrue == true {
      log.add(
        Diagnostic(
          .unsupportedParameter, "the input '\(input.layer)' is \(field), which TFLite has not",
          at: location))
      return nil
    }
    if dtype(layer) == "float64" {
      log.add(
        Diagnostic(
          .precisionReduced, "the input '\(input.layer)' is float64 and becomes float32",
          at: location))
    }
    let extents = shape?.array?.map { $0.int ?? -1 }
    let shapes = InputExtents(input.layer, extents, options)
    options.trace?.add(shapes.traced(at: location))
    guard let known = shapes.resolve(at: location, log) else { return nil }
    return .computed(builder.graph.addInput(input.layer, TensorType(element, known)))
  }

  private func dtype(_ layer: KerasLayer?) -> String {
    let value = layer?.config["dtype"]
    return value?.text ?? value?["config"]?["name"]?.text ?? "float32"
  }

  /// Float32 for real numbers of any precision; nil for text.
  private func elementType(_ name: String) -> ElementType? {
    switch name {
    case "int32": return .int32
    case "int64": return .int64
    case "uint8": return .uint8
    case "int8": return .int8
    case "bool": return .bool
    case "string": return nil
    default: return .float32
    }
  }

  /// The model's outputs, or the layers that the user names.
  private func outputs(
    of model: KerasArchitecture
  ) throws(DiagnosticFailure) -> [(name: String, reference: KerasArchitecture.Reference)] {
    guard !options.outputs.isEmpty else {
      var names: Set<String> = []
      return model.outputs.map { reference in
        var name = reference.layer
        var count = 0
        while !names.insert(name).inserted {
          count += 1
          name = "\(reference.layer)_\(count)"
        }
        return (name, reference)
      }
    }
    var result: [(String, KerasArchitecture.Reference)] = []
    for name in options.outputs {
      guard model.layers.contains(where: { $0.name == name }) else {
        log.add(
          Diagnostic(.unknownOutput, "the model has no layer '\(name)'", at: place)
            .suggesting(name, from: model.layers.map { $0.name }))
        continue
      }
      result.append((name, KerasArchitecture.Reference(layer: name, node: 0, tensor: 0)))
    }
    try log.throwIfErrors()
    return result
  }

  private mutating func addOutput(
    _ name: String, _ value: TensorFlowValue, others: [String]
  ) throws(DiagnosticFailure) {
    try log.attempt(at: Location(node: name).completed(by: place)) { () throws(Diagnostic) in
      try builder.graph.addOutput(name, value, others: others)
    }
  }
}
