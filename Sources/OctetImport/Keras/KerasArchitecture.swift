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
    /// The tensors it reads, in the order of the call.
    var inputs: [Reference] = []
    /// What it was given in order: tensors by their place in `inputs`, and other values.
    var operands: [Operand] = []
    /// What it was given by name.
    var arguments: [String: Operand] = [:]
  }

  enum Operand {
    case tensor(Int)
    case value(KerasValue)
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
  /// Calls by layer and number; by layer alone where there is one.
  private var places: [String: [Int: Int]] = [:]
  /// The shape that a Sequential without an InputLayer was built for.
  private(set) var builtShape: KerasValue?

  /// - Parameter depth: models within models.
  init(_ value: KerasValue, depth: Int = 0) throws(Diagnostic) {
    guard depth < Self.deepest else {
      throw Diagnostic(.invalidKeras, "models lie in models without end")
    }
    guard let type = value["class_name"]?.text, let config = value["config"] else {
      throw Diagnostic(.invalidKeras, "the model has no class_name or no config")
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
      throw Diagnostic(.invalidKeras, "the model has no list of layers")
    }
    builtShape = config["build_input_shape"] ?? value["build_config"]?["input_shape"]
    for item in list { layers.append(try KerasLayer(item, depth: depth)) }
    if type == "Sequential" {
      chain()
    } else {
      try connect(list, config)
    }
    var counts: [Int: Int] = [:]
    for call in calls { counts[call.layer, default: 0] += 1 }
    let largest = Dictionary(
      (calls.flatMap { $0.inputs } + outputs).map { ($0.layer, $0.node) }, uniquingKeysWith: max)
    for (place, call) in calls.enumerated() {
      // Every call is read from. In Keras 2 those of a model are numbered from 1 where 0 is the model's own.
      let layer = layers[call.layer]
      let isShifted = layer.model != nil && largest[layer.name] == counts[call.layer]
      places[layer.name, default: [:]][call.node + (isShifted ? 1 : 0)] = place
    }
  }

  /// The call that makes a tensor. Calls are numbered from 0 for each layer; in older files a layer's only call may have
  /// another number.
  func place(of reference: Reference) -> Int? {
    guard let own = places[reference.layer] else { return nil }
    return own[reference.node] ?? (own.count == 1 ? own.values.first : nil)
  }

  /// What the tensors of `wanted` are made from, and those themselves; nothing before `ends`.
  func sources(of wanted: [Reference], endingAt ends: Set<Reference>) -> Set<Reference> {
    var found: Set<Reference> = []
    var stack = wanted
    while let reference = stack.popLast() {
      guard found.insert(reference).inserted, !ends.contains(reference),
        let place = place(of: reference)
      else { continue }
      stack += calls[place].inputs
    }
    return found
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
      calls.append(
        Call(layer: index, node: 0, inputs: last.map { [$0] } ?? [], operands: [.tensor(0)]))
      last = Reference(layer: layer.name, node: 0, tensor: 0)
    }
    outputs = last.map { [$0] } ?? []
  }

  private mutating func connect(_ list: [KerasValue], _ config: KerasValue) throws(Diagnostic) {
    for (index, item) in list.enumerated() where layers[index].type != "InputLayer" {
      for (node, value) in (item["inbound_nodes"]?.array ?? []).enumerated() {
        var call = Call(layer: index, node: node)
        if value["args"] != nil || value["kwargs"] != nil {
          for argument in value["args"]?.array ?? [] { call.collect(argument) }
          for (name, argument) in (value["kwargs"]?.object ?? [:]).sorted(by: { $0.key < $1.key }) {
            call.collect(argument, as: name)
          }
        } else {
          call.collectPlain(value)
        }
        calls.append(call)
        guard calls.count < Self.mostCalls else {
          throw Diagnostic(.invalidKeras, "the model has too many layers")
        }
      }
    }
    inputs = Self.ends(config["input_layers"])
    outputs = Self.ends(config["output_layers"])
    guard !inputs.isEmpty, !outputs.isEmpty else {
      throw Diagnostic(.invalidKeras, "the model has no inputs or no outputs")
    }
  }

  fileprivate static func reference(_ value: KerasValue) -> Reference? {
    guard let array = value.array, array.count >= 3, let layer = array[0].text,
      let node = array[1].int
    else { return nil }
    let tensor = array[2].int ?? 0
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

extension KerasArchitecture.Call {
  /// Keras 3: tensors are objects with their history, in any lists.
  fileprivate mutating func collect(_ value: KerasValue, as name: String? = nil, depth: Int = 0) {
    if let reference = Self.tensor(value) {
      add(reference, as: name)
    } else if depth < Self.deepestArgument, Self.hasTensors(value) {
      // Lists, and dictionaries in the order of their keys.
      let members =
        value.array
        ?? (value.object ?? [:]).sorted { $0.key < $1.key }.map { $0.value }
      for item in members { collect(item, as: name, depth: depth + 1) }
    } else if let name {
      arguments[name] = .value(value)
    } else {
      operands.append(.value(value))
    }
  }

  /// Lists within lists of tensors.
  private static let deepestArgument = 16

  private static func tensor(_ value: KerasValue) -> KerasArchitecture.Reference? {
    guard value["class_name"]?.text == "__keras_tensor__",
      let history = value["config"]?["keras_history"]
    else { return nil }
    return KerasArchitecture.reference(history)
  }

  private static func hasTensors(_ value: KerasValue, depth: Int = 0) -> Bool {
    if tensor(value) != nil { return true }
    guard depth < deepestArgument else { return false }
    let members = value.array ?? value.object.map { Array($0.values) } ?? []
    return members.contains { hasTensors($0, depth: depth + 1) }
  }

  /// Keras 2: `[layer, node, tensor, arguments]`, one or a list of them; arguments may be tensors too.
  fileprivate mutating func collectPlain(_ value: KerasValue, depth: Int = 0) {
    guard depth < 16, let array = value.array else { return }
    guard let reference = KerasArchitecture.reference(value) else {
      // A value that stands where a tensor could: ["_CONSTANT_VALUE", -1, 2.0, {}] or such.
      for item in array { collectPlain(item, depth: depth + 1) }
      return
    }
    if reference.layer == "_CONSTANT_VALUE" {
      operands.append(.value(array[2]))
    } else {
      add(reference, as: nil)
    }
    for (name, argument) in (array.count > 3 ? array[3].object ?? [:] : [:]).sorted(by: {
      $0.key < $1.key
    }) {
      if let other = KerasArchitecture.reference(argument) {
        add(other, as: name)
      } else if let list = argument.array, !list.isEmpty,
        list.allSatisfy({ KerasArchitecture.reference($0) != nil })
      {
        for item in list.compactMap({ KerasArchitecture.reference($0) }) { add(item, as: name) }
      } else {
        arguments[name] = .value(argument)
      }
    }
  }

  private mutating func add(_ reference: KerasArchitecture.Reference, as name: String?) {
    let operand = KerasArchitecture.Operand.tensor(inputs.count)
    inputs.append(reference)
    if let name, arguments[name] == nil { arguments[name] = operand }
    if name == nil { operands.append(operand) }
  }
}
