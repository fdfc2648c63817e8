/// The type of a quantized model's inputs or outputs.
public enum InterfaceType: String, Sendable, CaseIterable {
  case int8
  case uint8
  case int16
  case float32
}

/// How many scales a layer's weights have.
public enum WeightScales: String, Sendable, CaseIterable {
  /// One for each output channel.
  case perChannel = "per-channel"
  /// One for all, for targets that know no others. It costs accuracy.
  case perTensor = "per-tensor"
}

/// What a quantized graph is to be, beside the ranges of its tensors.
package struct QuantizerOptions: Sendable {
  package var layers = LayerTypes()
  package var weightScales = WeightScales.perChannel
  /// Nil for the type that the layers behind an input compute in, the widest if there are several.
  package var inputType: InterfaceType?
  /// Nil for the type that a result is stored as.
  package var outputType: InterfaceType?

  package init(inputType: InterfaceType? = nil, outputType: InterfaceType? = nil) {
    self.inputType = inputType
    self.outputType = outputType
  }
}
