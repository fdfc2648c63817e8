package import OctetIR

extension CalibrationTable {
  /// The real values that a tensor's codes have to reach.
  public struct Range: Sendable, Equatable {
    public var low: Float
    public var high: Float
    /// Whether the zero point is 0; then `low` is -128 scales and `high` 127.
    public let isSymmetric: Bool

    /// A range of any zero point.
    public init(low: Float, high: Float) {
      self.low = low
      self.high = high
      isSymmetric = false
    }

    private init(scale: Float) {
      low = -128 * scale
      high = 127 * scale
      isSymmetric = true
    }

    /// The range of the codes -128...127 with zero point 0.
    public static func symmetric(scale: Float) -> Range { Range(scale: scale) }

    /// What all codes of int8 stand for.
    static func reached(by quantization: Quantization) -> Range {
      let zeroPoint = quantization.zeroPoint
      return Range(
        low: quantization.scale * Float(-128 - zeroPoint),
        high: quantization.scale * Float(127 - zeroPoint))
    }

    /// The least symmetric range that holds this one but for half a step; itself if it is one.
    package var widenedToSymmetric: Range {
      if isSymmetric { return self }
      return .symmetric(
        scale: min(max(abs(low), abs(high)) / 127, .greatestFiniteMagnitude / 128))
    }

    /// The int8 parameters for the range. A symmetric one gives back its scale to the last bit, since -128 scales are
    /// exact; an empty one has scale 1.
    package var quantization: Quantization {
      guard isSymmetric else { return .asymmetricInt8(low: low, high: high) }
      let scale = low / -128
      return Quantization(scale: scale.isNormal ? scale : 1, zeroPoint: 0)
    }
  }
}
