import OctetDiagnostics
import OctetIR

/// Steps of sequences that the layers after a Masking or an Embedding skip. A mask, bool [batch,steps], goes with a
/// tensor from layer to layer, as in Keras.
extension KerasMapping {
  /// What a layer makes of the mask of its input.
  enum Masks {
    /// Its output has the same; in inference it computes the same without.
    case passes
    /// Its output has none.
    case drops
    /// The mapping computes with it.
    case uses
  }

  static let masks: [String: KerasMapping] = [
    // What is equal to the value in all features of a step is left out, and is 0.
    "Masking": one { layer, input, builder throws(Diagnostic) in
      let value = builder.scalar(try layer.float("mask_value", default: 0))
      let isKept = try builder.apply("NotEqual", [input, value])
      let rank = try builder.extents(input).count
      guard rank > 1 else { throw Diagnostic(.shapeMismatch, "the layer reads no steps") }
      let steps = try builder.apply("Any", [isKept, try builder.ints([rank - 1])])
      let extents = try builder.extents(steps)
      let factors = try builder.reshape(try builder.numbers(steps), extents + [1])
      let result = try builder.apply("Mul", [input, factors])
      builder.setMask(steps, of: result)
      return result
    }
  ]

  /// Nil for layers that compute something else with a mask, which Octet does not know.
  ///
  /// Source: `supports_masking` and the arguments of `call` of each layer of Keras 3 and of tf_keras.
  static func masks(_ layer: KerasLayer, version: Int) -> Masks? {
    switch layer.type {
    case "Dropout", "SpatialDropout1D", "AlphaDropout", "GaussianDropout", "GaussianNoise",
      "ActivityRegularization", "Dense", "Activation", "ReLU", "LeakyReLU", "ELU", "PReLU",
      "BatchNormalization", "LayerNormalization", "UnitNormalization":
      .passes
    case "Identity", "Rescaling": version >= 3 ? .passes : .drops
    case "TimeDistributed":
      (try? layer.inner("layer")).flatMap { masks($0, version: version) } == .passes ? .passes : nil
    case "EinsumDense", "Flatten", "Reshape", "Permute", "RepeatVector", "Conv1D",
      "SeparableConv1D", "DepthwiseConv1D", "MaxPooling1D", "AveragePooling1D",
      "GlobalMaxPooling1D", "ZeroPadding1D", "Cropping1D", "UpSampling1D":
      .drops
    case "LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional", "GlobalAveragePooling1D", "Masking":
      .uses
    default: nil
    }
  }
}

extension KerasBuilder {
  func mask(of value: TensorFlowValue) -> TensorFlowValue? {
    guard case .computed(let id) = value else { return nil }
    return masks[id]
  }

  mutating func setMask(_ mask: TensorFlowValue?, of value: TensorFlowValue) {
    guard let mask, case .computed(let id) = value else { return }
    masks[id] = mask
  }

  /// Gives the results of a layer the mask of what it reads, as far as they have it. Throws `OCT0307` for a layer that
  /// would compute something else with it.
  mutating func passMask(
    of values: [TensorFlowValue], by layer: KerasLayer, to results: [TensorFlowValue]
  ) throws(Diagnostic) {
    guard let mask = values.compactMap({ self.mask(of: $0) }).first else { return }
    let kind = layer.isFunction ? .drops : KerasMapping.masks(layer, version: version)
    guard let kind, values.count == 1 || kind != .passes else { throw Self.maskRefused(layer) }
    guard let result = results.first else { return }
    switch kind {
    case .passes: setMask(mask, of: result)
    // What a layer hands on as it is still has its mask.
    case .drops: if self.mask(of: result) != nil { throw Self.maskRefused(layer) }
    case .uses: break
    }
  }

  private static func maskRefused(_ layer: KerasLayer) -> Diagnostic {
    Diagnostic(
      .unsupportedParameter,
      "the layer reads a sequence with a mask, which says what steps it skips",
      notes: ["Octet follows masks to recurrent layers and means"],
      help: "train without the mask, or export the model with its graph: model.export()")
  }

  /// Takes the mask that a call is given out of what it reads. As an argument it is for this call alone.
  mutating func takeMask(
    _ values: inout [TensorFlowValue], for layer: KerasLayer, _ call: KerasArchitecture.Call
  ) -> (of: ValueID, before: TensorFlowValue?)? {
    guard case .tensor(let place)? = call.arguments["mask"], values.indices.contains(place),
      KerasMapping.masks(layer, version: version) != nil
    else { return nil }
    let mask = values.remove(at: place)
    guard case .computed(let id)? = values.first else { return nil }
    let before = masks[id]
    masks[id] = mask
    return (id, before)
  }

  /// A number in the type of what it is compared with.
  func number(_ value: TensorFlowValue, for other: TensorFlowValue) -> TensorFlowValue {
    guard case .constant(let tensor) = value, tensor.type == TensorType(.float32, []),
      case .computed(let id) = other,
      let whole = Int32(exactly: tensor.storage.array(of: Float.self)[0])
    else { return value }
    switch graph.graph[id].type.element {
    case .int32: return .constant(Tensor([], int32: [whole]))
    case .int64: return .constant(Tensor(TensorType(.int64, []), Storage([Int64(whole)])))
    default: return value
    }
  }

  /// Truth values as 0 and 1.
  mutating func numbers(_ value: TensorFlowValue) throws(Diagnostic) -> TensorFlowValue {
    var type = TFAttrValue()
    type.type = .dtFloat
    return try apply("Cast", [value], ["DstT": type])
  }

  /// The mean of the steps that are not masked.
  mutating func mean(
    _ sequence: TensorFlowValue, masked mask: TensorFlowValue, axis: Int, keepsDimensions: Bool
  ) throws(Diagnostic) -> TensorFlowValue {
    var shape = try extents(mask)
    shape.insert(1, at: axis == 1 ? 2 : 1)
    let factors = try reshape(try numbers(mask), shape)
    let axes = try ints([axis])
    let flags = ["keep_dims": TFAttrValue.flag(keepsDimensions)]
    let sum = try apply("Sum", [try apply("Mul", [sequence, factors]), axes], flags)
    return try apply("RealDiv", [sum, try apply("Sum", [factors, axes], flags)])
  }
}
