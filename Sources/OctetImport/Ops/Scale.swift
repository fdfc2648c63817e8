import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  /// Per-channel factors and offsets, from weights or from a second blob.
  static let scale = OpMapping(
    makes: ["mul", "add", "reshape"],
    caffe: [
      // Source: ScaleParameter and BiasParameter of caffe.proto, scale_layer.cpp.
      "Scale": { node, builder throws(Diagnostic) in
        let settings = node.attributes.message("scale_param")
        let operand = try AxisOperand(node, settings, "scale factors", &builder)
        let scaled = try builder.add(Mul(), [operand.data, operand.constant])
        guard try settings.bool("bias_term", default: false) else { return [scaled] }
        let offsets = try operand.weights(
          node.inputs.count > 1 ? 0 : 1, "offsets", &builder)
        return [try builder.add(Add(), [scaled, offsets])]
      },
      "Bias": { node, builder throws(Diagnostic) in
        let settings = node.attributes.message("bias_param")
        let operand = try AxisOperand(node, settings, "offsets", &builder)
        return [try builder.add(Add(), [operand.data, operand.constant])]
      },
    ])

  /// Batch normalization with the statistics of training.
  static let batchNormalization = OpMapping(
    makes: ["mul", "add"],
    caffe: [
      // Source: batch_norm_layer.cpp: mean, variance and the factor both were accumulated with.
      "BatchNorm": { node, builder throws(Diagnostic) in
        let settings = node.attributes.message("batch_norm_param")
        let input = try builder.input(0)
        let extents = try builder.extents(input)
        let channels = extents.count == 1 ? 1 : extents[1]
        let total = try builder.weights(2, count: 1, "scale factor")[0]
        let factor = total == 0 ? 0 : 1 / total
        let mean = try builder.weights(0, count: channels, "means").map { $0 * factor }
        let variance = try builder.weights(1, count: channels, "variances").map { $0 * factor }
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
        let offset = zip(mean, scale).map { -$0 * $1 }
        let shape = [channels] + [Int](repeating: 1, count: max(0, extents.count - 2))
        let scaleID = builder.constant("scale", Tensor(shape, scale))
        let offsetID = builder.constant("offset", Tensor(shape, offset))
        let scaled = try builder.add(Mul(), [input, scaleID])
        return [try builder.add(Add(), [scaled, offsetID])]
      }
    ])
}

/// The operand of Scale and Bias: it spans `num_axes` dimensions from `axis` on and repeats along the
/// others.
private struct AxisOperand {
  let data: ValueID
  let constant: ValueID
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
      let own = try builder.extents(second)
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
    shape =
      Array(extents[axis..<axis + count])
      + [Int](repeating: 1, count: extents.count - axis - count)
    constant = builder.constant(
      what, Tensor(shape, try builder.weights(0, count: shape.reduce(1, *), what)))
  }

  /// More weights of the same shape.
  func weights(
    _ index: Int, _ what: String, _ builder: inout GraphBuilder
  ) throws(Diagnostic) -> ValueID {
    builder.constant(
      what, Tensor(shape, try builder.weights(index, count: shape.reduce(1, *), what)))
  }
}
