import FoundationEssentials
import OctetDiagnostics
import OctetIR
import OctetOps

/// Builds the layers of a Keras model from TensorFlow's operators, which is what Keras itself calls.
struct KerasBuilder {
  /// The layer that is being built.
  struct Present {
    var name = ""
    var location = Location()
    /// Its weights, and how many were taken.
    var weights: [(name: String, dataset: HDF5Dataset)] = []
    var taken = 0
    /// The ends of ranges that training has found, as `kernel_min`.
    var ranges: [String: HDF5Dataset] = [:]
    /// The weights of the models within it.
    var store = KerasStore.empty
  }

  /// Uses of layers, and nodes they become: a file of few bytes can have models in models that are used over and over.
  static let mostLayers = 1 << 16
  static let mostNodes = 1 << 18

  var graph: GraphBuilder
  /// The first number of the Keras version that wrote the model: some activations changed.
  let version: Int
  let trace: ShapeTrace?
  var present = Present()
  /// The use of the present layer, with what it was given.
  var call: KerasArchitecture.Call?
  var built = 0
  /// Of the sequences that have one.
  var masks: [ValueID: TensorFlowValue] = [:]
  /// The first layer that Keras computes in less precision than float32.
  private(set) var halved: Location?
  /// Layers that could not be built: one entry for each thing that is wrong, with the others it is wrong with.
  private(set) var problems: [(first: Diagnostic, others: [String])] = []
  private var places: [String: Int] = [:]

  init(_ place: Location, version: Int, _ trace: ShapeTrace? = nil) {
    graph = GraphBuilder(within: place)
    self.version = version
    self.trace = trace
  }

  mutating func begin(
    _ layer: KerasLayer, _ weights: KerasStore.Weights, _ store: KerasStore, _ location: Location
  ) {
    present = Present(
      name: layer.name, location: location, weights: weights.tensors, store: store)
    graph.begin(layer.name, location)
  }

  /// Notes a layer of mixed precision, whose weights are float32 numbers and are computed with as such.
  mutating func notePrecision(_ layer: KerasLayer, _ location: Location) {
    let policy = layer.config["dtype"]?["config"]?["name"]?.text ?? layer.config["dtype"]?.text
    if policy?.hasPrefix("mixed_") == true { halved = halved ?? location }
  }

  /// Notes what is wrong with a layer.
  mutating func note(_ problem: Diagnostic, _ layer: KerasLayer) {
    let key = "\(problem.code.id) \(layer.type) \(problem.message)"
    guard let known = places[key] else {
      places[key] = problems.count
      problems.append((problem, []))
      return
    }
    if problems[known].first.location?.node != layer.name,
      !problems[known].others.contains(layer.name)
    {
      problems[known].others.append(layer.name)
    }
  }

  // MARK: Weights

  /// The next of the layer's weights, of these extents; nil is any extent. Float32 whatever the file has.
  mutating func weight(_ what: String, _ extents: [Int?]) throws(Diagnostic) -> Tensor {
    guard present.weights.indices.contains(present.taken) else {
      throw Diagnostic(
        .missingWeights, "the file has no \(what) for the layer",
        notes: ["it has \(counted(present.weights.count, "weight")) for it"],
        help: "save the model again, or give the architecture that the weights were saved with")
    }
    let (name, dataset) = present.weights[present.taken]
    present.taken += 1
    let tensor = try dataset.tensor().realNumbers
    guard let tensor, tensor.extents.count == extents.count,
      zip(tensor.extents, extents).allSatisfy({ $1 == nil || $0 == $1 })
    else {
      let wanted = extents.map { $0.map { "\($0)" } ?? "N" }.joined(separator: ",")
      throw Diagnostic(
        .weightsMismatch,
        "the \(what) have the shape \(try dataset.type().text), the layer needs [\(wanted)]")
    }
    guard
      case .constant(let weights) = try rounded(.constant(tensor), Self.base(name), isNarrow: true)
    else { return tensor }
    return weights
  }

  /// How many of the layer's weights were not taken.
  var weightsLeft: Int { present.weights.count - present.taken }

