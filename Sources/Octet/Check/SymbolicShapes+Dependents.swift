import OctetDiagnostics
import OctetIR
import OctetImport

/// What follows from open dimensions.
extension SymbolicShapes {
  /// A shape with formulas in the place of extents, and the dimensions that it depends on.
  private typealias Symbols = (text: String, dimensions: Set<Int>)

  private var names: [String] { dimensions.map { $0.name } }

  private func symbol(_ values: [Int?]) -> Symbols? {
    guard let formula = ExtentFormula(values, at: probes, names: names) else { return nil }
    let depends =
      "depends on " + formula.dimensions.map { names[$0] }.joined(separator: " and ")
    return (formula.text ?? depends, Set(formula.dimensions))
  }

  private func symbols(_ shapes: [[Int]?]) -> Symbols? {
    guard let rank = shapes.first??.count else { return nil }
    var texts: [String] = []
    var found: Set<Int> = []
    for index in 0..<rank {
      let values = shapes.map { shape in shape.flatMap { $0.count == rank ? $0[index] : nil } }
      guard let (text, dimensions) = symbol(values) else { return nil }
      texts.append(text)
      found.formUnion(dimensions)
    }
    return ("[" + texts.joined(separator: ",") + "]", found)
  }

  private func extents(_ form: ShapeTrace.Form?) -> [Int]? {
    if case .tensor(let extents)? = form { return extents }
    return nil
  }

  /// The result of a node in each import.
  private func forms(_ location: Location) -> [ShapeTrace.Form?] {
    traces.map { $0?.node(location)?.results.first ?? nil }
  }

  /// The diagnostic with what follows from the dimensions that it is about.
  func explaining(_ diagnostic: Diagnostic) -> Diagnostic {
    guard diagnostic.severity == .error, let location = diagnostic.location else {
      return diagnostic
    }
    var result = diagnostic
    let own = dimensions.indices.filter { isOrigin(location, dimensions[$0]) }
    if own.isEmpty {
      if let note = cause(of: location) { result.notes.append(note) }
      return result
    }
    result.notes += first.open.filter { opened in own.contains { names[$0] == opened.name } }
      .prefix(Self.listed).map { "'\($0.name)' is open: \($0.meaning)" }
    if let refused = refused(own) { result.notes.append(refused) }
    let dependents = self.dependents(of: Set(own))
    result.notes += dependents.notes
    result.tensors += dependents.tensors
    return result
  }

  private static let listed = 3

  /// That the model wants sizes that its strides divide.
  private func refused(_ own: [Int]) -> String? {
    let odd = dimensions.count + 2
    guard !first.outputs.isEmpty, first.outputs.count == first.wantedOutputs,
      let trace = traces[odd], trace.outputs.count < first.outputs.count
    else { return nil }
    return "extents that are no multiples of 32 do not convert: tried "
      + own.map { "\(names[$0])=\(probes[odd][$0])" }.joined(separator: ", ")
  }

  private func isOrigin(_ location: Location, _ dimension: Dimension) -> Bool {
    if let (name, _) = dimension.input {
      return first.inputs.contains {
        $0.name == name && $0.location.node == location.node && $0.location.op == location.op
      }
    }
    guard let open = first.open.first(where: { $0.name == dimension.name }) else { return false }
    return open.cause.map { $0 == location.node } ?? (open.node.op == location.op)
  }

  /// What a node reads that could not be made, where that has an open dimension.
  private func cause(of location: Location) -> String? {
    guard let node = first.node(location) else { return nil }
    for index in node.inputs.indices {
      let shapes = traces.map { trace in
        trace?.node(location).flatMap {
          $0.inputs.indices.contains(index) ? extents($0.inputs[index]) : nil
        }
      }
      if let (text, dimensions) = symbols(shapes), !dimensions.isEmpty {
        return "what it reads is open: \(text)"
      }
    }
    return nil
  }

  // MARK: Dependents

