import OctetIR

extension TransposeConv {
  /// The sizes of one transposed convolution.
  struct Geometry {
    let batches: Int
    let inputHeight: Int
    let inputWidth: Int
    let inputChannels: Int
    let outputHeight: Int
    let outputWidth: Int
    let outputChannels: Int
    let kernel: Steps
    let stride: Steps
    let padTop: Int
    let padLeft: Int

    /// The elements of one batch.
    var inputCount: Int { inputHeight * inputWidth * inputChannels }
    var outputCount: Int { outputHeight * outputWidth * outputChannels }

    init(
      _ image: TensorView, _ filter: TensorView, _ output: TensorView, stride: Steps,
      padding: WindowPadding
    ) {
      kernel = Steps(filter.extents[1], filter.extents[2])
      guard
        let rows = padding.span(
          input: output.extents[1], window: kernel.height, stride: stride.height),
        let columns = padding.span(
          input: output.extents[2], window: kernel.width, stride: stride.width)
      else { preconditionFailure("inference has accepted the window") }
      batches = image.extents[0]
      inputHeight = image.extents[1]
      inputWidth = image.extents[2]
      inputChannels = image.extents[3]
      outputHeight = output.extents[1]
      outputWidth = output.extents[2]
      outputChannels = output.extents[3]
      self.stride = stride
      padTop = rows.before
      padLeft = columns.before
    }

    /// Calls `add` for each pixel of the image, each place of the filter that falls on a pixel of the
    /// result and each output channel, with the offsets of the first input channel's image element and
    /// weight and of the result's element.
    @inline(__always)
    func forEachDot(_ add: (_ input: Int, _ filter: Int, _ output: Int) -> Void) {
      let filterStep = kernel.height * kernel.width * inputChannels
      for y in 0..<inputHeight {
        for x in 0..<inputWidth {
          let input = (y * inputWidth + x) * inputChannels
          for i in 0..<kernel.height {
            let row = y * stride.height - padTop + i
            if row < 0 || row >= outputHeight { continue }
            for j in 0..<kernel.width {
              let column = x * stride.width - padLeft + j
              if column < 0 || column >= outputWidth { continue }
              let output = (row * outputWidth + column) * outputChannels
              let filter = (i * kernel.width + j) * inputChannels
              for channel in 0..<outputChannels {
                add(input, filter + channel * filterStep, output + channel)
              }
            }
          }
        }
      }
    }
  }

  static func reference(
    _ g: Geometry, input: UnsafePointer<Float>, filter: UnsafePointer<Float>,
    bias: UnsafePointer<Float>?, bounds: (low: Float, high: Float),
    output: UnsafeMutablePointer<Float>
  ) {
    for batch in 0..<g.batches {
      let (source, target) = (input + batch * g.inputCount, output + batch * g.outputCount)
      target.update(repeating: 0, count: g.outputCount)
      g.forEachDot { first, weights, place in
        var sum: Float = 0
        for k in 0..<g.inputChannels { sum += source[first + k] * filter[weights + k] }
        target[place] += sum
      }
      finish(g, target, bias, bounds)
    }
  }

  /// Adds what the pixels of a line of the image make of each place of the filter, [inputWidth][kernel height]
  /// [kernel width][outputChannels], where it belongs.
  static func add(
    _ g: Geometry, line: Int, _ sums: UnsafePointer<Float>, to result: UnsafeMutablePointer<Float>
  ) {
    let run = g.kernel.width * g.outputChannels
    for x in 0..<g.inputWidth {
      let left = x * g.stride.width - g.padLeft
      let first = max(0, -left) * g.outputChannels
      let end = min(g.kernel.width, g.outputWidth - left) * g.outputChannels
      for i in 0..<g.kernel.height where first < end {
        let row = line * g.stride.height - g.padTop + i
        if row < 0 || row >= g.outputHeight { continue }
        let source = sums + (x * g.kernel.height + i) * run
        let target = result + (row * g.outputWidth + left) * g.outputChannels
        for k in first..<end { target[k] += source[k] }
      }
    }
  }

  /// Adds the bias to the sums of one batch and clamps them.
  static func finish(
    _ g: Geometry, _ sums: UnsafeMutablePointer<Float>, _ bias: UnsafePointer<Float>?,
    _ bounds: (low: Float, high: Float)
  ) {
    for first in Swift.stride(from: 0, to: g.outputCount, by: g.outputChannels) {
      let pixel = sums + first
      for channel in 0..<g.outputChannels {
        let total = pixel[channel] + (bias?[channel] ?? 0)
        pixel[channel] = min(max(total, bounds.low), bounds.high)
      }
    }
  }

  /// The sums of int8 images, and with int64 those of int16 images.
  ///
  /// Source: TFLite's `reference_integer_ops::TransposeConv`.
  ///
  /// - Parameters:
  ///   - sums: room for the elements of one batch.
  ///   - done: gets the batch, the element in it and its sum.
  @inline(__always)
  static func reference<Code: FixedWidthInteger, Sum: FixedWidthInteger>(
    _ g: Geometry, input: UnsafePointer<Code>, inputZeroPoint: Int32, filter: UnsafePointer<Int8>,
    sums: UnsafeMutablePointer<Sum>, done: (_ batch: Int, _ element: Int, _ sum: Sum) -> Void
  ) {
    for batch in 0..<g.batches {
      let source = input + batch * g.inputCount
      sums.update(repeating: 0, count: g.outputCount)
      g.forEachDot { first, weights, place in
        var sum: Sum = 0
        for k in 0..<g.inputChannels {
          sum &+= Sum((Int32(source[first + k]) - inputZeroPoint) &* Int32(filter[weights + k]))
        }
        sums[place] &+= sum
      }
      for i in 0..<g.outputCount { done(batch, i, sums[i]) }
    }
  }
}
