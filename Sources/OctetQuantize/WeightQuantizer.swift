import OctetIR

/// Quantizes constants as the TFLite 8-bit specification asks.
enum WeightQuantizer {
  /// Symmetric int8 weights in -127...127 with one scale for each index of `axis`.
  ///
  /// A scale is the largest magnitude over 127, rounded to float32. `minimumScales` raises scales whose
  /// bias would not fit int32. A channel of zeros, whose scale only its bias needs, gets 1024 times that,
  /// so that the bias has 20 bits, or scale 1. Weights that training has rounded keep their own scales, one for all
  /// channels where that is so, and a code of -128 becomes -127.
  static func perAxis(
    _ tensor: Tensor, axis: Int, minimumScales: [Float]?
  ) -> (tensor: Tensor, raised: [Int], isTrained: Bool) {
    let extents = tensor.extents
    let channels = extents[axis]
    let step = extents[(axis + 1)...].reduce(1, *)
    let values = tensor.storage.array(of: Float.self)
    var largest = [Float](repeating: 0, count: channels)
    for (i, value) in values.enumerated() {
      let channel = i / step % channels
      largest[channel] = max(largest[channel], abs(value))
    }
    let trained = tensor.trainedScales(axis: axis, channels: channels, step: step)
    var raised: [Int] = []
    let scales = largest.enumerated().map { channel, limit in
      let minimum = minimumScales?[channel] ?? 0
      let scale = trained?[channel] ?? limit / 127
      guard scale.isNormal else { return (minimum * 1024).isNormal ? minimum * 1024 : 1 }
      if minimum > scale { raised.append(channel) }
      return max(scale, minimum)
    }
    let codes = values.enumerated().map { i, value in
      let code = (value / scales[i / step % channels]).rounded(.toNearestOrAwayFromZero)
      return Int8(max(-127, min(127, code)))
    }
    let isOne = trained != nil && tensor.type.quantization?.axis == nil && raised.isEmpty
    let type = TensorType(
      .int8, extents,
      quantization: isOne
        ? Quantization(scale: scales[0], zeroPoint: 0) : Quantization(scales: scales, axis: axis))
    return (Tensor(type, Storage(codes)), raised, trained != nil)
  }

  /// The smallest weight scale of each channel at which the bias fits 2^30 codes and its scale is a
  /// normal number.
  static func minimumScales(bias: [Float], inputScale: Float) -> [Float] {
    let least = 2 * Double(Float.leastNormalMagnitude) / Double(inputScale)
    return bias.map { Float(max(abs(Double($0)) / Double(inputScale) / Double(1 << 30), least)) }
  }

  /// int32 bias with scale = input x weights, rounded half away from zero.
  static func bias(_ tensor: Tensor, inputScale: Float, weightScales: [Float]) -> Tensor {
    let values = tensor.storage.array(of: Float.self)
    let scales = weightScales.map { inputScale * $0 }
    let codes = values.enumerated().map { i, value in
      let scale = scales.count == 1 ? scales[0] : scales[i]
      let code = (Double(value) / Double(scale)).rounded(.toNearestOrAwayFromZero)
      return Int32(max(-2_147_483_648, min(2_147_483_647, code)))
    }
    let type = TensorType(
      .int32, tensor.extents,
      quantization: scales.count == 1
        ? Quantization(scale: scales[0], zeroPoint: 0) : Quantization(scales: scales, axis: 0))
    return Tensor(type, Storage(codes))
  }

  /// An int8 constant among activations, with the given parameters; values beyond them saturate.
  static func activation(_ tensor: Tensor, _ quantization: Quantization) -> Tensor {
    let (scale, zeroPoint) = (quantization.scale, Float(quantization.zeroPoint))
    let codes = tensor.storage.array(of: Float.self).map { value in
      let code = (value / scale).rounded(.toNearestOrAwayFromZero) + zeroPoint
      return Int8(max(-128, min(127, code)))
    }
    return Tensor(
      TensorType(.int8, tensor.type.shape, quantization: quantization), Storage(codes))
  }
}

extension Tensor {
  /// The scales that training has rounded float32 weights with, one a channel; nil for weights that it has not, or to
  /// more numbers than int8 has.
  fileprivate func trainedScales(axis: Int, channels: Int, step: Int) -> [Float]? {
    guard let given = type.quantization, given.axis == nil || given.axis == axis else { return nil }
    let scales =
      given.axis == nil ? [Float](repeating: given.scale, count: channels) : given.scales
    let fits = storage.array(of: Float.self).enumerated().allSatisfy { i, value in
      let steps = value / scales[i / step % channels]
      let code = steps.rounded(.toNearestOrAwayFromZero)
      return abs(code) <= 128 && abs(steps - code) < 0.01
    }
    return fits ? scales : nil
  }
}
