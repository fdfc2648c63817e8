extension FullyConnected {
  /// The matrices' sizes: input [rows][depth], filter [outputs][depth], output [rows][outputs].
  struct Sizes {
    let rows: Int
    let depth: Int
    let outputs: Int
  }

  static func reference(
    _ sizes: Sizes, input: UnsafePointer<Float>, filter: UnsafePointer<Float>,
    bias: UnsafePointer<Float>?, bounds: (low: Float, high: Float),
    output: UnsafeMutablePointer<Float>
  ) {
    for row in 0..<sizes.rows {
      for channel in 0..<sizes.outputs {
        var sum: Float = 0
        for k in 0..<sizes.depth {
          sum += input[row * sizes.depth + k] * filter[channel * sizes.depth + k]
        }
        let total = sum + (bias?[channel] ?? 0)
        output[row * sizes.outputs + channel] = min(max(total, bounds.low), bounds.high)
      }
    }
  }

  /// Sums are scaled in double precision and rounded once, half away from zero: what LiteRT's reference
  /// kernel does (measured with 2.3.0), unlike its convolutions with their two fixed-point roundings.
  static func reference(
    _ sizes: Sizes, input: UnsafePointer<Int8>, inputZeroPoint: Int32,
    filter: UnsafePointer<Int8>, bias: UnsafePointer<Int32>?, multipliers: ChannelMultipliers,
    outputZeroPoint: Int32, bounds: (low: Int8, high: Int8), output: UnsafeMutablePointer<Int8>
  ) {
    for row in 0..<sizes.rows {
      for channel in 0..<sizes.outputs {
        var sum: Int32 = 0
        for k in 0..<sizes.depth {
          let x = Int32(input[row * sizes.depth + k]) - inputZeroPoint
          sum &+= x * Int32(filter[channel * sizes.depth + k])
        }
        let real = Double(sum &+ (bias?[channel] ?? 0)) * multipliers.reals[channel]
        let steps = max(-1e6, min(1e6, real)).rounded(.toNearestOrAwayFromZero)
        let scaled = Int32(steps) + outputZeroPoint
        output[row * sizes.outputs + channel] = Int8(
          max(Int32(bounds.low), min(Int32(bounds.high), scaled)))
      }
    }
  }

  /// Two roundings in fixed point, unlike int8's.
  ///
  /// Source: TFLite's `reference_ops::FullyConnected` for uint8.
  static func reference(
    _ sizes: Sizes, input: UnsafePointer<UInt8>, filter: UnsafePointer<UInt8>,
    bias: UnsafePointer<Int32>?, _ layer: UInt8Layer, output: UnsafeMutablePointer<UInt8>
  ) {
    for row in 0..<sizes.rows {
      for channel in 0..<sizes.outputs {
        var sum: Int32 = 0
        for k in 0..<sizes.depth {
          sum &+= layer.product(input[row * sizes.depth + k], filter[channel * sizes.depth + k])
        }
        output[row * sizes.outputs + channel] = layer.code(sum &+ (bias?[channel] ?? 0))
      }
    }
  }

  /// The same of int16 inputs: sums are int64.
  static func reference(
    _ sizes: Sizes, input: UnsafePointer<Int16>, filter: UnsafePointer<Int8>,
    bias: UnsafePointer<Int64>?, multipliers: ChannelMultipliers,
    bounds: (low: Int16, high: Int16), output: UnsafeMutablePointer<Int16>
  ) {
    for row in 0..<sizes.rows {
      for channel in 0..<sizes.outputs {
        var sum: Int64 = 0
        for k in 0..<sizes.depth {
          sum &+= Int64(
            Int32(input[row * sizes.depth + k]) * Int32(filter[channel * sizes.depth + k]))
        }
        let real = Double(sum &+ (bias?[channel] ?? 0)) * multipliers.reals[channel]
        let steps = max(-1e6, min(1e6, real)).rounded(.toNearestOrAwayFromZero)
        output[row * sizes.outputs + channel] = max(
          bounds.low, min(bounds.high, Int16(clamping: Int32(steps))))
      }
    }
  }

  /// Sums of codes less their row's zero point, times weights.
  static func reference(
    _ sizes: Sizes, codes: UnsafePointer<Int8>, zeroPoints: UnsafePointer<Int32>,
    filter: UnsafePointer<Int8>, sums: UnsafeMutablePointer<Int32>
  ) {
    for row in 0..<sizes.rows {
      for channel in 0..<sizes.outputs {
        var sum: Int32 = 0
        for k in 0..<sizes.depth {
          let steps = Int32(codes[row * sizes.depth + k]) &- zeroPoints[row]
          sum &+= steps &* Int32(filter[channel * sizes.depth + k])
        }
        sums[row * sizes.outputs + channel] = sum
      }
    }
  }
}
