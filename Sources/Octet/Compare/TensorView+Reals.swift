import OctetIR
import OctetOps
import OctetRuntime

extension TensorView {
  /// All elements as real numbers, dequantized.
  ///
  /// - Precondition: the type is `readable`.
  func reals() -> [Float] {
    let scale = type.quantization?.scale ?? 1
    let zeroPoint = type.quantization?.zeroPoint ?? 0
    return [Float](unsafeUninitializedCapacity: count) { target, initialized in
      switch element {
      case .float32: target.baseAddress?.update(from: float32, count: count)
      case .int8: for i in 0..<count { target[i] = scale * Float(Int32(int8[i]) - zeroPoint) }
      case .uint8: for i in 0..<count { target[i] = scale * Float(Int32(uint8[i]) - zeroPoint) }
      default: for i in 0..<count { target[i] = real(i) }
      }
      initialized = count
    }
  }
}
