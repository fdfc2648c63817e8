extension Sub {
  static func reference(_ a: Float, _ b: Float, _ bounds: (low: Float, high: Float)) -> Float {
    min(max(a - b, bounds.low), bounds.high)
  }

  static func reference<Number: FixedWidthInteger>(
    _ a: Number, _ b: Number, _ bounds: (low: Number, high: Number)
  ) -> Number {
    min(max(a &- b, bounds.low), bounds.high)
  }
}
