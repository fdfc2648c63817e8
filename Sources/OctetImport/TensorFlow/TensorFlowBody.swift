import OctetDiagnostics

/// The nodes of a graph or of a function, by name.
final class TensorFlowBody {
  /// The function's name; nil for the model's own graph.
  let function: String?
  let nodes: [TFNodeDef]
  /// What each node reads, parsed once however often a loop turns.
  let inputs: [[TensorReference]]
  /// The names of a function's arguments.
  let arguments: [String]
  /// What a function gives, in the order of its signature.
  let results: [TensorReference]
  private let places: [String: Int]
  private let argumentPlaces: [String: Int]

  init(_ graph: TFGraphDef) {
    function = nil
    nodes = graph.node
    inputs = Self.inputs(graph.node)
    arguments = []
    results = []
    places = Self.places(graph.node.map { $0.name })
    argumentPlaces = [:]
  }

  init(_ definition: TFFunctionDef) {
    let signature = definition.signature
    function = signature.name
    nodes = definition.nodeDef
    inputs = Self.inputs(definition.nodeDef)
    arguments = signature.inputArg.map { $0.name }
    results = signature.outputArg.map { TensorReference(definition.ret[$0.name] ?? "") }
    places = Self.places(definition.nodeDef.map { $0.name })
    argumentPlaces = Self.places(arguments)
  }

  private static func inputs(_ nodes: [TFNodeDef]) -> [[TensorReference]] {
    nodes.map { $0.input.map { TensorReference($0) }.filter { !$0.isControl } }
  }

  private static func places(_ names: [String]) -> [String: Int] {
    Dictionary(zip(names, names.indices)) { first, _ in first }
  }

  func place(of node: String) -> Int? { places[node] }

  func argument(_ name: String) -> Int? { argumentPlaces[name] }

  /// The loops of TensorFlow 1 in it.
  private(set) lazy var frames: [LoopFrame] = findFrames()
  private lazy var framesOfExits: [Int: LoopFrame] = {
    var result: [Int: LoopFrame] = [:]
    for frame in frames {
      for exit in frame.variables.compactMap({ $0.exit }) { result[exit] = frame }
    }
    return result
  }()
  private lazy var loopVariables = Set(frames.flatMap { $0.variables.map { $0.merge } })

  func frame(ofExit place: Int) -> LoopFrame? { framesOfExits[place] }

  /// Whether a node is the value that a loop's variable has in a turn.
  func isLoopVariable(_ place: Int) -> Bool { loopVariables.contains(place) }

  /// What must be known before a node can be looked at.
  func needs(of place: Int) -> [TensorReference] {
    if isLoopVariable(place) { return [] }
    return frame(ofExit: place)?.entries ?? inputs[place]
  }
}

/// What an input of a node names.
struct TensorReference: Hashable {
  let node: String
  /// In functions, the output by its name in the operator's definition.
  let output: String?
  let index: Int
  /// Whether it only says what runs first.
  let isControl: Bool

  /// `node`, `node:1`, `node:output:1` or `^node`.
  init(_ text: String) {
    isControl = text.first == "^"
    let parts = (isControl ? text.dropFirst() : text[...]).split(
      separator: ":", omittingEmptySubsequences: false)
    node = parts.first.map { String($0) } ?? ""
    output = parts.count > 2 ? String(parts[1]) : nil
    index = parts.count > 1 ? parts.last.flatMap { Int($0) } ?? 0 : 0
  }

  /// The place among all outputs of an operator of type `op`: those before come first.
  func place(in op: String) -> Int {
    guard let output, let outputs = Self.severalOutputs[op],
      let place = outputs.firstIndex(of: output)
    else { return max(0, index) }
    return place + max(0, index)
  }

  /// The outputs of operators that have more than one in their definition.
  private static let severalOutputs: [String: [String]] = [
    "FusedBatchNorm": ["y", "batch_mean", "batch_variance", "reserve_space_1", "reserve_space_2"],
    "FusedBatchNormV2": [
      "y", "batch_mean", "batch_variance", "reserve_space_1", "reserve_space_2",
    ],
    "FusedBatchNormV3": [
      "y", "batch_mean", "batch_variance", "reserve_space_1", "reserve_space_2", "reserve_space_3",
    ],
    "Switch": ["output_false", "output_true"],
    "Merge": ["output", "value_index"],
    "TopKV2": ["values", "indices"],
    "Unique": ["y", "idx"],
    "TensorArrayV3": ["handle", "flow"],
    "NonMaxSuppressionV4": ["selected_indices", "valid_outputs"],
    "NonMaxSuppressionV5": ["selected_indices", "selected_scores", "valid_outputs"],
    "CombinedNonMaxSuppression": [
      "nmsed_boxes", "nmsed_scores", "nmsed_classes", "valid_detections",
    ],
  ]
}
