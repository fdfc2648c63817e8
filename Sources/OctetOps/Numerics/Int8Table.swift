/// An int8 function of one int8 argument as 256 entries, made when a model is prepared.
struct Int8Table {
  private let entries: [Int8]

  /// - Parameter function: gives the result for each argument in -128...127.
  init(_ function: (Int32) -> Int32) {
    entries = (0..<256).map { Int8(max(-128, min(127, function(Int32($0) - 128)))) }
  }

  /// The quantized form of a real function: dequantize, apply, divide by the output scale, round half
  /// away from zero.
  ///
  /// Source: TFLite's `LUTPopulate` for int8.
  init(
    from input: (scale: Float, zeroPoint: Int32), to output: (scale: Float, zeroPoint: Int32),
    _ function: (Float) -> Float
  ) {
    let inverseScale = 1 / output.scale
    self.init { code in
      let real = function(input.scale * Float(code - input.zeroPoint))
      let steps = (real * inverseScale).rounded(.toNearestOrAwayFromZero)
      return Int32(max(-1000, min(1000, steps))) + output.zeroPoint
    }
  }

  /// The step that looks up every element.
  func step(kernel: String, _ input: TensorView, _ output: TensorView) -> Step {
    let (source, target, count, entries) = (input.int8, output.int8, input.count, entries)
    return Step(kernel: kernel) {
      entries.withUnsafeBufferPointer { entries in
        for i in 0..<count { target[i] = entries[Int(source[i]) + 128] }
      }
    }
  }
}
