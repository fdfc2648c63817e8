import OctetDiagnostics
import OctetIR
import OctetOps

extension KerasMapping {
  static let normalizations: [String: KerasMapping] = [
    "BatchNormalization": one { layer, input, builder throws(Diagnostic) in
      try builder.refuseTraining(layer)
      let extents = try builder.extents(input)
      let axis = try canonicalAxis(
        layer.config["axis"]?.ints?.first ?? layer.config["axis"]?.int ?? -1, rank: extents.count)
      let count = extents[axis]
      let gamma = try builder.optionalWeight(layer, "scale", "gamma", count, fill: 1)
      let beta = try builder.optionalWeight(layer, "center", "beta", count, fill: 0)
      let mean = try builder.weight("moving mean", [count]).storage.array(of: Float.self)
      let variance = try builder.weight("moving variance", [count]).storage.array(of: Float.self)
      let epsilon = try layer.float("epsilon", default: 1e-3)
      let factors = (0..<count).map { gamma[$0] / (variance[$0] + epsilon).squareRoot() }
      let offsets = (0..<count).map { beta[$0] - mean[$0] * factors[$0] }
      return try builder.affine(input, factors, offsets, axis: axis, rank: extents.count)
    },
    "LayerNormalization": one { layer, input, builder throws(Diagnostic) in
      let extents = try builder.extents(input)
      var axes: [Int] = []
      for axis in layer.config["axis"]?.ints ?? [layer.config["axis"]?.int ?? -1] {
        axes.append(try canonicalAxis(axis, rank: extents.count))
      }
      let shape = axes.sorted().map { extents[$0] }
      let count = shape.reduce(1, *)
      let gamma = try layer.bool("scale", default: true) ? try builder.weight("gamma", shape) : nil
      let beta = try layer.bool("center", default: true) ? try builder.weight("beta", shape) : nil
      var full = [Int](repeating: 1, count: extents.count)
      for axis in axes { full[axis] = extents[axis] }
      let axesValue = try builder.ints(axes)
      let keep: [String: TFAttrValue] = ["keep_dims": .flag(true)]
      let mean = try builder.apply("Mean", [input, axesValue], keep)
      let centred = try builder.apply("Sub", [input, mean])
      let variance = try builder.apply(
        "Mean", [try builder.apply("Mul", [centred, centred]), axesValue], keep)
      let epsilon = builder.scalar(try layer.float("epsilon", default: 1e-3))
      let inverse = try builder.apply(
        "Rsqrt", [try builder.apply("AddV2", [variance, epsilon])])
      var result = try builder.apply("Mul", [centred, inverse])
      if let gamma, count > 0 {
        let factor = TensorFlowValue.constant(Tensor(TensorType(.float32, full), gamma.storage))
        result = try builder.apply("Mul", [result, factor])
      }
      if let beta, count > 0 {
        let offset = TensorFlowValue.constant(Tensor(TensorType(.float32, full), beta.storage))
        result = try builder.apply("AddV2", [result, offset])
      }
      return result
    },
    "Rescaling": one { layer, input, builder throws(Diagnostic) in
      var result = try builder.float(input)
      if let scale = layer.config["scale"] {
        result = try builder.apply("Mul", [result, try builder.perChannel(scale, layer, "scale")])
      }
      if let offset = layer.config["offset"] {
        result = try builder.apply(
          "AddV2", [result, try builder.perChannel(offset, layer, "offset")])
      }
      return result
    },
    "Normalization": one { layer, input, builder throws(Diagnostic) in
      let extents = try builder.extents(input)
      guard try !layer.bool("invert", default: false) else { throw layer.wrong("invert", "false") }
      let axis = try canonicalAxis(
        layer.config["axis"]?.ints?.first ?? layer.config["axis"]?.int ?? -1, rank: extents.count)
      let count = extents[axis]
      var mean: [Float]
      var variance: [Float]
      if let given = layer.config["mean"], let other = layer.config["variance"] {
        mean = try builder.numbers(given, layer, "mean", count: count)
        variance = try builder.numbers(other, layer, "variance", count: count)
      } else {
        mean = try builder.weight("mean", [count]).storage.array(of: Float.self)
        variance = try builder.weight("variance", [count]).storage.array(of: Float.self)
        // How many samples they are from.
        if builder.weightsLeft > 0 { _ = try builder.weight("count", []) }
      }
      let factors = variance.map { 1 / max($0.squareRoot(), 1e-7) }
      let offsets = zip(mean, factors).map { -$0 * $1 }
      return try builder.affine(
        try builder.float(input), factors, offsets, axis: axis, rank: extents.count)
    },
  ]
}

extension KerasBuilder {
  /// Refuses a layer that the model calls as in training.
  func refuseTraining(_ layer: KerasLayer) throws(Diagnostic) {
    guard case .value(let value)? = call?.arguments["training"], value.bool == true else { return }
    throw Diagnostic(
      .trainingLeftover, "the layer is called with training=True",
      help: "build the model without it, and load the weights: Keras passes the mode by itself")
  }

  fileprivate mutating func optionalWeight(
    _ layer: KerasLayer, _ flag: String, _ what: String, _ count: Int, fill: Float
  ) throws(Diagnostic) -> [Float] {
    guard try layer.bool(flag, default: true) else { return [Float](repeating: fill, count: count) }
    return try weight(what, [count]).storage.array(of: Float.self)
  }

  /// `x * factors + offsets` along an axis.
  fileprivate mutating func affine(
    _ input: TensorFlowValue, _ factors: [Float], _ offsets: [Float], axis: Int, rank: Int
  ) throws(Diagnostic) -> TensorFlowValue {
    let shape = [factors.count] + [Int](repeating: 1, count: rank - 1 - axis)
    let scaled = try apply("Mul", [input, .constant(Tensor(shape, factors))])
    return try apply("AddV2", [scaled, .constant(Tensor(shape, offsets))])
  }

  /// The tensor as float32, as a layer takes whole numbers.
  fileprivate mutating func float(_ input: TensorFlowValue) throws(Diagnostic) -> TensorFlowValue {
    guard case .computed(let id) = input, graph.graph[id].type.element != .float32 else {
      return input
    }
    var type = TFAttrValue()
    type.type = .dtFloat
    return try apply("Cast", [input], ["DstT": type])
  }

  fileprivate func numbers(
    _ value: KerasValue, _ layer: KerasLayer, _ field: String, count: Int
  ) throws(Diagnostic) -> [Float] {
    if let number = value.float { return [Float](repeating: number, count: count) }
    var list = value.array ?? []
    // Lists within lists of one.
    while list.count == 1, let inner = list[0].array { list = inner }
    let numbers = list.compactMap { $0.float }
    guard numbers.count == list.count, numbers.count == count else {
      throw layer.wrong(field, "a number, or one for each channel")
    }
    return numbers
  }

  fileprivate func perChannel(
    _ value: KerasValue, _ layer: KerasLayer, _ field: String
  ) throws(Diagnostic) -> TensorFlowValue {
    if let number = value.float { return scalar(number) }
    let numbers = try numbers(value, layer, field, count: value.array?.count ?? 0)
    return .constant(Tensor([numbers.count], numbers))
  }
}
