import OctetDiagnostics
import OctetIR

extension KerasMapping {
  static let wrappers: [String: KerasMapping] = {
    var result: [String: KerasMapping] = [
      "Bidirectional": KerasMapping { layer, inputs, builder throws(Diagnostic) in
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
      "GaussianDropout", "GaussianNoise", "ActivityRegularization", "RandomFlip",
      "RandomRotation", "RandomZoom", "RandomTranslation", "RandomContrast", "RandomBrightness",
      "RandomCrop", "RandomHeight", "RandomWidth", "Identity",
    ] {
      result[name] = one { layer, input, builder throws(Diagnostic) in
        try builder.refuseTraining(layer)
        return input
      }
    }
    return result
  }()

  private static func bidirectional(
    _ layer: KerasLayer, _ inputs: [TensorFlowValue], _ builder: inout KerasBuilder
  ) throws(Diagnostic) -> [TensorFlowValue] {
    let forward = try layer.inner("layer")
    guard case .object(var fields) = forward.config, let input = inputs.first else {
      throw Diagnostic(.invalidKeras, "the layer has no layer in it")
    }
    guard inputs.count == 1, try !forward.bool("return_state", default: false) else {
      throw Diagnostic(
        .unsupportedParameter,
        "a Bidirectional layer that takes or gives its state is not supported")
    }
    fields["go_backwards"] = .bool(!(try forward.bool("go_backwards", default: false)))
    let backward =
      layer.config["backward_layer"] == nil
      ? try KerasLayer(
        .object(["class_name": .text(forward.type), "config": .object(fields)]), depth: 1)
      : try layer.inner("backward_layer")
    guard let ahead = try builder.build(forward, [input]).first,
      var back = try builder.build(backward, [input]).first
    else { throw Diagnostic(.invalidKeras, "the layer makes nothing") }
    if try forward.bool("return_sequences", default: false) {
      // In the order of the input again.
      let extents = try builder.extents(back)
      var rows: [TensorFlowValue] = []
      for step in (0..<extents[1]).reversed() {
        rows.append(
          try builder.slice(back, begin: [0, step, 0], size: [extents[0], 1, extents[2]]))
      }
      back = try builder.concatenate(rows, axis: 1)
    }
    guard let mode = layer.config["merge_mode"]?.text else { return [ahead, back] }
    switch mode {
    case "concat":
      return [try builder.concatenate([ahead, back], axis: try builder.extents(ahead).count - 1)]
    case "sum": return [try builder.apply("AddV2", [ahead, back])]
    case "mul": return [try builder.apply("Mul", [ahead, back])]
    case "ave":
      let sum = try builder.apply("AddV2", [ahead, back])
      return [try builder.apply("Mul", [sum, builder.scalar(0.5)])]
    default: throw layer.wrong("merge_mode", "concat, sum, mul or ave")
    }
  }
}
