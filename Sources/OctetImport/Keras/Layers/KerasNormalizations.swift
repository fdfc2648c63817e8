import OctetDiagnostics
import OctetIR
import OctetOps

extension KerasMapping {
  static let normalizations: [String: KerasMapping] = [
    "BatchNormalization": batchNormalization, "SyncBatchNormalization": batchNormalization,
    "LayerNormalization": one { layer, input, builder throws(Diagnostic) in
      guard try !layer.bool("rms_scaling", default: false) else {
        throw layer.wrong("rms_scaling", "false")
      }
      let extents = try builder.extents(input)
      let axes = try layer.axes(default: -1, rank: extents.count)
      let shape = axes.map { extents[$0] }
      let gamma = try layer.bool("scale", default: true) ? try builder.weight("gamma", shape) : nil
      let beta = try layer.bool("center", default: true) ? try builder.weight("beta", shape) : nil
      var full = [Int](repeating: 1, count: extents.count)
      for axis in axes { full[axis] = extents[axis] }
      var result = try builder.standardized(
        input, axes: axes, epsilon: try layer.float("epsilon", default: 1e-3))
      if let gamma { result = try builder.apply("Mul", [result, gamma.shaped(full)]) }
      if let beta { result = try builder.apply("AddV2", [result, beta.shaped(full)]) }
      return result
    },
    "RMSNormalization": one { layer, input, builder throws(Diagnostic) in
      let extents = try builder.extents(input)
      let axes = try layer.axes(default: -1, rank: extents.count)
      let scale = try builder.weight("scale", axes.map { extents[$0] })
      let squares = try builder.apply(
        "Mean", [try builder.apply("Square", [input]), try builder.ints(axes)],
        ["keep_dims": .flag(true)])
      let epsilon = builder.scalar(try layer.float("epsilon", default: 1e-6))
      let inverse = try builder.apply("Rsqrt", [try builder.apply("AddV2", [squares, epsilon])])
      let result = try builder.apply("Mul", [input, inverse])
      return try builder.apply("Mul", [result, .constant(scale)])
    },
    "GroupNormalization": one { layer, input, builder throws(Diagnostic) in
      let extents = try builder.extents(input)
      let axis = try canonicalAxis(try layer.int("axis", default: -1), rank: extents.count)
      let count = extents[axis]
      var groups = try layer.int("groups", default: 32)
      if groups == -1 { groups = count }
      guard axis > 0, groups > 0, count % groups == 0 else {
        throw layer.wrong("groups", "a divisor of \(count) channels")
      }
      let gamma = try builder.optionalWeight(layer, "scale", "gamma", count, fill: 1)
      let beta = try builder.optionalWeight(layer, "center", "beta", count, fill: 0)
      // [batch, before, group, within]
      let parts = [
        extents[0], extents[1..<axis].reduce(1, *), groups,
        count / groups * extents[(axis + 1)...].reduce(1, *),
      ]
      let result = try builder.standardized(
        try builder.reshape(input, parts), axes: [1, 3],
        epsilon: try layer.float("epsilon", default: 1e-3))
      return try builder.affine(
        try builder.reshape(result, extents), gamma, beta, axis: axis, rank: extents.count)
    },
    "UnitNormalization": one { layer, input, builder throws(Diagnostic) in
      let rank = try builder.extents(input).count
      return try builder.unit(
        input, axes: try layer.axes(default: -1, rank: rank), epsilon: 1e-12)
    },
    "Rescaling": one(arguments: ["training"]) { layer, input, builder throws(Diagnostic) in
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
    // Of Keras's ConvNeXt.
    "LayerScale": one { layer, input, builder throws(Diagnostic) in
      let gamma = try builder.weight("gamma", [try layer.int("projection_dim")])
      return try builder.apply("Mul", [input, .constant(gamma)])
    },
    "Normalization": one(arguments: ["training"]) { layer, input, builder throws(Diagnostic) in
      try builder.standardize(layer, input)
    },
  ]

  private static let batchNormalization = one { layer, input, builder throws(Diagnostic) in
    let extents = try builder.extents(input)
    let axes = try layer.axes(default: -1, rank: extents.count)
    guard axes.count == 1 else { throw layer.wrong("axis", "one dimension") }
    guard try !layer.bool("renorm", default: false) else { throw layer.wrong("renorm", "false") }
    let count = extents[axes[0]]
    let gamma = try builder.optionalWeight(layer, "scale", "gamma", count, fill: 1)
    let beta = try builder.optionalWeight(layer, "center", "beta", count, fill: 0)
    let mean = try builder.weight("moving mean", [count]).storage.array(of: Float.self)
    let variance = try builder.weight("moving variance", [count]).storage.array(of: Float.self)
    let epsilon = try layer.float("epsilon", default: 1e-3)
    let factors = (0..<count).map { gamma[$0] / (variance[$0] + epsilon).squareRoot() }
    let offsets = (0..<count).map { beta[$0] - mean[$0] * factors[$0] }
    builder.graph.note(ChannelDistribution(means: beta, deviations: gamma.map { abs($0) }))
    return try builder.affine(input, factors, offsets, axis: axes[0], rank: extents.count)
  }
}

extension KerasBuilder {
  fileprivate mutating func optionalWeight(
    _ layer: KerasLayer, _ flag: String, _ what: String, _ count: Int, fill: Float
  ) throws(Diagnostic) -> [Float] {
    guard try layer.bool(flag, default: true) else { return [Float](repeating: fill, count: count) }
    return try weight(what, [count]).storage.array(of: Float.self)
  }

