extension Add {
  static func reference(_ a: Float, _ b: Float, _ bounds: (low: Float, high: Float)) -> Float {
    min(max(a + b, bounds.low), bounds.high)
  }

  static func reference(_ a: Int32, _ b: Int32, _ bounds: (low: Int32, high: Int32)) -> Int32 {
    min(max(a &+ b, bounds.low), bounds.high)
  }
}
