import OctetKernels

extension ReLU {
  static func reference(
    _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, count: Int,
    bounds: (low: Float, high: Float)
  ) {
    for i in 0..<count { output[i] = min(max(input[i], bounds.low), bounds.high) }
  }

  /// The int8 clamp with a change of scale, as a table.
  ///
  /// Source: TFLite's `reference_ops::ReluX`; the ratio of the scales is a float32.
  static func table(
    from input: (scale: Float, zeroPoint: Int32), to output: (scale: Float, zeroPoint: Int32),
    _ activation: FusedActivation
  ) -> ByteTable {
    let (significand, shift) = FixedPoint.quantize(Double(input.scale / output.scale))
    let bounds = activation.int8Bounds(scale: output.scale, zeroPoint: output.zeroPoint)
    return ByteTable(int8: { code in
      let scaled =
        output.zeroPoint &+ FixedPoint.multiply(code - input.zeroPoint, significand, shift)
      return max(Int32(bounds.low), min(Int32(bounds.high), scaled))
    })
  }
}
