import OctetKernels

extension Conv2D {
  /// Calls `tap` for each product of one output element, then `done` with its offset and channel.
  @inline(__always)
  private static func forEachOutput(
    _ g: Conv2DGeometry, batches: Int, groups: Int,
    tap: (_ input: Int, _ filter: Int) -> Void, done: (_ output: Int, _ channel: Int) -> Void
  ) {
    let depth = g.inputChannels / groups
    let channelsPerGroup = g.outputChannels / groups
    var output = 0
    for batch in 0..<batches {
      for y in 0..<g.outputHeight {
        for x in 0..<g.outputWidth {
          for channel in 0..<g.outputChannels {
            let firstDepth = channel / channelsPerGroup * depth
            for i in 0..<g.kernelHeight {
              let row = y * g.strideHeight - g.padTop + i * g.dilationHeight
              if row < 0 || row >= g.inputHeight { continue }
              for j in 0..<g.kernelWidth {
                let column = x * g.strideWidth - g.padLeft + j * g.dilationWidth
                if column < 0 || column >= g.inputWidth { continue }
                let pixel = (batch * g.inputHeight + row) * g.inputWidth + column
                let input = pixel * g.inputChannels + firstDepth
                let filter = ((channel * g.kernelHeight + i) * g.kernelWidth + j) * depth
                for k in 0..<depth { tap(input + k, filter + k) }
              }
            }
            done(output, channel)
            output += 1
          }
        }
      }
    }
  }

  static func reference(
    _ g: Conv2DGeometry, batches: Int, groups: Int, input: UnsafePointer<Float>,
    filter: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    bounds: (low: Float, high: Float), output: UnsafeMutablePointer<Float>
  ) {
    var sum: Float = 0
    forEachOutput(
      g, batches: batches, groups: groups,
      tap: { sum += input[$0] * filter[$1] },
      done: { offset, channel in
        let total = sum + (bias?[channel] ?? 0)
        output[offset] = min(max(total, bounds.low), bounds.high)
        sum = 0
      })
  }

  /// Source: TFLite's `reference_integer_ops::ConvPerChannel`. A pixel outside the image has the
  /// value of the zero point, so it adds nothing.
  static func reference(
    _ g: Conv2DGeometry, batches: Int, groups: Int, input: UnsafePointer<Int8>,
    inputZeroPoint: Int32, filter: UnsafePointer<Int8>, bias: UnsafePointer<Int32>?,
    multipliers: ChannelMultipliers, outputZeroPoint: Int32, bounds: (low: Int8, high: Int8),
    output: UnsafeMutablePointer<Int8>
  ) {
    var sum: Int32 = 0
    forEachOutput(
      g, batches: batches, groups: groups,
      tap: { sum &+= (Int32(input[$0]) - inputZeroPoint) * Int32(filter[$1]) },
      done: { offset, channel in
        let total = sum &+ (bias?[channel] ?? 0)
        let scaled = FixedPoint.multiply(
          total, multipliers.significands[channel], multipliers.shifts[channel])
        output[offset] = Int8(scaled, zeroPoint: outputZeroPoint, bounds: bounds)
        sum = 0
      })
  }

  /// Source: TFLite's `reference_ops::Conv` for uint8.
  static func reference(
    _ g: Conv2DGeometry, batches: Int, groups: Int, input: UnsafePointer<UInt8>,
    filter: UnsafePointer<UInt8>, bias: UnsafePointer<Int32>?, _ layer: UInt8Layer,
    output: UnsafeMutablePointer<UInt8>
  ) {
    var sum: Int32 = 0
    forEachOutput(
      g, batches: batches, groups: groups,
      tap: { sum &+= layer.product(input[$0], filter[$1]) },
      done: { offset, channel in
        output[offset] = layer.code(sum &+ (bias?[channel] ?? 0))
        sum = 0
      })
  }

  /// The same of int16 images: sums are int64.
  ///
  /// Source: TFLite's `reference_integer_ops::ConvPerChannel` for int16.
  static func reference(
    _ g: Conv2DGeometry, batches: Int, groups: Int, input: UnsafePointer<Int16>,
    filter: UnsafePointer<Int8>, bias: UnsafePointer<Int64>?, multipliers: ChannelMultipliers,
    bounds: (low: Int16, high: Int16), output: UnsafeMutablePointer<Int16>
  ) {
    var sum: Int64 = 0
    forEachOutput(
      g, batches: batches, groups: groups,
      tap: { sum &+= Int64(Int32(input[$0]) * Int32(filter[$1])) },
      done: { offset, channel in
        output[offset] = multipliers.code(sum &+ (bias?[channel] ?? 0), channel, bounds)
        sum = 0
      })
  }

  /// Sums of codes less their image's zero point, times weights. A pixel outside the image has its zero point.
  ///
  /// Source: TFLite's `reference_ops::HybridConvPerChannel`.
  static func reference(
    _ g: Conv2DGeometry, batches: Int, groups: Int, codes: UnsafePointer<Int8>,
    zeroPoints: UnsafePointer<Int32>, filter: UnsafePointer<Int8>,
    sums: UnsafeMutablePointer<Int32>
  ) {
    var sum: Int32 = 0
    forEachOutput(
      g, batches: batches, groups: groups,
      tap: {
        sum &+= (Int32(codes[$0]) &- zeroPoints[$0 / g.inputCount]) &* Int32(filter[$1])
      },
      done: { offset, _ in
        sums[offset] = sum
        sum = 0
      })
  }
}
