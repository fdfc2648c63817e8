import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  /// Per-channel factors and offsets, from weights or from a second blob.
  static let scale = OpMapping(
    caffe: [
      // Source: ScaleParameter and BiasParameter of caffe.proto, scale_layer.cpp.
      "Scale": CaffeMapping(
        makes: ["mul", "add", "reshape"],
        fields: .init("scale_param", ["axis", "num_axes", "filler", "bias_term", "bias_filler"]),
        bottoms: 1...2,
        needsWeights: { node in
          let settings = try? node.attributes.message("scale_param")
          return node.inputs.count == 1
            || (try? settings?.bool("bias_term", default: false)) == true
        }
      ) { node, builder throws(Diagnostic) in
        let settings = try node.attributes.message("scale_param")
        let operand = try AxisOperand(node, settings, "scale factors", &builder)
        let scaled = try builder.add(Mul(), [operand.data, operand.constant])
        guard try settings.bool("bias_term", default: false) else { return [scaled] }
        let offsets = try operand.weights(
          node.inputs.count > 1 ? 0 : 1, "offsets", &builder)
        return [try builder.add(Add(), [scaled, offsets])]
      },
      "Bias": CaffeMapping(
        makes: ["add", "reshape"], fields: .init("bias_param", ["axis", "num_axes", "filler"]),
        bottoms: 1...2, needsWeights: { $0.inputs.count == 1 }
      ) { node, builder throws(Diagnostic) in
        let settings = try node.attributes.message("bias_param")
        let operand = try AxisOperand(node, settings, "offsets", &builder)
        return [try builder.add(Add(), [operand.data, operand.constant])]
      },
    ])

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
        return [try builder.add(Add(), [scaled, offsets])]
      }
    ])
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
  var scale: [Float] = []
  for value in variance {
    let deviation = (value + epsilon).squareRoot()
    guard deviation.isFinite, deviation > 0 else {
      throw Diagnostic(
        .weightsMismatch, "a variance of the layer is \(value), which has no square root")
    }
    scale.append(1 / deviation)
  }
  return (Tensor(shape, scale), Tensor(shape, zip(mean, scale).map { -$0 * $1 }))
}

/// The operand of Scale and Bias: it spans `num_axes` dimensions from `axis` on and repeats along the
/// others.
private struct AxisOperand {
  let data: ValueID
  let constant: ValueID
  /// The operand's extents, and the same with ones for the dimensions of the data after it.
  private let own: [Int]
  private let shape: [Int]

  init(
    _ node: ForeignNode, _ settings: ForeignAttributes, _ what: String,
    _ builder: inout GraphBuilder
  ) throws(Diagnostic) {
    data = try builder.input(0)
    let extents = try builder.extents(data)
    let axis = try canonicalAxis(try settings.int("axis", default: 1), rank: extents.count)
    if node.inputs.count > 1 {
      let second = try builder.input(1)
      own = try builder.extents(second)
      guard axis + own.count <= extents.count else {
        throw Diagnostic(
          .shapeMismatch, "the second blob has more dimensions than the first from axis \(axis)")
      }
      shape = own + [Int](repeating: 1, count: extents.count - axis - own.count)
      constant = try builder.reshape(second, shape)
      return
    }
    var count = try settings.int("num_axes", default: 1)
    if count == -1 { count = extents.count - axis }
    guard count >= 0, count <= extents.count - axis else {
      throw Diagnostic(.unsupportedParameter, "num_axes \(count) reaches beyond the blob")
    }
    own = Array(extents[axis..<axis + count])
    shape = own + [Int](repeating: 1, count: extents.count - axis - count)
    let stored = try builder.weights(0, own, what)
    constant = builder.constant(
      what, Tensor(TensorType(.float32, shape), stored.storage))
  }

  /// More weights of the same shape.
  func weights(
    _ index: Int, _ what: String, _ builder: inout GraphBuilder
  ) throws(Diagnostic) -> ValueID {
    let stored = try builder.weights(index, own, what)
    return builder.constant(what, Tensor(TensorType(.float32, shape), stored.storage))
  }
}
