import OctetKernels

/// Constant weights in the layout of the matrix-product kernels, made once when a model is prepared.
/// Steps keep the object alive and read its pointers.
final class PackedWeights {
  let int16: UnsafeMutablePointer<Int16>
  let float32: UnsafeMutablePointer<Float>
  private let channels: UnsafeMutablePointer<Int32>
  private let paddedChannels: Int
  private let floatBias: UnsafeMutablePointer<Float>

  /// int8 weights [n][k] with their requantization.
  init(
    _ weights: UnsafePointer<Int8>, n: Int, k: Int, bias: UnsafePointer<Int32>?,
    multipliers: ChannelMultipliers
  ) {
    int16 = Self.aligned(QS8GEMM.packedWeightCount(n: n, k: k))
    QS8GEMM.packWeights(weights, n: n, k: k, into: int16)
    paddedChannels = QS8GEMM.paddedChannels(n)
    channels = Self.aligned(3 * paddedChannels)
    channels.initialize(repeating: 0, count: 3 * paddedChannels)
    for i in 0..<n {
      channels[i] = bias?[i] ?? 0
      channels[paddedChannels + i] = multipliers.significands[i]
      channels[2 * paddedChannels + i] = multipliers.shifts[i]
    }
    float32 = Self.aligned(0)
    floatBias = Self.aligned(0)
  }

  /// float32 weights [n][k].
  init(_ weights: UnsafePointer<Float>, n: Int, k: Int, bias: UnsafePointer<Float>?) {
    float32 = Self.aligned(F32GEMM.packedWeightCount(n: n, k: k))
    F32GEMM.packWeights(weights, n: n, k: k, into: float32)
    paddedChannels = F32GEMM.paddedChannels(n)
    floatBias = Self.aligned(paddedChannels)
    floatBias.initialize(repeating: 0, count: paddedChannels)
    for i in 0..<n { floatBias[i] = bias?[i] ?? 0 }
    int16 = Self.aligned(0)
    channels = Self.aligned(0)
  }

  deinit {
    int16.deallocate()
    float32.deallocate()
    channels.deallocate()
    floatBias.deallocate()
  }

  func output(zeroPoint: Int32, bounds: (low: Int8, high: Int8)) -> QS8GEMM.Output {
    QS8GEMM.Output(
      bias: channels, multiplier: channels + paddedChannels,
      shift: channels + 2 * paddedChannels, zeroPoint: zeroPoint, minimum: bounds.low,
      maximum: bounds.high)
  }

  func output(bounds: (low: Float, high: Float)) -> F32GEMM.Output {
    F32GEMM.Output(bias: floatBias, minimum: bounds.low, maximum: bounds.high)
  }

  private static func aligned<Element>(_ count: Int) -> UnsafeMutablePointer<Element> {
    UnsafeMutableRawPointer.allocate(
      byteCount: max(count, 1) * MemoryLayout<Element>.stride, alignment: 64
    ).bindMemory(to: Element.self, capacity: max(count, 1))
  }
}
