import OctetIR

/// A rectangular part of a tensor.
struct TensorWindow: Hashable {
  private(set) var offsets: [Int]
  private(set) var extents: [Int]

  /// All of a tensor.
  init(_ extents: [Int]) {
    offsets = extents.map { _ in 0 }
    self.extents = extents
  }

  /// The first or the second half along a dimension of at least two; the first has the middle one.
  func half(_ axis: Int, isFirst: Bool) -> TensorWindow {
    var result = self
    let first = (extents[axis] + 1) / 2
    result.extents[axis] = isFirst ? first : extents[axis] - first
    if !isFirst { result.offsets[axis] += first }
    return result
  }
}

extension Tensor {
  /// The contents of a window.
  func within(_ window: TensorWindow) -> Tensor {
    let type = TensorType(
      self.type.element, window.extents, quantization: self.type.quantization)
    guard let size = self.type.element.byteCount, let rank = window.extents.indices.last else {
      return self
    }
    let storage = Storage(byteCount: type.byteCount ?? 0)
    let row = window.extents[rank] * size
    for number in 0..<(row == 0 ? 0 : storage.bytes.count / row) {
      var (rest, stride, source) = (number, extents[rank], window.offsets[rank])
      for axis in (0..<rank).reversed() {
        source += (rest % window.extents[axis] + window.offsets[axis]) * stride
        rest /= window.extents[axis]
        stride *= extents[axis]
      }
      let from = self.storage.bytes[source * size..<source * size + row]
      UnsafeMutableRawBufferPointer(
        rebasing: storage.mutableBytes[number * row..<(number + 1) * row]
      ).copyMemory(from: UnsafeRawBufferPointer(rebasing: from))
    }
    return Tensor(type, storage)
  }
}

extension Graph {
  /// Gives the inputs other shapes, and all results those that follow.
  ///
  /// - Returns: false where an operator takes none of them, or makes nothing.
  mutating func take(_ shapes: [Shape]) -> Bool {
    for (input, shape) in zip(inputs, shapes) { self[input].type.shape = shape }
    for node in nodes {
      guard let types = try? inferTypes(node.op, inputs: node.inputs) else { return false }
      for (output, type) in zip(node.outputs, types) {
        if type.shape.elementCount ?? 0 == 0 { return false }
        self[output].type.shape = type.shape
      }
    }
    return true
  }
}
