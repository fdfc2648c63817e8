import OctetDiagnostics

/// How one class of Keras layers becomes operators.
struct KerasMapping: Sendable {
  typealias Build =
    @Sendable (KerasLayer, [TensorFlowValue], inout KerasBuilder) throws(Diagnostic)
    -> [TensorFlowValue]

  /// What a call of the layer may be given beside the tensors it reads: any other argument would change the result.
  let arguments: Set<String>
  let build: Build

  init(arguments: Set<String> = [], _ build: @escaping Build) {
    self.arguments = arguments
    self.build = build
  }

  /// A layer of one input and one output.
  static func one(
    arguments: Set<String> = [],
    _ build:
      @escaping @Sendable (KerasLayer, TensorFlowValue, inout KerasBuilder) throws(Diagnostic)
      -> TensorFlowValue
  ) -> KerasMapping {
    KerasMapping(arguments: arguments) { layer, inputs, builder throws(Diagnostic) in
      guard inputs.count == 1 else {
        throw Diagnostic(
          .invalidKeras, "the layer reads \(counted(inputs.count, "tensor")), not one")
      }
      return [try build(layer, inputs[0], &builder)]
    }
  }

  /// The mapping of each class of layers.
  static let all: [String: KerasMapping] = {
    var result: [String: KerasMapping] = [:]
    for family in [
      activations, attention, convolutions, dense, masks, merges, normalizations, pools,
      quantization,
      recurrences, shapes, wrappers,
    ] {
      result.merge(family) { first, _ in first }
    }
    return result
  }()

  /// The mapping of a layer. Throws `OCT0301` for a layer that Octet has not, or that is not Keras's own.
  static func find(_ layer: KerasLayer) throws(Diagnostic) -> KerasMapping {
    let help =
      "export the model with its graph: model.export(\"folder\"), and convert the folder; it has the "
      + "operators that the layer makes"
    if layer.isFunction { return try KerasFunction.find(layer).mapping }
    switch layer.type {
    case "Lambda":
      throw Diagnostic(
        .unknownLayer, "the layer '\(layer.name)' is a Lambda: Python code, which is not run",
        help: help)
    default: break
    }
    guard let mapping = all[layer.type], layer.isKeras else {
      throw Diagnostic(
        .unknownLayer, "the layer class '\(layer.type)' is not supported",
        notes: layer.isKeras ? [] : ["its code is not in the file"], help: help
      ).suggesting(layer.type, from: all.keys.sorted())
    }
    return mapping
  }
}
