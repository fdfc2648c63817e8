import OctetKernels

extension ByteTable {
  /// An int8 function; results outside -128...127 are clamped.
  convenience init(int8 function: (Int32) -> Int32) {
    self.init { byte in
      UInt8(bitPattern: Int8(clamping: function(Int32(Int8(bitPattern: byte)))))
    }
  }

  /// A uint8 function; results outside 0...255 are clamped.
  convenience init(uint8 function: (Int32) -> Int32) {
    self.init { byte in UInt8(clamping: function(Int32(byte))) }
  }

  /// The quantized form of a real function: dequantize, apply, divide by the output scale, round half
  /// away from zero.
  ///
  /// Source: TFLite's `LUTPopulate` for int8.
  convenience init(
    from input: (scale: Float, zeroPoint: Int32), to output: (scale: Float, zeroPoint: Int32),
    _ function: (Float) -> Float
  ) {
    let inverseScale = 1 / output.scale
    self.init(int8: { code in
      let real = function(input.scale * Float(code - input.zeroPoint))
      let steps = (real * inverseScale).rounded(.toNearestOrAwayFromZero)
      return Int32(max(-1000, min(1000, steps))) + output.zeroPoint
    })
  }

  /// The same for uint8.
  convenience init(
    uint8From input: (scale: Float, zeroPoint: Int32), to output: (scale: Float, zeroPoint: Int32),
    _ function: (Float) -> Float
  ) {
    let inverseScale = 1 / output.scale
    self.init { byte in
      let real = function(input.scale * Float(Int32(byte) - input.zeroPoint))
      let steps = (real * inverseScale).rounded(.toNearestOrAwayFromZero)
      return UInt8(clamping: Int32(max(-1000, min(1000, steps))) + output.zeroPoint)
    }
  }

  /// The step that looks up every element.
  func step(_ input: TensorView, _ output: TensorView) -> Step {
    let (source, target, count) = (input.uint8, output.uint8, input.count)
    let kernel = ByteTable.best
    let portion = 1 << 15
    return Step(
      kernel: "\(kernel.name)",
      phases: [
        Work(count: (count + portion - 1) / portion) { [self] item, _ in
          let first = item * portion
          kernel.run(
            count: min(portion, count - first), from: source + first, table: self,
            to: target + first)
        }
      ])
  }
}
