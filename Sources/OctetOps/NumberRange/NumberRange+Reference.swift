extension NumberRange {
  /// Each number is the one before and the step, so that roundings add up.
  ///
  /// Source: TFLite's `range.cc`.
  @inline(__always)
  static func reference<Number>(
    _ first: Number, _ step: Number, _ output: UnsafeMutablePointer<Number>, _ count: Int,
    _ add: (Number, Number) -> Number
  ) {
    var number = first
    for place in 0..<count {
      output[place] = number
      number = add(number, step)
    }
  }
}
