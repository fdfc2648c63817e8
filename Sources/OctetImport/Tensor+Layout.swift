import OctetIR

/// Weights in another layout. The scales of what training has rounded stay with their numbers.
extension Tensor {
  /// The float32 tensor with its dimensions in another order.
  func permuted(_ order: Permutation) -> Tensor {
    if order.isIdentity { return self }
    var result = Tensor(
      order.apply(extents), order.apply(storage.array(of: Float.self), extents: extents))
    result.type.quantization = type.quantization
    result.type.quantization?.axis = type.quantization?.axis.flatMap {
      order.order.firstIndex(of: $0)
    }
    return result
  }

  /// The tensor in another shape of as many elements. Scales of the last dimension are repeated for what it has
  /// been joined with; others are lost.
  func reshaped(_ shape: [Int]) -> Tensor {
    var result = self
    result.type.shape = Shape(shape)
    guard shape != extents, let scales = type.quantization, scales.axis != nil else {
      return result
    }
    result.type.quantization = nil
    if scales.axis == extents.count - 1, let last = shape.last, last % scales.scales.count == 0 {
      result.type.quantization = Quantization(
        scales: (0..<last).map { scales.scales[$0 % scales.scales.count] }, axis: shape.count - 1)
    }
    return result
  }
}
