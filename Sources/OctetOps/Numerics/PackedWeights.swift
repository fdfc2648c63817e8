import OctetKernels

/// Constant weights in the layout of the matrix-product kernels, made once when a model is prepared.
/// Steps keep the object alive and read its pointers.
final class PackedFloatWeights {
  let weights: UnsafeMutablePointer<Float>
  private let bias: UnsafeMutablePointer<Float>

  /// float32 weights [n][k].
  init(_ source: UnsafePointer<Float>, n: Int, k: Int, bias sourceBias: UnsafePointer<Float>?) {
    weights = .aligned(F32GEMM.packedWeightCount(n: n, k: k))
    F32GEMM.packWeights(source, n: n, k: k, into: weights)
    bias = .aligned(F32GEMM.paddedChannels(n))
    bias.initialize(repeating: 0, count: F32GEMM.paddedChannels(n))
    if let sourceBias { bias.update(from: sourceBias, count: n) }
  }

  deinit {
    weights.deallocate()
    bias.deallocate()
  }

  func output(bounds: (low: Float, high: Float)) -> F32GEMM.Output {
    F32GEMM.Output(bias: bias, minimum: bounds.low, maximum: bounds.high)
  }
}
