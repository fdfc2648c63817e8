extension FakeQuant {
  static func reference(
    _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, count: Int,
    range: TrainedRange
  ) {
    for i in 0..<count { output[i] = range.round(input[i]) }
  }
}
