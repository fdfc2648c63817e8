import OctetDiagnostics

/// The layers of a Keras model and how they are connected, from a `model_config`.
struct KerasArchitecture {
  /// A tensor: output `tensor` of the call `node` of a layer.
  struct Reference: Hashable {
    let layer: String
    let node: Int
    let tensor: Int
  }

  /// A use of a layer, which may be used more than once.
  struct Call {
    let layer: Int
    let node: Int
    let inputs: [Reference]
    /// What else the call was given, by name.
    let arguments: [String: KerasValue]
  }

  static let classes: Set<String> = ["Sequential", "Functional", "Model"]
  /// Models within models, and layers and calls in all.
  private static let deepest = 16
  private static let mostCalls = 1 << 16

  let name: String
  private(set) var layers: [KerasLayer] = []
  private(set) var calls: [Call] = []
  private(set) var inputs: [Reference] = []
  private(set) var outputs: [Reference] = []
  /// The shape that a Sequential without an InputLayer was built for.
  private(set) var builtShape: KerasValue?

  /// - Parameter depth: models within models.
  init(_ value: KerasValue, depth: Int = 0) throws(Diagnostic) {
    guard depth < Self.deepest else {
      throw Diagnostic(.invalidArchitecture, "models lie in models without end")
    }
    guard let type = value["class_name"]?.text, let config = value["config"] else {
      throw Diagnostic(.invalidArchitecture, "the model has no class_name or no config")
    }
    guard Self.classes.contains(type) else {
      throw Diagnostic(
        .unknownLayer, "the model is of the class '\(type)', whose code is not in the file",
        notes: ["Keras writes the layers of a subclassed model only as weights"],
        help: "export it with its graph: model.export(\"folder\"), and convert the folder")
    }
    name = config["name"]?.text ?? type
    // Keras 1 and early Keras 2 write the layers of a Sequential without anything around them.
    guard let list = config["layers"]?.array ?? config.array, list.count < Self.mostCalls else {
      throw Diagnostic(.invalidArchitecture, "the model has no list of layers")
    }
    builtShape = config["build_input_shape"] ?? value["build_config"]?["input_shape"]
    for item in list { layers.append(try KerasLayer(item, depth: depth)) }
    if type == "Sequential" {
      chain()
    } else {
      try connect(list, config)
    }
  }

  /// Each layer reads what the one before it makes.
  private mutating func chain() {
    var last: Reference?
    for (index, layer) in layers.enumerated() {
      if layer.type == "InputLayer" {
        let reference = Reference(layer: layer.name, node: 0, tensor: 0)
        inputs = [reference]
        last = reference
        continue
      }
      if last == nil {
        let reference = Reference(layer: layer.name + "_input", node: 0, tensor: 0)
        inputs = [reference]
        last = reference
      }
      calls.append(Call(layer: index, node: 0, inputs: last.map { [$0] } ?? [], arguments: [:]))
      last = Reference(layer: layer.name, node: 0, tensor: 0)
    }
    outputs = last.map { [$0] } ?? []
  }

  private mutating func connect(_ list: [KerasValue], _ config: KerasValue) throws(Diagnostic) {
    for (index, item) in list.enumerated() where layers[index].type != "InputLayer" {
      for (node, value) in (item["inbound_nodes"]?.array ?? []).enumerated() {
        var references: [Reference] = []
        var arguments: [String: KerasValue] = [:]
        if value["args"] != nil || value["kwargs"] != nil {
          Self.collect(value["args"], into: &references)
          arguments = value["kwargs"]?.object ?? [:]
          for key in arguments.keys.sorted() { Self.collect(arguments[key], into: &references) }
        } else {
          Self.collectPlain(value, into: &references, &arguments)
        }
        calls.append(Call(layer: index, node: node, inputs: references, arguments: arguments))
        guard calls.count < Self.mostCalls else {
          throw Diagnostic(.invalidArchitecture, "the model has too many layers")
        }
      }
    }
    inputs = Self.ends(config["input_layers"])
    outputs = Self.ends(config["output_layers"])
    guard !inputs.isEmpty, !outputs.isEmpty else {
      throw Diagnostic(.invalidArchitecture, "the model has no inputs or no outputs")
    }
  }

  /// Keras 3: tensors are objects with their history, in any lists.
  private static func collect(
    _ value: KerasValue?, into references: inout [Reference], depth: Int = 0
  ) {
    guard depth < 16 else { return }
    if value?["class_name"]?.text == "__keras_tensor__" {
      if let history = value?["config"]?["keras_history"], let reference = reference(history) {
        references.append(reference)
      }
      return
    }
    for item in value?.array ?? [] { collect(item, into: &references, depth: depth + 1) }
  }

  /// Keras 2: `[layer, node, tensor, arguments]`, one or a list of them; arguments may name tensors too.
  private static func collectPlain(
    _ value: KerasValue, into references: inout [Reference],
    _ arguments: inout [String: KerasValue], depth: Int = 0
  ) {
    guard depth < 16, let array = value.array else { return }
    guard let reference = reference(value) else {
      for item in array { collectPlain(item, into: &references, &arguments, depth: depth + 1) }
      return
    }
    references.append(reference)
    guard array.count > 3, let object = array[3].object else { return }
    for (name, argument) in object.sorted(by: { $0.key < $1.key }) {
      arguments[name] = argument
      if let other = Self.reference(argument) { references.append(other) }
      for item in argument.array ?? [] {
        if let other = Self.reference(item) { references.append(other) }
      }
    }
  }

  private static func reference(_ value: KerasValue) -> Reference? {
    guard let array = value.array, array.count >= 3, let layer = array[0].text,
      let node = array[1].int, let tensor = array[2].int
    else { return nil }
    return Reference(layer: layer, node: node, tensor: tensor)
  }

  private static func ends(_ value: KerasValue?) -> [Reference] {
    guard let value else { return [] }
    if let reference = reference(value) { return [reference] }
    if let object = value.object {
      return object.sorted { $0.key < $1.key }.flatMap { ends($0.value) }
    }
    return (value.array ?? []).compactMap { reference($0) }
  }
}
