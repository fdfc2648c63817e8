import OctetIR

/// Quantizes constants as the TFLite 8-bit specification asks.
enum WeightQuantizer {
  /// Symmetric int8 weights in -127...127 with one scale for each index of `axis`.
  ///
  /// A scale is the largest magnitude over 127, rounded to float32; a channel of zeros gets scale 1.
  /// `minimumScales` raises scales whose bias would not fit int32.
  static func perAxis(
    _ tensor: Tensor, axis: Int, minimumScales: [Float]?
  ) -> (tensor: Tensor, raised: [Int]) {
    let extents = tensor.extents
    let channels = extents[axis]
    let step = extents[(axis + 1)...].reduce(1, *)
    let values = tensor.storage.array(of: Float.self)
    var largest = [Float](repeating: 0, count: channels)
    for (i, value) in values.enumerated() {
      let channel = i / step % channels
      largest[channel] = max(largest[channel], abs(value))
    }
    var raised: [Int] = []
    let scales = largest.enumerated().map { channel, limit in
      var scale = limit / 127
      if !scale.isNormal { scale = 1 }
      if let minimum = minimumScales?[channel], minimum > scale {
        raised.append(channel)
        scale = minimum
      }
      return scale
    }
    let codes = values.enumerated().map { i, value in
      let code = (value / scales[i / step % channels]).rounded(.toNearestOrAwayFromZero)
      return Int8(max(-127, min(127, code)))
    }
    let type = TensorType(.int8, extents, quantization: Quantization(scales: scales, axis: axis))
    return (Tensor(type, Storage(codes)), raised)
  }

  /// The smallest weight scale of each channel at which the bias fits 2^30 codes.
  static func minimumScales(bias: [Float], inputScale: Float) -> [Float] {
    bias.map { Float(abs(Double($0)) / Double(inputScale) / Double(1 << 30)) }
  }

  /// int32 bias with scale = input x weights, rounded half away from zero.
  static func bias(_ tensor: Tensor, inputScale: Float, weightScales: [Float]) -> Tensor {
    let values = tensor.storage.array(of: Float.self)
    let scales = weightScales.map { inputScale * $0 }
    let codes = values.enumerated().map { i, value in
      let code = (Double(value) / Double(scales[i])).rounded(.toNearestOrAwayFromZero)
      return Int32(max(-2_147_483_648, min(2_147_483_647, code)))
    }
    let type = TensorType(
      .int32, tensor.extents, quantization: Quantization(scales: scales, axis: 0))
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
