import OctetDiagnostics
import OctetIR
import OctetOps

/// What a node is for `ModelStructure`.
struct PartReader {
  private let graph: Graph
  private let node: Node
  private let border: WindowBorder?
  private let scope: ModelStructure.Scope

  /// - Parameter border: what a window operator has around its image.
  init(
    _ graph: Graph, _ node: Node, border: WindowBorder?, _ scope: ModelStructure.Scope
  ) {
    self.graph = graph
    self.node = node
    self.border = border
    self.scope = scope
  }

  /// The clamp that the node applies to its result, as an operator.
  var clamp: String? {
    switch OpCatalog.builtin(node.op)?.traits.clamp.activation {
    case nil, .some(.none): nil
    case .some(let clamp): clamp.rawValue
    }
  }

  /// The constant filter of a layer: what is quantized as weights, or else a constant matrix beside data that it
  /// does not broadcast against.
  var weights: ModelStructure.Weights? {
    var position: Int?
    var bias: Int?
    switch node.op.quantization {
    case .int8(let rule): (position, bias) = (rule.weights?.position, rule.bias)
    case .floatOnly:
      guard let op = OpCatalog.builtin(node.op), case .fixed = op.traits.layout else { return nil }
      position = node.inputs.firstIndex { id in
        guard let id, graph[id].constant != nil, graph[id].type.shape.rank > 1 else { return false }
        return [.float32, .float16, .int8].contains(graph[id].type.element)
      }
    }
    guard let position, let filter = constant(position),
      let extents = graph[filter].type.shape.extents
    else { return nil }
    return ModelStructure.Weights(
      filter: filter, bias: bias.flatMap { constant($0) }, extents: extents)
  }

  private func constant(_ position: Int) -> ValueID? {
    guard position < node.inputs.count, let id = node.inputs[position],
      graph[id].constant != nil
    else { return nil }
    return id
  }

  /// The attributes that matter, and the constants that are no weights.
  var properties: [ModelStructure.Property] {
    var result: [ModelStructure.Property] = []
    if !(node.op is Foreign) {
      for attribute in node.op.attributes where matters(attribute) {
        let border = attribute.name == "padding" ? self.border?.text : nil
        result.append(
          .init(name: attribute.name, value: border ?? GraphPrinter.text(attribute.value)))
      }
    }
    let weights = self.weights
    for (position, id) in node.inputs.enumerated() {
      guard let id, graph[id].constant != nil, id != weights?.filter, id != weights?.bias,
        let text = text(constant: id)
      else { continue }
      result.append(.init(name: "operand \(position)", value: text))
    }
    return result
  }

  private func matters(_ attribute: Attribute) -> Bool {
    if case .graph = attribute.value { return false }
    switch attribute.name {
    case "activation": return false
    case "shape": return scope.comparesExtents
    case "half_pixel_centers": return !repeatsPixels
    default: return true
    }
  }

  /// Whether the node makes each pixel a block of equal ones, which pixel centres don't change.
  private var repeatsPixels: Bool {
    guard node.op is ResizeNearestNeighbor, let input = node.inputs.first ?? nil,
      let from = graph[input].type.shape.extents, from.count == 4, from[1] > 0, from[2] > 0,
      let output = node.outputs.first, let to = graph[output].type.shape.extents, to.count == 4
    else { return false }
    return to[1] % from[1] == 0 && to[2] % from[2] == 0
  }

  /// Operators whose constants are extents.
  private static let sized = ["reshape", "resize_nearest_neighbor", "resize_bilinear", "slice"]

  /// A constant's contents as far as two models can have them in common.
  private func text(constant id: ValueID) -> String? {
    let value = graph[id]
    // A reshape has its extents as an attribute too.
    if node.op is Reshape || !scope.comparesExtents && Self.sized.contains(node.op.name) {
      return nil
    }
    guard let storage = value.constant, let extents = value.type.shape.extents,
      let bytes = value.type.byteCount, bytes == storage.bytes.count
    else { return value.type.text }
    let count = Shape.elementCount(extents) ?? 0
    switch value.type.element {
    case .int32 where count <= 64: return "\(storage.array(of: Int32.self))"
    case .float32 where scope.comparesNumbers && count <= 16:
      return "\(storage.array(of: Float.self).map(Self.rounded))"
    default:
      let known = Array(extents.drop { $0 == 1 })
      return scope.comparesExtents
        ? TensorType(value.type.element, known).text : value.type.element.shortName
    }
  }

  /// A number without its last 6 bits: formats differ in how they arrive at 1/255.
  private static func rounded(_ value: Float) -> Float {
    guard value.isFinite else { return value }
    return Float(bitPattern: (value.bitPattern &+ 0x20) & ~0x3F)
  }

  /// The layer's own first: the one that the filter is named after, else the first that is no border.
  var places: [Location] {
    let owner = weights.map { graph[$0.filter].name } ?? ""
    let first =
      node.provenance.firstIndex { $0.node.map { owner.hasPrefix($0 + "/") } ?? false }
      ?? node.provenance.firstIndex { !($0.op ?? "").lowercased().contains("pad") }
    guard let first else { return node.provenance }
    return [node.provenance[first]] + node.provenance[..<first]
      + node.provenance[(first + 1)...]
  }

  var name: String {
    if let name = places.first?.node { return name }
    return node.outputs.first.map { graph[$0].name } ?? node.operatorName
  }
}
