/// Affine quantization: `real = scale * (quantized - zeroPoint)`.
///
/// Source: TensorFlow Lite 8-bit quantization specification.
public struct Quantization: Sendable, Equatable {
  /// One scale, or one for each index along `axis`. Positive and finite.
  public var scales: [Float]
  /// As many as `scales`.
  public var zeroPoints: [Int32]
  /// The dimension the scales run along; nil when the whole tensor shares one scale.
  public var axis: Int?

  public init(scale: Float, zeroPoint: Int32) {
    self.scales = [scale]
    self.zeroPoints = [zeroPoint]
    self.axis = nil
  }

  /// Symmetric per-axis quantization: all zero points are 0.
  public init(scales: [Float], axis: Int) {
    self.scales = scales
    self.zeroPoints = [Int32](repeating: 0, count: scales.count)
    self.axis = axis
  }

  public init(scales: [Float], zeroPoints: [Int32], axis: Int?) {
    self.scales = scales
    self.zeroPoints = zeroPoints
    self.axis = axis
  }

  public var scale: Float { scales[0] }
  public var zeroPoint: Int32 { zeroPoints[0] }

  /// The int8 parameters for real values in `low...high`: the range is widened to hold 0, 255 steps
  /// cover it, and the zero point is rounded to the nearest code. An empty range gives scale 1.
  public static func asymmetricInt8(low: Float, high: Float) -> Quantization {
    let low = Double(min(low, 0))
    let high = Double(max(high, 0))
    guard high > low else { return Quantization(scale: 1, zeroPoint: 0) }
    let scale = Float((high - low) / 255)
    guard scale.isNormal else { return Quantization(scale: 1, zeroPoint: 0) }
    let zeroPoint = (-128 - low / Double(scale)).rounded(.toNearestOrAwayFromZero)
    return Quantization(scale: scale, zeroPoint: Int32(max(-128, min(127, zeroPoint))))
  }

  /// The int16 parameters for real values in `low...high`: zero point 0, and 32767 steps to the larger
  /// magnitude. An empty range gives scale 1.
  public static func symmetricInt16(low: Float, high: Float) -> Quantization {
    let scale = max(abs(low), abs(high)) / 32767
    return Quantization(scale: scale.isNormal ? scale : 1, zeroPoint: 0)
  }
}
