/// A tensor with contents, all extents known, elements in row-major order.
public struct Tensor: Sendable {
  public var type: TensorType
  public var storage: Storage

  /// - Precondition: `storage` has exactly the bytes of `type`.
  public init(_ type: TensorType, _ storage: Storage) {
    precondition(type.byteCount == storage.bytes.count, "storage does not fit its type")
    self.type = type
    self.storage = storage
  }

  public init(_ extents: [Int], _ values: [Float]) {
    self.init(TensorType(.float32, extents), Storage(values))
  }

  public init(_ extents: [Int], int8 values: [Int8]) {
    self.init(TensorType(.int8, extents), Storage(values))
  }

  public init(_ extents: [Int], int32 values: [Int32]) {
    self.init(TensorType(.int32, extents), Storage(values))
  }

  public var extents: [Int] { type.shape.extents ?? [] }

  public var count: Int { type.shape.elementCount ?? 0 }

  /// The elements as real numbers: floats as they are, quantized integers dequantized by the
  /// tensor's quantization (scale 1, zero point 0 when it has none), bools as 0 and 1. Nil for other types.
  public var realValues: [Float]? {
    let quantization = type.quantization ?? Quantization(scale: 1, zeroPoint: 0)
    guard quantization.axis == nil || type.element == .float32 else { return nil }
    let scale = quantization.scale
    let zeroPoint = quantization.zeroPoint
    switch type.element {
    case .float32: return storage.array(of: Float.self)
    case .int8: return storage.array(of: Int8.self).map { scale * Float(Int32($0) - zeroPoint) }
    case .int16: return storage.array(of: Int16.self).map { scale * Float(Int32($0) - zeroPoint) }
    case .uint8: return storage.array(of: UInt8.self).map { scale * Float(Int32($0) - zeroPoint) }
    case .int32: return storage.array(of: Int32.self).map { scale * Float($0 &- zeroPoint) }
    case .int64: return storage.array(of: Int64.self).map { scale * Float($0) }
    case .bool: return storage.array(of: UInt8.self).map { $0 != 0 ? 1 : 0 }
    default: return nil
    }
  }
}

extension Range<Int> {
  /// `wanted` of its numbers, spread evenly from the first on: `floor(i * count / wanted)` behind it; all of them where
  /// there are no more.
  package func evenlySpaced(_ wanted: Int) -> [Int] {
    guard wanted > 0, wanted < count else { return wanted > 0 ? Array(self) : [] }
    // i * count / wanted, split so that the product stays small.
    let (quotient, remainder) = count.quotientAndRemainder(dividingBy: wanted)
    return (0..<wanted).map { lowerBound + $0 * quotient + $0 * remainder / wanted }
  }
}
