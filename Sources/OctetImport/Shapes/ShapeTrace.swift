package import OctetDiagnostics
package import OctetIR

/// What one import of a model finds of its tensors' shapes, by node. Imports with other extents are compared with it, so
/// whatever cannot be made does not end one: what has a size that only a run tells gets the trace's own size.
package final class ShapeTrace {
  /// Extents that are known, which may be other ones in other imports.
  package enum Form: Equatable {
    case tensor([Int])
    /// A list of tensors, and the shape of the first that is set.
    case list(count: Int, element: [Int]?)
  }

  /// A node as it was first looked at.
  package struct Node {
    package let location: Location
    package let inputs: [Form?]
    package let results: [Form?]
  }

  /// An input, with -1 where the model leaves its extent open, and names for its dimensions.
  package struct Input {
    package let name: String
    /// Nil where the model does not say how many there are.
    package let extents: [Int]?
    package let location: Location
  }

  /// A dimension whose extent the data say.
  package struct Open {
    /// `mask/Where:0.count`
    package let name: String
    /// What decides it, for the user: `how many elements of 'Greater' are not 0`.
    package let meaning: String
    package let node: Location
    /// The node that could not be made and so leaves it open, where that is another one.
    package let cause: String?
  }

  /// The sizes to take for dimensions whose extent the data say.
  private let sizes: [String: Int]

  package private(set) var inputs: [Input] = []
  /// The outputs that could be made, and how many there should be.
  package private(set) var outputs: [(name: String, element: ElementType, form: Form)] = []
  package private(set) var wantedOutputs = 0
  /// What looking at nodes has found.
  var state = State()

  struct State {
    fileprivate var nodes: [Node] = []
    fileprivate var turns: [(location: Location, count: Int)] = []
    fileprivate var open: [Open] = []
    fileprivate var places: [Place: Int] = [:]
    fileprivate var looped: Set<Place> = []
    fileprivate var shared: [ValueID: Int] = [:]
  }

  package var nodes: [Node] { state.nodes }
  /// The turns of the loops, as they were first run.
  package var turns: [(location: Location, count: Int)] { state.turns }
  package var open: [Open] { state.open }

  fileprivate struct Place: Hashable {
    let function: String?
    let node: String?
  }

  package init(sizes: [String: Int] = [:]) {
    self.sizes = sizes
  }

  package func add(_ input: Input) { inputs.append(input) }

  package func addOutput(_ name: String, _ value: TensorFlowValue, _ graph: Graph) {
    wantedOutputs += 1
    guard let form = Form(value, graph) else { return }
    let element: ElementType
    switch value {
    case .computed(let id): element = graph[id].type.element
    case .constant(let tensor): element = tensor.type.element
    default: return
    }
    outputs.append((name, element, form))
  }

  package func add(
    _ location: Location, _ inputs: [TensorFlowValue], _ results: [TensorFlowValue], _ graph: Graph
  ) {
    let place = Place(function: location.function, node: location.node)
    guard state.places[place] == nil else { return }
    state.places[place] = nodes.count
    state.nodes.append(
      Node(
        location: location, inputs: inputs.map { Form($0, graph) },
        results: results.map { Form($0, graph) }))
  }

  package func node(_ location: Location) -> Node? {
    state.places[Place(function: location.function, node: location.node)].map { nodes[$0] }
  }

  package func addTurns(_ count: Int, _ location: Location) {
    guard state.looped.insert(Place(function: location.function, node: location.node)).inserted
    else {
      return
    }
    state.turns.append((location, count))
  }

  /// The extent to take for a dimension that the data decide.
  ///
  /// - Parameter key: what decides it: dimensions of one key are the same.
  func size(of dimension: Open, for key: ValueID? = nil) -> Int {
    let place: Int
    if let known = key.flatMap({ state.shared[$0] })
      ?? open.firstIndex(where: { $0.name == dimension.name })
    {
      place = known
    } else {
      place = open.count
      state.open.append(dimension)
      if let key { state.shared[key] = place }
    }
    return sizes[open[place].name] ?? Self.base(of: place)
  }

  /// The size that the first traces take for a dimension which the data decide.
  package static func base(of place: Int) -> Int { 64 + 64 * place }
}

extension ShapeTrace.Form {
  /// Nil for what is no tensor and no list of tensors.
  init?(_ value: TensorFlowValue, _ graph: Graph) {
    switch value {
    case .computed(let id), .complex(real: let id, imaginary: _):
      guard let extents = graph[id].type.shape.extents else { return nil }
      self = .tensor(extents)
    case .constant(let tensor): self = .tensor(tensor.extents)
    case .random(let numbers): self = .tensor(numbers.mean.extents)
    case .list(let items):
      let first = items.lazy.compactMap { $0 }.first.flatMap { Self($0, graph) }
      if case .tensor(let extents)? = first {
        self = .list(count: items.count, element: extents)
      } else {
        self = .list(count: items.count, element: nil)
      }
    case .packedList(let id):
      guard let extents = graph[id].type.shape.extents, let count = extents.first else {
        return nil
      }
      self = .list(count: count, element: Array(extents.dropFirst()))
    case .variable, .dead, .missing: return nil
    }
  }
}