  /// The first node of each kind where an extent matters that depends on `own`, and the inputs and outputs with such ones.
  private func dependents(of own: Set<Int>) -> (notes: [String], tensors: [String]) {
    var notes: [String] = []
    if let loop = loop(own) { notes.append(loop) }
    var kinds: Set<String> = []
    for node in first.nodes {
      guard let kind = Self.kind(node.location.op ?? ""), !kinds.contains(kind),
        let text = text(node, own)
      else { continue }
      kinds.insert(kind)
      notes.append(text)
    }
    var tensors: [String] = []
    for input in first.inputs {
      guard let extents = input.extents ?? inputShape(input.name) else { continue }
      var symbols = extents.map { "\($0)" }
      var isOwn = false
      for (place, dimension) in dimensions.enumerated() where dimension.input?.name == input.name {
        guard let index = dimension.input?.index else { continue }
        symbols[index] = dimension.name
        isOwn = isOwn || own.contains(place)
      }
      if isOwn { tensors.append("\(input.name): [" + symbols.joined(separator: ",") + "]") }
    }
    for (index, output) in first.outputs.enumerated() {
      let shapes = traces.map { trace in
        trace.flatMap { trace in
          trace.outputs.indices.contains(index) ? extents(trace.outputs[index].form) : nil
        }
      }
      guard let (text, found) = symbols(shapes), !found.isDisjoint(with: own) else { continue }
      tensors.append("\(output.name): \(output.element.shortName)\(text)")
    }
    return (notes, tensors)
  }

  private func inputShape(_ name: String) -> [Int]? {
    first.nodes.first { $0.location.node == name }.flatMap { extents($0.results.first ?? nil) }
  }

  private func loop(_ own: Set<Int>) -> String? {
    for (location, _) in first.turns {
      let counts = traces.map { trace in
        trace?.turns.first { $0.location == location }?.count
      }
      guard let (text, found) = symbol(counts), !found.isDisjoint(with: own) else { continue }
      return "\(Self.name(location)) turns \(text) times"
    }
    return nil
  }

  private func text(_ node: ShapeTrace.Node, _ own: Set<Int>) -> String? {
    let forms = forms(node.location)
    let name = Self.name(node.location)
    guard case .list? = forms.first ?? nil else {
      guard let (text, found) = symbols(forms.map { extents($0) }), !found.isDisjoint(with: own)
      else { return nil }
      return "\(name) makes \(text)"
    }
    var counts: [Int?] = []
    var elements: [[Int]?] = []
    for form in forms {
      if case .list(let count, let element)? = form {
        counts.append(count)
        elements.append(element)
      } else {
        counts.append(nil)
        elements.append(nil)
      }
    }
    let count = symbol(counts)
    let element = symbols(elements)
    let found = (count?.dimensions ?? []).union(element?.dimensions ?? [])
    guard let count, !found.isDisjoint(with: own) else { return nil }
    return "\(name) is a list of \(count.text) tensor\(count.text == "1" ? "" : "s")"
      + (element.map { " of shape \($0.text)" } ?? "")
  }

  /// What an extent is for in operators that take one as a number.
  private static func kind(_ op: String) -> String? {
    if op.hasPrefix("Resize") || op.hasPrefix("UpSampling") { return "resize" }
    switch op {
    case "Reshape", "Flatten": return "reshape"
    case "TensorListReserve", "TensorListResize", "TensorArrayV3": return "list"
    case "TensorListFromTensor", "TensorListSetItem", "TensorListPushBack", "TensorListScatterV2",
      "TensorArrayWriteV3", "TensorArrayScatterV3":
      return "element"
    case "Fill", "Range", "BroadcastTo", "Tile", "LinSpace": return "fill"
    default: return nil
    }
  }

  /// The model with formulas in the place of extents; nil where it has other operators for other extents.
  var model: Model? {
    guard case var model?? = models.first else { return nil }
    let graphs = models.map { $0?.graph }
    for case let graph? in graphs {
      guard graph.nodes.count == model.graph.nodes.count,
        graph.values.count == model.graph.values.count,
        zip(graph.nodes, model.graph.nodes).allSatisfy({ $0.op.name == $1.op.name })
      else { return nil }
    }
    for index in model.graph.values.indices where model.graph.values[index].constant == nil {
      let shapes = graphs.map { $0?.values[index].type.shape.extents }
      guard let rank = shapes[0]?.count else { return nil }
      let extents = (0..<rank).map { axis in
        shapes.map { $0.flatMap { $0.count == rank ? $0[axis] : nil } }
      }
      model.graph[ValueID(index)].type.shape = Shape(
        extents.map { values in
          if let first = values[0], values.allSatisfy({ $0 == nil || $0 == first }) {
            return .known(first)
          }
          return .unknown(name: symbol(values)?.text ?? "", origin: "the model's inputs")
        })
    }
    return model
  }

  private static func name(_ location: Location) -> String {
    "'\(location.node ?? "")' (\(location.op ?? ""))"
      + (location.function.map { " in \($0)" } ?? "")
  }
}
