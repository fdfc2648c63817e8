extension Dequantize {
  static func reference(_ code: Int32, scale: Float, zeroPoint: Int32) -> Float {
    scale * Float(code - zeroPoint)
  }
}
