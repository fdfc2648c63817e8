import OctetDiagnostics
import OctetIR

/// Where a Keras model's weights are, layer by layer.
struct KerasStore {
  /// The weights of one layer, by what Keras calls them where that is written.
  struct Weights {
    var tensors: [(name: String, dataset: HDF5Dataset)] = []
  }

  private enum Form {
    /// Keras 2: the weights of each layer of the outermost model, those of models in it all in one list.
    case lists([String: Weights])
    /// Keras 3: groups as the layers lie in each other.
    case groups(HDF5Group)
  }

  private let form: Form

  init(_ file: HDF5File) throws(Diagnostic) {
    if let weights = try KerasWeights(file) {
      var lists: [String: Weights] = [:]
      for layer in weights.layers { lists[layer.name] = Weights(tensors: layer.weights) }
      form = .lists(lists)
    } else {
      form = .groups(file.root)
    }
  }

  private init(_ form: Form) { self.form = form }

  static let empty = KerasStore(.lists([:]))

  /// The weights of a model's layers, by layer name, and where those of the models among them are.
  func resolve(
    _ model: KerasArchitecture
  ) throws(Diagnostic) -> [String: (weights: Weights, store: KerasStore)] {
    var result: [String: (weights: Weights, store: KerasStore)] = [:]
    switch form {
    case .lists(let lists):
      for layer in model.layers {
        let weights = lists[layer.name] ?? Weights()
        result[layer.name] = (weights, KerasStore(.lists(try Self.parts(of: layer, weights))))
      }
    case .groups(let root):
      let groups = Self.groups(in: root, model)
      for layer in model.layers {
        guard let group = groups[layer.name] else { continue }
        result[layer.name] = (
          Weights(tensors: Self.datasets(in: group, of: layer)), KerasStore(.groups(group))
        )
      }
    }
    return result
  }

  /// Where the weights of `layer`, a model within a layer with `weights`, are.
  func part(
    _ name: String, of layer: KerasLayer, _ weights: Weights
  ) throws(Diagnostic) -> KerasStore {
    switch form {
    case .lists: KerasStore(.lists(try Self.parts(of: layer, weights)))
    case .groups(let group): group.group(name).map { KerasStore(.groups($0)) } ?? .empty
    }
  }

  /// The lists of the layers of a model that is a layer: a weight's name has its layer's in it, and that of the model within
  /// the model where that was named first.
  private static func parts(
    of layer: KerasLayer, _ weights: Weights
  ) throws(Diagnostic) -> [String: Weights] {
    guard let model = layer.model else { return [:] }
    var parts: [String: Weights] = [:]
    for weight in weights.tensors {
      let path = Set(weight.name.split(separator: "/").dropLast().map { String($0) })
      let named = model.layers.filter { $0.model != nil && path.contains($0.name) }
      let owners = named.isEmpty ? model.layers.filter { owns($0, path) } : named
      guard owners.count < 2 else {
        throw Diagnostic(
          .invalidKeras, "several layers of the model could have the weight '\(weight.name)'",
          notes: ["they are " + owners.map { $0.name }.joined(separator: ", ")],
          help: "give them different names, or save the model as model.save(\"model.keras\")")
      }
      if let owner = owners.first { parts[owner.name, default: Weights()].tensors.append(weight) }
    }
    return parts
  }

  private static func owns(_ layer: KerasLayer, _ path: Set<String>) -> Bool {
    guard let model = layer.model else { return path.contains(layer.name) }
    return model.layers.contains { owns($0, path) }
  }

  /// Keras 3 names groups after classes (`conv2d`, `conv2d_1`, in the order of the layers) and writes each layer's own
  /// name into an attribute, or names them after the layers.
  private static func groups(in root: HDF5Group, _ model: KerasArchitecture) -> [String: HDF5Group]
  {
    let folder =
      root.group("layers") ?? root.group("_layer_checkpoint_dependencies") ?? root
    var result: [String: HDF5Group] = [:]
    for case .group(let group) in folder.members {
      guard let name = try? group.group("vars")?.attribute("name")?.text() else { continue }
      if result[name] == nil { result[name] = group }
    }
    var used: [String: Int] = [:]
    for layer in model.layers where !layer.isFunction {
      let base = snakeCase(layer.type)
      let count = used[base, default: 0]
      used[base] = count + 1
      if result[layer.name] != nil { continue }
      let counted = count == 0 ? base : "\(base)_\(count)"
      result[layer.name] = folder.group(counted) ?? folder.group(layer.name)
    }
    return result
  }

  /// Source: `to_snake_case` of Keras 3's `naming.py`.
  static func snakeCase(_ name: String) -> String {
    var result = ""
    let letters = Array(name.filter { $0.isLetter || $0.isNumber || $0 == "_" })
    for (index, letter) in letters.enumerated() {
      if letter.isUppercase, index > 0 {
        let before = letters[index - 1]
        let after = index + 1 < letters.count ? letters[index + 1] : " "
        if before.isLowercase || after.isLowercase, before != "_" { result += "_" }
      }
      result += letter.lowercased()
    }
    return result
  }

  /// The parts of layers that have weights, in Keras's order.
  private static let partNames = [
    "cell", "forward_layer", "backward_layer", "layer", "query_dense", "key_dense", "value_dense",
    "output_dense", "_query_dense", "_key_dense", "_value_dense", "_output_dense",
  ]

  /// The numbers of a layer and then those of its parts.
  private static func datasets(
    in group: HDF5Group, of layer: KerasLayer
  ) -> [(name: String, dataset: HDF5Dataset)] {
    // Cells in a list are named after their classes, as layers are.
    if let cells = layer.config["cell"]?["config"]?["cells"]?.array,
      let folder = group.group("cell")?.group("cells")
    {
      var used: [String: Int] = [:]
      return cells.flatMap { cell in
        let base = snakeCase(cell["class_name"]?.text ?? "")
        let count = used[base, default: 0]
        used[base] = count + 1
        return folder.group(count == 0 ? base : "\(base)_\(count)").map { datasets(in: $0) } ?? []
      }
    }
    return datasets(in: group)
  }

  private static func datasets(
    in group: HDF5Group, depth: Int = 0
  ) -> [(name: String, dataset: HDF5Dataset)] {
    guard depth < 8 else { return [] }
    var result: [(name: String, dataset: HDF5Dataset)] = []
    if let vars = group.group("vars") {
      let own = vars.datasets.compactMap { dataset in Int(dataset.name).map { ($0, dataset) } }
      for (index, dataset) in own.sorted(by: { $0.0 < $1.0 }) {
        result.append(("\(group.name)/\(index)", dataset))
      }
    }
    for part in partNames {
      if let inner = group.group(part) { result += datasets(in: inner, depth: depth + 1) }
    }
    return result
  }
}
