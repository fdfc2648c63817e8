import OctetDiagnostics
import OctetIR
import OctetOps

extension GraphBuilder {
  /// Batch normalization by the mean and the variance of its own input, all but the channels taken together.
  ///
  /// Source: "Batch Normalization" (2015); the variance is that of the batch, divided by its count.
  mutating func normalizedByItself(_ node: TensorFlowNode) throws(Diagnostic) -> TensorFlowValue {
    let image = try image(node, 0)
    let channels = try extents(image)[try node.isChannelsFirst() ? 1 : 3]
    let scale = try node.floats(1, "scales", count: channels)
    let offset = try node.floats(2, "offsets", count: channels)
    let epsilon = try node.float("epsilon", default: 1e-4)
    return try windowed(node, image) { image, builder throws(Diagnostic) in
      let axes = builder.constant("axes", Tensor([3], int32: [0, 1, 2]))
      let mean = try builder.add(Mean(keepDims: true), [image, axes])
      let centred = try builder.add(Sub(), [image, mean])
      let squares = try builder.add(Mul(), [centred, centred])
      let variance = try builder.add(Mean(keepDims: true), [squares, axes])
      let deviation = try builder.add(
        Unary(.rsqrt), [try builder.sum(variance, epsilon, "epsilon")])
      let normal = try builder.add(Mul(), [centred, deviation])
      let scaled = try builder.add(
        Mul(), [normal, builder.constant("scale", Tensor([channels], scale))])
      return try builder.add(
        Add(), [scaled, builder.constant("offset", Tensor([channels], offset))])
    }
  }
}
