import COctetKernels

/// The sum of two float tensors of one shape.
package enum F32Add {
  /// `to[i] = clamp(left[i] + right[i])` for i < count; NaN stays NaN.
  @inline(__always)
  package static func run(
    count: Int, _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>,
    bounds: (low: Float, high: Float), to result: UnsafeMutablePointer<Float>
  ) {
    octet_f32_add(count, left, right, bounds.low, bounds.high, result)
  }
}
