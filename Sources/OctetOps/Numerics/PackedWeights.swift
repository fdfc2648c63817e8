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

/// As `PackedFloatWeights`, for int8 weights with the scaling of their sums.
final class PackedInt8Weights {
  let weights: UnsafeMutablePointer<Int16>
  /// Bias, significands and shifts, `paddedChannels` of each.
  private let channels: UnsafeMutablePointer<Int32>
  private let realMultipliers: UnsafeMutablePointer<Double>
  private let paddedChannels: Int

  /// int8 weights [n][k].
  init(
    _ source: UnsafePointer<Int8>, n: Int, k: Int, bias: UnsafePointer<Int32>?,
    multipliers: ChannelMultipliers
  ) {
    weights = .aligned(QS8GEMM.packedWeightCount(n: n, k: k))
    QS8GEMM.packWeights(source, n: n, k: k, into: weights)
    paddedChannels = QS8GEMM.paddedChannels(n)
    channels = .aligned(3 * paddedChannels)
    channels.initialize(repeating: 0, count: 3 * paddedChannels)
    realMultipliers = .aligned(paddedChannels)
    realMultipliers.initialize(repeating: 0, count: paddedChannels)
    for i in 0..<n {
      channels[i] = bias?[i] ?? 0
      channels[paddedChannels + i] = multipliers.significands[i]
      channels[2 * paddedChannels + i] = multipliers.shifts[i]
      realMultipliers[i] = multipliers.reals[i]
    }
  }

  deinit {
    weights.deallocate()
    channels.deallocate()
    realMultipliers.deallocate()
  }

  /// Scaling in fixed point with two roundings, as convolutions do.
  func fixedPointOutput(zeroPoint: Int32, bounds: (low: Int8, high: Int8)) -> QS8GEMM.Output {
    QS8GEMM.Output(
      bias: channels, multiplier: channels + paddedChannels,
      shift: channels + 2 * paddedChannels, zeroPoint: zeroPoint, minimum: bounds.low,
      maximum: bounds.high)
  }

  /// Scaling in double precision with one rounding, as dense layers do.
  func realOutput(zeroPoint: Int32, bounds: (low: Int8, high: Int8)) -> QS8GEMM.Output {
    QS8GEMM.Output(
      bias: channels, realMultiplier: realMultipliers, unused: channels, zeroPoint: zeroPoint,
      minimum: bounds.low, maximum: bounds.high)
  }
}

extension UnsafeMutablePointer {
  /// Memory at a multiple of 64 for kernels' vector loads.
  fileprivate static func aligned(_ count: Int) -> UnsafeMutablePointer {
    UnsafeMutableRawPointer.allocate(
      byteCount: max(count, 1) * MemoryLayout<Pointee>.stride, alignment: 64
    ).bindMemory(to: Pointee.self, capacity: max(count, 1))
  }
}
