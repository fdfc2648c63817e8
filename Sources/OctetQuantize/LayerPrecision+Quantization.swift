import OctetIR

/// How numbers of a range become codes.
extension LayerPrecision {
  /// The parameters for values in `low...high`.
  ///
  /// - Precondition: it is a type of codes.
  func quantization(low: Float, high: Float) -> Quantization {
    self == .int16
      ? .symmetricInt16(low: low, high: high) : .asymmetricInt8(low: low, high: high)
  }

  /// The parameters for a range of a calibration table.
  func quantization(_ range: CalibrationTable.Range) -> Quantization {
    self == .int8 ? range.quantization : quantization(low: range.low, high: range.high)
  }

  /// The parameters for the values of a constant.
  func quantization(of tensor: Tensor) -> Quantization {
    let values = tensor.storage.array(of: Float.self)
    return quantization(low: values.min() ?? 0, high: values.max() ?? 0)
  }

  /// The parameters of a result whose range the specification gives, from its int8 parameters: with 16 bits all
  /// such results lie in -1...1.
  ///
  /// Source: TFLite's specification of 16x8 quantization, for softmax, logistic and tanh.
  func fixed(scale: Float, zeroPoint: Int32) -> Quantization {
    self == .int16
      ? Quantization(scale: 0x1p-15, zeroPoint: 0)
      : Quantization(scale: scale, zeroPoint: zeroPoint)
  }

  /// The parameters for the numbers that int8 codes of `quantization` reach.
  func adapted(_ int8: Quantization) -> Quantization {
    self == .int16 ? quantization(low: int8.lowest(.int8), high: int8.highest(.int8)) : int8
  }

  /// The parameters whose codes reach all numbers that those of `others` reach.
  func spanning(_ others: [Quantization]) -> Quantization? {
    guard let first = others.first else { return nil }
    if others.allSatisfy({ $0 == first }) { return first }
    return quantization(
      low: others.map { $0.lowest(self) }.min() ?? 0,
      high: others.map { $0.highest(self) }.max() ?? 0)
  }

  /// A constant among activations, with the given parameters; values beyond them saturate.
  func constant(_ tensor: Tensor, _ quantization: Quantization) -> Tensor {
    let (scale, zeroPoint) = (quantization.scale, Float(quantization.zeroPoint))
    func codes<Code: FixedWidthInteger & BitwiseCopyable>(_ type: Code.Type) -> Storage {
      Storage(
        tensor.storage.array(of: Float.self).map { value in
          let code = (value / scale).rounded(.toNearestOrAwayFromZero) + zeroPoint
          return Code(max(Float(Code.min), min(Float(Code.max), code)))
        })
    }
    return Tensor(
      TensorType(element, tensor.type.shape, quantization: quantization),
      self == .int16 ? codes(Int16.self) : codes(Int8.self))
  }
}

extension Quantization {
  /// The numbers that the least and the greatest code stand for.
  fileprivate func lowest(_ precision: LayerPrecision) -> Float {
    scale * Float((precision == .int16 ? -32767 : -128) - zeroPoint)
  }

  fileprivate func highest(_ precision: LayerPrecision) -> Float {
    scale * Float((precision == .int16 ? 32767 : 127) - zeroPoint)
  }

  /// Whether a value lies within half a step of the codes.
  func reaches(_ value: Float, _ precision: LayerPrecision) -> Bool {
    let steps = (value / scale).rounded(.toNearestOrAwayFromZero) + Float(zeroPoint)
    return precision == .int16 ? abs(steps) <= 32767 : steps >= -128 && steps <= 127
  }
}
