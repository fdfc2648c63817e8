import OctetDiagnostics
import OctetIR

/// A function that a Keras model calls on its tensors, as `x * 2` or `tf.nn.relu(x)`: the file lists it among the layers.
struct KerasFunction: Sendable {
  typealias Build =
    @Sendable (KerasArguments, inout KerasBuilder) throws(Diagnostic) -> [TensorFlowValue]

  /// The classes that stand for TensorFlow's functions in Keras 2.
  static let classes: Set<String> = ["TFOpLambda", "SlicingOpLambda"]

  /// In the order of a call, each with its other names in other versions.
  let parameters: [[String]]
  /// Whether the first is a list of tensors.
  let takesList: Bool
  let build: Build

  /// - Parameter parameters: `x|tensor axis`: a parameter with two names, and one with one; `*` for a list of tensors.
  init(_ parameters: String, _ build: @escaping Build) {
    takesList = parameters.hasPrefix("*")
    self.parameters = parameters.split(separator: " ").map { names in
      names.split(separator: "|").map { String($0) }
    }
    self.build = build
  }

  /// A function of one result.
  static func one(
    _ parameters: String,
    _ build:
      @escaping @Sendable (KerasArguments, inout KerasBuilder) throws(Diagnostic)
      -> TensorFlowValue
  ) -> KerasFunction {
    KerasFunction(parameters) { arguments, builder throws(Diagnostic) in
      [try build(arguments, &builder)]
    }
  }

  /// The function that a layer stands for. Throws `OCT0301` for one that Octet has not.
  static func find(_ layer: KerasLayer) throws(Diagnostic) -> KerasFunction {
    // Keras 3 names the class of the function, Keras 2 the function.
    let name = layer.config["function"]?.text ?? KerasStore.snakeCase(layer.type)
    guard let function = all[name] else {
      throw Diagnostic(
        .unknownLayer, "the model calls the function '\(name)', which is not supported",
        help: "export the model with its graph: model.export(\"folder\"), and convert the folder"
      ).suggesting(name, from: all.keys.sorted())
    }
    return function
  }

  var mapping: KerasMapping {
    KerasMapping { layer, inputs, builder throws(Diagnostic) in
      try build(try KerasArguments(self, layer, inputs, builder.call), &builder)
    }
  }

  static let all: [String: KerasFunction] = {
    var result: [String: KerasFunction] = [:]
    for family in [arithmetic, nonlinear, reductions, shapes] {
      result.merge(family) { first, _ in first }
    }
    return result
  }()
}

/// What a call gives to the parameters of a function.
struct KerasArguments {
  typealias Operand = KerasArchitecture.Operand

  private let inputs: [TensorFlowValue]
  /// By parameter; nil where the call says nothing.
  private let operands: [Operand?]
  /// The tensors of a list.
  let list: [TensorFlowValue]

  /// Throws `OCT0307` for what the function does not know, since it would change the result.
  init(
    _ function: KerasFunction, _ layer: KerasLayer, _ inputs: [TensorFlowValue],
    _ call: KerasArchitecture.Call?
  ) throws(Diagnostic) {
    self.inputs = inputs
    var named = call?.arguments ?? [:]
    for (name, value) in layer.config.object ?? [:]
    where !["name", "dtype", "trainable", "function"].contains(name) && named[name] == nil {
      named[name] = .value(value)
    }
    var positional = call?.operands ?? []
    var list: [TensorFlowValue] = []
    var operands: [Operand?] = []
    for (index, names) in function.parameters.enumerated() {
      if index == 0, function.takesList {
        while case .tensor(let place)? = positional.first {
          if inputs.indices.contains(place) { list.append(inputs[place]) }
          positional.removeFirst()
        }
        operands.append(nil)
        continue
      }
      var operand: Operand?
      for name in names {
        if let given = named.removeValue(forKey: name) { operand = operand ?? given }
      }
      if operand == nil, !positional.isEmpty { operand = positional.removeFirst() }
      if case .value(.null)? = operand { operand = nil }
      operands.append(operand)
    }
    self.list = list
    self.operands = operands
    for (name, operand) in named.sorted(by: { $0.key < $1.key }) where name != "name" {
      if case .value(let value) = operand, value.isNull || value.bool == false { continue }
      throw Diagnostic(.unsupportedParameter, "the call's '\(name)' is not supported")
    }
    for operand in positional {
      if case .value(.null) = operand { continue }
      throw Diagnostic(.unsupportedParameter, "the call has more operands than are supported")
    }
  }

  /// A tensor, or a number in place of one.
  func tensor(_ index: Int) throws(Diagnostic) -> TensorFlowValue {
    switch operands[index] {
    case .tensor(let place) where inputs.indices.contains(place): return inputs[place]
    case .value(let value):
      guard let number = value.float else {
        throw Diagnostic(.unsupportedParameter, "an operand of the function is no number")
      }
      return .constant(Tensor([], [number]))
    default:
      throw Diagnostic(.invalidKeras, "the function has too few operands")
    }
  }

  func contains(_ index: Int) -> Bool { operands[index] != nil }

  /// A value that must not be computed; nil where the call says nothing.
  func value(_ index: Int) throws(Diagnostic) -> KerasValue? {
    guard let operand = operands[index] else { return nil }
    guard case .value(let value) = operand else {
      throw Diagnostic(.dataDependent, "a parameter of the function must be constant")
    }
    return value
  }

  /// Whole numbers: one or a list.
  func ints(_ index: Int) throws(Diagnostic) -> [Int]? {
    guard let value = try value(index) else { return nil }
    guard let ints = value.ints ?? value.int.map({ [$0] }) else {
      throw Diagnostic(.unsupportedParameter, "a parameter of the function is no whole number")
    }
    return ints
  }

  func int(_ index: Int, default fallback: Int) throws(Diagnostic) -> Int {
    guard let values = try ints(index) else { return fallback }
    guard values.count == 1 else {
      throw Diagnostic(.unsupportedParameter, "a parameter of the function has several numbers")
    }
    return values[0]
  }

  func float(_ index: Int, default fallback: Float) throws(Diagnostic) -> Float {
    guard let value = try value(index) else { return fallback }
    guard let number = value.float else {
      throw Diagnostic(.unsupportedParameter, "a parameter of the function is no number")
    }
    return number
  }

  func isTrue(_ index: Int) throws(Diagnostic) -> Bool { try value(index)?.isTrue ?? false }
}
