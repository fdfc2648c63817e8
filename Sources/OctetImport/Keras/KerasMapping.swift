import OctetDiagnostics

/// How one class of Keras layers becomes operators.
struct KerasMapping: Sendable {
  typealias Build =
    @Sendable (KerasLayer, [TensorFlowValue], inout KerasBuilder) throws(Diagnostic)
    -> [TensorFlowValue]

  let build: Build

  init(_ build: @escaping Build) { self.build = build }

  /// A layer of one input and one output.
  static func one(
    _ build:
      @escaping @Sendable (KerasLayer, TensorFlowValue, inout KerasBuilder) throws(Diagnostic)
      -> TensorFlowValue
  ) -> KerasMapping {
    KerasMapping { layer, inputs, builder throws(Diagnostic) in
      guard let input = inputs.first else {
        throw Diagnostic(.invalidKeras, "the layer reads nothing")
      }
      return [try build(layer, input, &builder)]
    }
  }

  /// The mapping of each class of layers.
  static let all: [String: KerasMapping] = {
    var result: [String: KerasMapping] = [:]
    for family in [
      activations, convolutions, merges, normalizations, pools, recurrences, shapes, wrappers,
    ] {
      result.merge(family) { first, _ in first }
    }
    return result
  }()
}