  /// `(x - mean) / sqrt(variance + epsilon)`, mean and variance along some dimensions.
  fileprivate mutating func standardized(
    _ input: TensorFlowValue, axes: [Int], epsilon: Float
  ) throws(Diagnostic) -> TensorFlowValue {
    let axes = try ints(axes)
    let keep: [String: TFAttrValue] = ["keep_dims": .flag(true)]
    let centred = try apply("Sub", [input, try apply("Mean", [input, axes], keep)])
    let variance = try apply("Mean", [try apply("Mul", [centred, centred]), axes], keep)
    let inverse = try apply("Rsqrt", [try apply("AddV2", [variance, scalar(epsilon)])])
    return try apply("Mul", [centred, inverse])
  }

  /// `x * factors + offsets` along an axis.
  fileprivate mutating func affine(
    _ input: TensorFlowValue, _ factors: [Float], _ offsets: [Float], axis: Int, rank: Int
  ) throws(Diagnostic) -> TensorFlowValue {
    let shape = [factors.count] + [Int](repeating: 1, count: rank - 1 - axis)
    let scaled = try apply("Mul", [input, .constant(Tensor(shape, factors))])
    return try apply("AddV2", [scaled, .constant(Tensor(shape, offsets))])
  }

  /// With mean and variance that were measured or given, one for each place along the layer's axes.
  fileprivate mutating func standardize(
    _ layer: KerasLayer, _ input: TensorFlowValue
  ) throws(Diagnostic) -> TensorFlowValue {
    let extents = try extents(input)
    // Without axes, written as null or as none, there is one mean.
    let isWhole = layer.config.object?["axis"]?.isNull == true
    let axes = isWhole ? [] : try layer.axes(default: -1, rank: extents.count)
    let kept = axes.map { extents[$0] }
    let count = kept.reduce(1, *)
    let mean: [Float]
    let variance: [Float]
    if let given = layer.config["mean"], let other = layer.config["variance"] {
      mean = try numbers(given, layer, "mean", count: count)
      variance = try numbers(other, layer, "variance", count: count)
    } else {
      mean = try weight("mean", kept).storage.array(of: Float.self)
      variance = try weight("variance", kept).storage.array(of: Float.self)
      // How many numbers were measured.
      if weightsLeft > 0 { _ = try weight("count", []) }
    }
    var shape = [Int](repeating: 1, count: extents.count)
    for axis in axes { shape[axis] = extents[axis] }
    let spreads = variance.map { max($0.squareRoot(), 1e-7) }
    let factors: [Float]
    let offsets: [Float]
    if try layer.bool("invert", default: false) {
      (factors, offsets) = (spreads, mean)
    } else {
      factors = spreads.map { 1 / $0 }
      offsets = zip(mean, factors).map { -$0 * $1 }
    }
    let scaled = try apply("Mul", [try float(input), .constant(Tensor(shape, factors))])
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
    let numbers = value.numbers ?? []
    if numbers.count == 1 { return [Float](repeating: numbers[0], count: count) }
    guard numbers.count == count else {
      throw layer.wrong(field, "a number, or one for each channel")
    }
    return numbers
  }

  fileprivate func perChannel(
    _ value: KerasValue, _ layer: KerasLayer, _ field: String
  ) throws(Diagnostic) -> TensorFlowValue {
    if let number = value.float { return scalar(number) }
    guard let numbers = value.numbers, value.array?.count == numbers.count else {
      throw layer.wrong(field, "a number, or one for each channel")
    }
    return .constant(Tensor([numbers.count], numbers))
  }
}

extension Tensor {
  /// The same float32 numbers in another shape.
  fileprivate func shaped(_ extents: [Int]) -> TensorFlowValue {
    .constant(Tensor(TensorType(.float32, extents), storage))
  }
}
