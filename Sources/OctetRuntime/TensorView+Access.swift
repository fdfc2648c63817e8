package import OctetIR
package import OctetOps

extension TensorView {
  /// The contents as a tensor of their own.
  package func copy() -> Tensor {
    let storage = Storage(byteCount: type.byteCount ?? 0)
    storage.mutableBytes.copyMemory(
      from: UnsafeRawBufferPointer(start: base, count: storage.bytes.count))
    return Tensor(type, storage)
  }

  /// The types of real numbers, those that `write` takes, and those that `real` reads.
  package static let realTypes: [ElementType] = [.float32, .int8, .int16, .uint8]
  package static let writable: [ElementType] = realTypes + [.int32, .int64]
  package static let readable: [ElementType] = writable + [.bool]

  /// Overwrites elements from `start` on with real values, quantized as the tensor's type asks: divided
  /// by the scale, rounded half away from zero, clamped to the type's codes; whole numbers to int32's.
  ///
  /// - Precondition: the type is `writable`; `values` do not reach beyond the tensor.
  package func write(_ values: UnsafeBufferPointer<Float>, at start: Int = 0) {
    precondition(start >= 0 && values.count <= count - start, "the values reach beyond the tensor")
    let scale = type.quantization?.scale ?? 1
    let zeroPoint = Float(type.quantization?.zeroPoint ?? 0)
    func code(_ value: Float, _ low: Float, _ high: Float) -> Float {
      let steps = (value / scale).rounded(.toNearestOrAwayFromZero) + zeroPoint
      return max(low, min(high, steps))
    }
    func whole(_ value: Float) -> Int64 {
      value.isNaN ? 0 : Int64(max(-0x1p31, min(0x1p31 - 128, value.rounded())))
    }
    switch element {
    case .int8: for (i, x) in values.enumerated() { int8[start + i] = Int8(code(x, -128, 127)) }
    case .int16:
      for (i, x) in values.enumerated() { int16[start + i] = Int16(code(x, -32768, 32767)) }
    case .uint8: for (i, x) in values.enumerated() { uint8[start + i] = UInt8(code(x, 0, 255)) }
    case .int32:
      for (i, x) in values.enumerated() { int32[start + i] = Int32(whole(x)) }
    case .int64:
      let numbers = elements(Int64.self)
      for (i, x) in values.enumerated() { numbers[start + i] = whole(x) }
    default:
      precondition(element == .float32, "only numbers are written")
      for (i, x) in values.enumerated() { float32[start + i] = x }
    }
  }

  /// Real value of element `index`, dequantized; bools are 0 and 1.
  ///
  /// - Precondition: the type is `readable`.
  package func real(_ index: Int) -> Float {
    let scale = type.quantization?.scale ?? 1
    let zeroPoint = type.quantization?.zeroPoint ?? 0
    switch element {
    case .int8: return scale * Float(Int32(int8[index]) - zeroPoint)
    case .int16: return scale * Float(Int32(int16[index]) - zeroPoint)
    case .uint8: return scale * Float(Int32(uint8[index]) - zeroPoint)
    case .int32: return scale * Float(int32[index] &- zeroPoint)
    case .int64: return Float(elements(Int64.self)[index])
    case .bool: return uint8[index] != 0 ? 1 : 0
    default: return float32[index]
    }
  }
}
