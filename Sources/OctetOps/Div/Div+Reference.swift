extension Div {
  static func reference(_ a: Float, _ b: Float, _ bounds: (low: Float, high: Float)) -> Float {
    min(max(a / b, bounds.low), bounds.high)
  }
}
