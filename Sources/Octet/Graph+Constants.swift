import OctetIR

extension Graph {
  /// The real numbers of a constant: floats as they are, codes by their scales, one for each index of an axis too. Nil for
  /// whole numbers without a scale, values that are no constants, and contents or scales that don't fit.
  func reals(ofConstant id: ValueID) -> [Float]? {
    let value = self[id]
    guard let storage = value.constant, value.type.byteCount == storage.bytes.count,
      value.type.element == .float32 || value.type.quantization != nil
    else { return nil }
    guard let quantization = value.type.quantization, let axis = quantization.axis,
      value.type.element != .float32
    else { return Tensor(value.type, storage).realValues }
    guard let extents = value.type.shape.extents, extents.indices.contains(axis),
      quantization.scales.count == extents[axis],
      quantization.zeroPoints.count == quantization.scales.count
    else { return nil }
    // Of extents with a zero among them the product need not fit.
    let inner = max(1, extents[(axis + 1)...].reduce(1, &*))
    func real(_ index: Int, _ code: Int32) -> Float {
      let channel = index / inner % extents[axis]
      return quantization.scales[channel] * Float(code &- quantization.zeroPoints[channel])
    }
    switch value.type.element {
    case .int8: return storage.array(of: Int8.self).enumerated().map { real($0, Int32($1)) }
    case .uint8: return storage.array(of: UInt8.self).enumerated().map { real($0, Int32($1)) }
    case .int16: return storage.array(of: Int16.self).enumerated().map { real($0, Int32($1)) }
    case .int32: return storage.array(of: Int32.self).enumerated().map { real($0, $1) }
    default: return nil
    }
  }
}
