import OctetIR
import OctetOps
import OctetRuntime

extension Tensor {
  /// Contents for an input that are random but always the same for one state of the generator: real numbers in -1..<1, any
  /// codes, whole numbers from 0 to 7. Nil for types that hold none of these, and for shapes that are not known.
  static func random(_ type: TensorType, _ generator: inout SplitMix64) -> Tensor? {
    guard let byteCount = type.byteCount, let count = type.shape.elementCount else { return nil }
    switch type.element {
    case .float32:
      return Tensor(type, Storage((0..<count).map { _ in generator.nextFloat() }))
    case .int8, .uint8, .int16:
      return Tensor(type, Storage((0..<byteCount).map { _ in UInt8(generator.next() >> 56) }))
    case .bool:
      return Tensor(type, Storage((0..<count).map { _ in UInt8(generator.next() >> 63) }))
    case .int32:
      return Tensor(type, Storage((0..<count).map { _ in Int32(generator.next() >> 61) }))
    case .int64:
      return Tensor(type, Storage((0..<count).map { _ in Int64(generator.next() >> 61) }))
    default: return nil
    }
  }

  /// The same real numbers as another type stores them; nil where a type stores none, and for another shape.
  func stored(as type: TensorType) -> Tensor? {
    if type == self.type { return self }
    guard type.shape == self.type.shape, let byteCount = type.byteCount else { return nil }
    if type.element == self.type.element, !type.isQuantized || !self.type.isQuantized {
      return Tensor(type, storage)
    }
    guard TensorView.realTypes.contains(type.element), let values = realValues else { return nil }
    let storage = Storage(byteCount: byteCount)
    if let base = storage.mutableBytes.baseAddress, !values.isEmpty {
      let view = TensorView(
        type: type, extents: extents, count: count, base: base, isConstant: false)
      values.withUnsafeBufferPointer { view.write($0) }
    }
    return Tensor(type, storage)
  }
}

extension TensorView {
  /// Takes the contents of a tensor of its size.
  func copy(from tensor: Tensor) {
    UnsafeMutableRawBufferPointer(start: base, count: tensor.storage.bytes.count)
      .copyMemory(from: tensor.storage.bytes)
  }
}
