import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  /// Batch normalization with the statistics of training.
  static let batchNormalization = OpMapping(
    caffe: [
      // Source: batch_norm_layer.cpp: mean, variance and the factor both were accumulated with.
      "BatchNorm": CaffeMapping(
        makes: ["mul", "add"],
        fields: .init(
          "batch_norm_param", ["use_global_stats", "moving_average_fraction", "eps"]),
        needsWeights: { _ in true }
      ) { node, builder throws(Diagnostic) in
        let settings = try node.attributes.message("batch_norm_param")
        guard try settings.bool("use_global_stats", default: true) else {
          throw Diagnostic(
            .unsupportedParameter, "use_global_stats: false takes the statistics of each batch",
            help: "take it off: a trained layer has statistics of its own")
        }
        if !settings.contains("use_global_stats") { try refuseTraining(node) }
        let input = try builder.input(0)
        let extents = try builder.extents(input)
        guard !extents.isEmpty else {
          throw Diagnostic(
            .unsupportedParameter, "a BatchNorm needs a blob with dimensions",
            help: "put a Reshape layer before it")
        }
        let channels = extents.count == 1 ? 1 : extents[1]
        let shape = [channels] + [Int](repeating: 1, count: max(0, extents.count - 2))
        let (scale, offset) = try normalization(settings, channels, shape, &builder)
        let factors = builder.constant("scale", scale)
        let offsets = builder.constant("offset", offset)
        let scaled = try builder.add(Mul(), [input, factors])
        let result = try builder.add(Add(), [scaled, offsets])
        if builder.hasWeights {
          builder.note(
            ChannelDistribution(
              means: [Float](repeating: 0, count: channels),
              deviations: [Float](repeating: 1, count: channels)), of: result)
        }
        return [result]
      }
    ],
    tensorFlow: [
      "FusedBatchNorm": fused,
      "FusedBatchNormV2": fused,
      "FusedBatchNormV3": fused,
    ])

  /// Source: TensorFlow's FusedBatchNorm in inference: (x - mean) * scale / sqrt(variance + epsilon) + offset.
  private static let fused = TensorFlowMapping(makes: ["mul", "add"]) {
    node, builder throws(Diagnostic) in
    guard try node.bool("is_training", default: true) == false else {
      throw Diagnostic(
        .unsupportedParameter,
        "the batch normalization takes the statistics of each batch (is_training is true)",
        notes: ["a result would depend on what else is in the batch"],
        help: "save the model for inference: call it with training=False")
    }
    let image = try builder.image(node, 0)
    let epsilon = try node.float("epsilon", default: 1e-4)
    let scale = try node.floats(1, "scale factors")
    let offset = try node.floats(2, "offsets", count: scale.count)
    let mean = try node.floats(3, "means", count: scale.count)
    let variance = try node.floats(4, "variances", count: scale.count)
    let factors = zip(scale, variance).map { $0 / ($1 + epsilon).squareRoot() }
    let shifts = scale.indices.map { offset[$0] - mean[$0] * factors[$0] }
    builder.note(ChannelDistribution(means: offset, deviations: scale.map { abs($0) }))
    let result = try builder.windowed(node, image) { image, builder throws(Diagnostic) in
      let factor = builder.constant("factor", Tensor([factors.count], factors))
      let shift = builder.constant("offset", Tensor([shifts.count], shifts))
      let scaled = try builder.add(Mul(), [image, factor])
      return try builder.add(Add(), [scaled, shift])
    }
    return [result]
  }
}

/// What a BatchNorm multiplies each channel by and adds to it then; zeros without weights.
private func normalization(
  _ settings: ForeignAttributes, _ channels: Int, _ shape: [Int], _ builder: inout GraphBuilder
) throws(Diagnostic) -> (scale: Tensor, offset: Tensor) {
  guard builder.hasWeights else {
    return (try builder.weights(0, shape, "variances"), try builder.weights(1, shape, "means"))
  }
  let total = try builder.numbers(2, [1], "scale factor")[0]
  let factor = total == 0 ? 0 : 1 / total
  let mean = try builder.numbers(0, [channels], "means").map { $0 * factor }
  let variance = try builder.numbers(1, [channels], "variances").map { $0 * factor }
  let epsilon = try settings.float("eps", default: 1e-5)
  let scale = try variance.map { value throws(Diagnostic) in
    1 / (try deviation(value, (value + epsilon).squareRoot()))
  }
  return (Tensor(shape, scale), Tensor(shape, zip(mean, scale).map { -$0 * $1 }))
}

/// Throws `OCT0303` for a variance whose square root is no divisor.
private func deviation(_ variance: Float, _ root: Float) throws(Diagnostic) -> Float {
  guard root.isFinite, root > 0 else {
    throw Diagnostic(
      .weightsMismatch, "a variance of the layer is \(variance), which has no square root",
      help: "use weights of this net: a trained variance is not negative")
  }
  return root
}

/// Where a Darknet layer with `batch_normalize` has its numbers: which of its weights are the filters,
/// the biases, and the first of scales, means and variances.
struct DarknetNormalization {
  let filter: Int
  let bias: Int
  /// Nil for a layer without `batch_normalize`.
  let statistics: Int?
  let channels: Int
}

extension GraphBuilder {
  /// The filters and biases of a Darknet layer with its normalization taken into them:
  /// `(x - mean) / sqrt(variance + 1e-5) * scale + bias`.
  ///
  /// Source: Darknet's `normalize_kernel`, which nets are trained with; the first version's
  /// `normalize_cpu` adds 1e-6 to the root instead.
  ///
  /// - Parameters:
  ///   - extents: the filters' own, the first of which counts channels.
  ///   - order: how they are laid out for TFLite; the channels end up first or last.
  mutating func normalizedWeights(
    _ layer: DarknetNormalization, _ extents: [Int], order: Permutation?
  ) throws(Diagnostic) -> (weights: ValueID, bias: ValueID) {
    var filter = try weights(layer.filter, extents, "filter weights", order: order)
    var bias = try weights(layer.bias, [layer.channels], "biases")
    if let first = layer.statistics, hasWeights {
      let scales = try numbers(first, [layer.channels], "scales")
      let means = try numbers(first + 1, [layer.channels], "means")
      let variances = try numbers(first + 2, [layer.channels], "variances")
      let factors = try zip(scales, variances).map { scale, variance throws(Diagnostic) in
        scale / (try deviation(variance, (variance + 1e-5).squareRoot()))
      }
      var offsets = bias.storage.array(of: Float.self)
      note(ChannelDistribution(means: offsets, deviations: scales.map { abs($0) }))
      for index in offsets.indices { offsets[index] -= means[index] * factors[index] }
      bias = Tensor([layer.channels], offsets)
      filter = scaled(filter, by: factors, isLast: order?.order.last == 0)
    }
    return (constant("weights", filter), constant("bias", bias))
  }

  /// - Parameter isLast: whether the channels are the last dimension; the first otherwise.
  private func scaled(_ filter: Tensor, by factors: [Float], isLast: Bool) -> Tensor {
    var values = filter.storage.array(of: Float.self)
    let rowCount = values.count / factors.count
    for index in values.indices {
      values[index] *= factors[isLast ? index % factors.count : index / rowCount]
    }
    return Tensor(filter.extents, values)
  }
}
