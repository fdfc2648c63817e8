import OctetIR

/// Quantizes weights and biases as the TFLite 8-bit specification asks.
enum WeightQuantizer {
  /// Symmetric int8 weights in -127...127 with one scale for each index of `axis`, or with `isOne` for all.
  ///
  /// A scale is the largest magnitude over 127, rounded to float32. `minimumScales` raises scales whose
  /// bias would not fit int32. A channel of zeros, whose scale only its bias needs, gets 1024 times that,
  /// so that the bias has 20 bits, or scale 1. Weights that training has rounded keep their own scales, one for all
  /// channels where that is so, and a code of -128 becomes -127.
  static func weights(
    _ tensor: Tensor, axis: Int, isOne: Bool, minimumScales given: [Float]?
  ) -> (tensor: Tensor, raised: [(channel: Int, decibels: Int)], isTrained: Bool) {
    let extents = tensor.extents
    let channels = isOne ? 1 : extents[axis]
    let step = isOne ? max(tensor.count, 1) : extents[(axis + 1)...].reduce(1, *)
    let minimumScales = isOne ? given?.max().map { [$0] } : given
    let values = tensor.storage.array(of: Float.self)
    var largest = [Float](repeating: 0, count: channels)
    for (i, value) in values.enumerated() {
      let channel = i / step % channels
      largest[channel] = max(largest[channel], abs(value))
    }
    let trained = tensor.trainedScales(axis: axis, channels: channels, step: step)
    var raised: [(channel: Int, decibels: Int)] = []
    let scales = largest.enumerated().map { channel, limit in
      let minimum = minimumScales?[channel] ?? 0
      let scale = trained?[channel] ?? limit / 127
      guard scale.isNormal else { return (minimum * 1024).isNormal ? minimum * 1024 : 1 }
      if minimum > scale {
        raised.append((channel, decibels(ofScale: minimum, insteadOf: scale)))
      }
      return max(scale, minimum)
    }
    let codes = values.enumerated().map { i, value in
      let code = (value / scales[i / step % channels]).rounded(.toNearestOrAwayFromZero)
      return Int8(max(-127, min(127, code)))
    }
    let isOne =
      isOne || trained != nil && tensor.type.quantization?.axis == nil && raised.isEmpty
    let type = TensorType(
      .int8, extents,
      quantization: isOne
        ? Quantization(scale: scales[0], zeroPoint: 0) : Quantization(scales: scales, axis: axis))
    return (Tensor(type, Storage(codes)), raised, trained != nil)
  }

  /// The smallest weight scale of each channel at which the bias fits 2^30 codes, for an int16 layer 2^46, and
  /// its scale is a normal number.
  static func minimumScales(
    bias: [Float], inputScale: Float, _ precision: LayerPrecision
  ) -> [Float] {
    let least = 2 * Double(Float.leastNormalMagnitude) / Double(inputScale)
    let most = precision == .int16 ? 0x1p46 : 0x1p30
    return bias.map { Float(max(abs(Double($0)) / Double(inputScale) / most, least)) }
  }

  /// A bias with scale = input x weights, rounded half away from zero: int32, for an int16 layer int64.
  static func bias(
    _ tensor: Tensor, inputScale: Float, weightScales: [Float], _ precision: LayerPrecision
  ) -> Tensor {
    let values = tensor.storage.array(of: Float.self)
    let scales = weightScales.map { inputScale * $0 }
    let codes = values.enumerated().map { i, value in
      let scale = scales.count == 1 ? scales[0] : scales[i]
      return (Double(value) / Double(scale)).rounded(.toNearestOrAwayFromZero)
    }
    let type = TensorType(
      precision == .int16 ? .int64 : .int32, tensor.extents,
      quantization: scales.count == 1
        ? Quantization(scale: scales[0], zeroPoint: 0) : Quantization(scales: scales, axis: 0))
    if precision == .int16 {
      return Tensor(type, Storage(codes.map { Int64(max(-0x1p62, min(0x1p62, $0))) }))
    }
    return Tensor(
      type, Storage(codes.map { Int32(max(-2_147_483_648, min(2_147_483_647, $0))) }))
  }
}

extension Tensor {
  /// The scales that training has rounded float32 weights with, one a channel; nil for weights that it has not, or to
  /// more numbers than int8 has.
  fileprivate func trainedScales(axis: Int, channels: Int, step: Int) -> [Float]? {
    guard let given = type.quantization,
      given.axis == nil || given.axis == axis && given.scales.count == channels
    else { return nil }
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
