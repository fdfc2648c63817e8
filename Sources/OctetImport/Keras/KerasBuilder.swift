import FoundationEssentials
import OctetDiagnostics
import OctetIR
import OctetOps

/// Builds one layer of a Keras model from TensorFlow's operators, which is what Keras itself calls.
struct KerasBuilder {
  var graph: GraphBuilder
  /// The first number of the Keras version that wrote the model: some activations changed.
  let version: Int
  private(set) var name = ""
  private(set) var location = Location()
  /// The use of the present layer, with what it was given.
  var call: KerasArchitecture.Call?
  /// The present layer's weights, and how many were taken.
  private var weights: [(name: String, dataset: HDF5Dataset)] = []
  private var taken = 0
  /// Layers that could not be built: one entry for each thing that is wrong, with the others it is wrong with.
  private(set) var problems: [(first: Diagnostic, others: [String])] = []
  private var places: [String: Int] = [:]
  /// Whether the file has weights.
  let hasWeights: Bool

  init(_ place: Location, version: Int, hasWeights: Bool) {
    graph = GraphBuilder(within: place)
    self.version = version
    self.hasWeights = hasWeights
  }

  mutating func begin(
    _ layer: KerasLayer, _ weights: KerasStore.Weights, _ location: Location
  ) {
    name = layer.name
    self.location = location
    self.weights = weights.tensors
    taken = 0
    graph.begin(layer.name, location)
  }

  /// Notes what is wrong with a layer.
  mutating func note(_ problem: Diagnostic, _ layer: KerasLayer) {
    let key = "\(problem.code.id) \(layer.type) \(problem.message)"
    if let known = places[key] {
      problems[known].others.append(layer.name)
    } else {
      places[key] = problems.count
      problems.append((problem, []))
    }
  }

  // MARK: Weights

  /// The next of the layer's weights, of these extents; nil is any extent. Float32 whatever the file has.
  mutating func weight(_ what: String, _ extents: [Int?]) throws(Diagnostic) -> Tensor {
    guard hasWeights else {
      let known = extents.map { $0 ?? 1 }
      guard let count = Shape.elementCount(known), count < 1 << 28 else {
        throw Diagnostic(.weightsMismatch, "the \(what) would have the shape \(known)")
      }
      return Tensor(known, [Float](repeating: 0, count: count))
    }
    guard weights.indices.contains(taken) else {
      throw Diagnostic(
        .missingWeights, "the file has no \(what) for the layer",
        notes: ["it has \(counted(weights.count, "weight")) for it"],
        help: "save the model again, or give the architecture that the weights were saved with")
    }
    let dataset = weights[taken].dataset
    taken += 1
    let tensor = try dataset.tensor().realNumbers
    guard let tensor, tensor.extents.count == extents.count,
      zip(tensor.extents, extents).allSatisfy({ $1 == nil || $0 == $1 })
    else {
      let wanted = extents.map { $0.map { "\($0)" } ?? "N" }.joined(separator: ",")
      throw Diagnostic(
        .weightsMismatch,
        "the \(what) have the shape \(try dataset.type().text), the layer needs [\(wanted)]")
    }
    return tensor
  }

  /// How many of the layer's weights were not taken.
  var weightsLeft: Int { hasWeights ? weights.count - taken : 0 }

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
    let node = TensorFlowNode(op, name, inputs, location, attributes)
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
