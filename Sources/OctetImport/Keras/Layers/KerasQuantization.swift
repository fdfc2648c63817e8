import OctetDiagnostics
import OctetIR

extension KerasMapping {
  /// What TensorFlow's Model Optimization Toolkit puts around layers for quantization-aware training, with the ranges
  /// that it has found. It stores them as weights of these layers, in `.h5` under names that say what they are.
  static let quantization: [String: KerasMapping] = [
    "QuantizeLayer": one { layer, input, builder throws(Diagnostic) in
      try builder.takeRanges()
      return try builder.rounded(
        input, layer.name, bits: layer.config["quantizer"]?["config"]?["num_bits"]?.int ?? 8)
    },
    "QuantizeWrapper": wrapper,
    "QuantizeWrapperV2": wrapper,
  ]

  private static let wrapper = KerasMapping { layer, inputs, builder throws(Diagnostic) in
    let rules = layer.config["quantize_config"]?["class_name"]?.text ?? ""
    guard rules.hasPrefix("Default8Bit") || rules == "NoOpQuantizeConfig" else {
      throw Diagnostic(
        .unsupportedParameter, "the layer is quantized as '\(rules)' says, which is the user's own",
        help: "export the model with its graph: model.export(\"folder\"), and convert the folder")
    }
    try builder.takeRanges()
    var results = try builder.build(try layer.inner("layer"), inputs)
    if results.count == 1 { results[0] = try builder.rounded(results[0], "output") }
    return results
  }
}

extension KerasBuilder {
  /// Takes what training has found about the present layer out of its weights.
  fileprivate mutating func takeRanges() throws(Diagnostic) {
    guard present.weights.contains(where: { Self.base($0.name) == "optimizer_step" }) else {
      throw Diagnostic(
        .unsupportedParameter, "the file does not say which of the layer's weights are its ranges",
        help: "save the model as .h5, or export it with its graph: model.export(\"folder\")")
    }
    present.weights.removeAll { weight in
      let name = Self.base(weight.name)
      let isRange = name.hasSuffix("_min") || name.hasSuffix("_max")
      if isRange { present.ranges[name] = weight.dataset }
      return isRange || name == "optimizer_step"
    }
  }

  /// `kernel` of `conv/kernel:0`.
  static func base(_ name: String) -> String {
    let last = name.split(separator: "/").last ?? ""
    return String(last.prefix { $0 != ":" })
  }

  /// A tensor rounded in the range that training has found for `what`; as it is where there is none.
  mutating func rounded(
    _ value: TensorFlowValue, _ what: String, bits: Int = 8, isNarrow: Bool = false
  ) throws(Diagnostic) -> TensorFlowValue {
    guard let low = present.ranges["\(what)_min"], let high = present.ranges["\(what)_max"] else {
      return value
    }
    let ends = [try low.tensor(), try high.tensor()]
    return try apply(
      ends[0].extents.isEmpty ? "FakeQuantWithMinMaxVars" : "FakeQuantWithMinMaxVarsPerChannel",
      [value] + ends.map { .constant($0) },
      ["num_bits": .integer(bits), "narrow_range": .flag(isNarrow)])
  }
}