  /// Goes on with a layer, whose weights a model within it has had.
  mutating func resume(_ outer: Present) {
    present = outer
    present.taken = outer.weights.count
    graph.begin(outer.name, outer.location)
  }

  // MARK: Values

  func extents(_ value: TensorFlowValue) throws(Diagnostic) -> [Int] {
    switch value {
    case .computed(let id): return try graph.extents(id)
    case .constant(let tensor): return tensor.extents
    default: throw Diagnostic(.invalidGraph, "the layer reads what is no tensor")
    }
  }

  func ints(_ values: [Int]) throws(Diagnostic) -> TensorFlowValue {
    var numbers: [Int32] = []
    for value in values {
      guard let number = Int32(exactly: value) else {
        throw Diagnostic(.tensorTooLarge, "\(value) does not fit int32")
      }
      numbers.append(number)
    }
    return .constant(Tensor([numbers.count], int32: numbers))
  }

  func scalar(_ value: Float) -> TensorFlowValue { .constant(Tensor([], [value])) }

  // MARK: Operators

  /// The results of an operator of TensorFlow.
  mutating func all(
    _ op: String, _ inputs: [TensorFlowValue], _ attributes: [String: TFAttrValue] = [:]
  ) throws(Diagnostic) -> [TensorFlowValue] {
    let node = TensorFlowNode(op, present.name, inputs, present.location, attributes)
    if let results = try KnownNumbers.results(of: node) { return results.map { .constant($0) } }
    guard let mapping = OpMapping.tensorFlow[op] else {
      throw Diagnostic(
        .unknownLayer, "the layer is made of the operator '\(op)', which is not supported")
    }
    return try mapping.build(node, &graph).map { graph.known($0) }
  }

  /// The first result of an operator of TensorFlow.
  mutating func apply(
    _ op: String, _ inputs: [TensorFlowValue], _ attributes: [String: TFAttrValue] = [:]
  ) throws(Diagnostic) -> TensorFlowValue {
    guard let first = try all(op, inputs, attributes).first else {
      throw Diagnostic(.invalidGraph, "the operator '\(op)' gives nothing")
    }
    return first
  }

  mutating func reshape(
    _ value: TensorFlowValue, _ extents: [Int]
  ) throws(Diagnostic) -> TensorFlowValue {
    .computed(try graph.reshape(try graph.value(value), extents))
  }

  mutating func transpose(
    _ value: TensorFlowValue, _ order: [Int]
  ) throws(Diagnostic) -> TensorFlowValue {
    try apply("Transpose", [value, try ints(order)])
  }

  mutating func slice(
    _ value: TensorFlowValue, begin: [Int], size: [Int]
  ) throws(Diagnostic) -> TensorFlowValue {
    .computed(try graph.slice(try graph.value(value), begin: begin, size: size))
  }

  mutating func concatenate(
    _ values: [TensorFlowValue], axis: Int
  ) throws(Diagnostic) -> TensorFlowValue {
    if values.count == 1 { return values[0] }
    return try apply("ConcatV2", values + [.constant(Tensor([], int32: [Int32(axis)]))])
  }
}

extension TFAttrValue {
  static func ints(_ values: [Int]) -> TFAttrValue {
    var result = TFAttrValue()
    result.list.i = values.map { Int64($0) }
    return result
  }

  static func text(_ value: String) -> TFAttrValue {
    var result = TFAttrValue()
    result.s = Data(value.utf8)
    return result
  }

  static func flag(_ value: Bool) -> TFAttrValue {
    var result = TFAttrValue()
    result.b = value
    return result
  }

  static func number(_ value: Float) -> TFAttrValue {
    var result = TFAttrValue()
    result.f = value
    return result
  }

  static func integer(_ value: Int) -> TFAttrValue {
    var result = TFAttrValue()
    result.i = Int64(value)
    return result
  }
}

extension Tensor {
  /// Real and whole numbers as float32; nil for others.
  fileprivate var realNumbers: Tensor? {
    switch type.element {
    case .float32: self
    case .int32: Tensor(extents, storage.array(of: Int32.self).map { Float($0) })
    case .int64: Tensor(extents, storage.array(of: Int64.self).map { Float($0) })
    default: inSinglePrecision
    }
  }
}
