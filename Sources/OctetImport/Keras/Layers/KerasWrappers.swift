import OctetDiagnostics
import OctetIR

extension KerasMapping {
  static let wrappers: [String: KerasMapping] = {
    var result: [String: KerasMapping] = [
      "Bidirectional": KerasMapping(arguments: ["initial_state"]) {
        layer, inputs, builder throws(Diagnostic) in
        try bidirectional(layer, inputs, &builder)
      },
      "TimeDistributed": one { layer, input, builder throws(Diagnostic) in
        let extents = try builder.extents(input)
        guard extents.count > 2 else {
          throw Diagnostic(.shapeMismatch, "the layer reads the shape \(extents)")
        }
        let inner = try layer.inner("layer")
        let steps = try builder.reshape(input, [extents[0] * extents[1]] + extents[2...])
        guard let result = try builder.build(inner, [steps]).first else {
          throw Diagnostic(.invalidKeras, "the layer makes nothing")
        }
        return try builder.reshape(
          result, [extents[0], extents[1]] + (try builder.extents(result)).dropFirst())
      },
    ]
    // What a trained model passes on as it is.
    for name in [
      "Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "AlphaDropout",
      "GaussianDropout", "GaussianNoise", "ActivityRegularization", "Identity", "StochasticDepth",
    ] {
      result[name] = one { _, input, _ throws(Diagnostic) in input }
    }
    // Keras 3 writes training=True for all uses of these, which Keras sets itself when the model runs.
    for name in [
      "RandomFlip", "RandomRotation", "RandomZoom", "RandomTranslation", "RandomContrast",
      "RandomBrightness", "RandomHeight", "RandomWidth",
    ] {
      result[name] = one(arguments: ["training"]) { _, input, _ throws(Diagnostic) in input }
    }
    return result
  }()

  private static func bidirectional(
    _ layer: KerasLayer, _ inputs: [TensorFlowValue], _ builder: inout KerasBuilder
  ) throws(Diagnostic) -> [TensorFlowValue] {
    let forward = try layer.inner("layer")
    guard case .object(var fields) = forward.config, let input = inputs.first,
      inputs.count % 2 == 1
    else { throw Diagnostic(.invalidKeras, "the layer has no layer in it, or half a state") }
    fields["go_backwards"] = .bool(!(try forward.bool("go_backwards", default: false)))
    let backward =
      layer.config["backward_layer"] == nil
      ? try KerasLayer(
        .object(["class_name": .text(forward.type), "config": .object(fields)]), depth: 1)
      : try layer.inner("backward_layer")
    // The first half of the state is the forward layer's.
    let half = (inputs.count - 1) / 2
    var ahead = try builder.build(forward, [input] + inputs[1..<1 + half])
    var back = try builder.build(backward, [input] + inputs[(1 + half)...])
    guard !ahead.isEmpty, !back.isEmpty else {
      throw Diagnostic(.invalidKeras, "the layer makes nothing")
    }
    let (first, last) = (ahead.removeFirst(), back.removeFirst())
    let isSequence = try forward.bool("return_sequences", default: false)
    // In the order of the input again.
    let turned = isSequence ? try builder.reverse(last, axis: 1) : last
    let mask = isSequence ? builder.mask(of: input) : nil
    if layer.config.object?["merge_mode"]?.isNull == true {
      builder.setMask(mask, of: turned)
      return [first, turned] + ahead + back
    }
    let merged: TensorFlowValue
    switch try layer.text("merge_mode", default: "concat") {
    case "concat":
      let rank = try builder.extents(first).count
      merged = try builder.concatenate([first, turned], axis: rank - 1)
    case "sum": merged = try builder.apply("AddV2", [first, turned])
    case "mul": merged = try builder.apply("Mul", [first, turned])
    case "ave":
      let sum = try builder.apply("AddV2", [first, turned])
      merged = try builder.apply("Mul", [sum, builder.scalar(0.5)])
    default: throw layer.wrong("merge_mode", "concat, sum, mul or ave")
    }
    builder.setMask(mask, of: merged)
    return [merged] + ahead + back
  }
}

extension KerasBuilder {
  mutating func reverse(
    _ value: TensorFlowValue, axis: Int
  ) throws(Diagnostic) -> TensorFlowValue {
    try apply("ReverseV2", [value, try ints([axis])])
  }
}
