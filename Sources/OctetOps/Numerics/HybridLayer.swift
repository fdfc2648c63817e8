import OctetDiagnostics
import OctetIR
import OctetKernels

/// How real numbers become codes of int8 when a step runs: the scale follows from the numbers at hand.
///
/// Source: TFLite's `tensor_utils::SymmetricQuantizeFloats` and `AsymmetricQuantizeFloats`, in float32 as LiteRT 2.3.0
/// computes them (measured: in double precision some scales are a unit in the last place apart).
enum DynamicQuantization {
  /// Codes of -127...127 with zero point 0.
  case symmetric
  /// Codes of -128...127; the range holds 0.
  case asymmetric

  /// Writes how many steps each number is from 0, a whole number of -255...255, and gives the length of a step.
  func quantize(
    _ values: UnsafePointer<Float>, count: Int, into steps: UnsafeMutablePointer<Float>
  ) -> Float {
    var (low, high): (Float, Float) = (0, 0)
    for i in 0..<count {
      low = min(low, values[i])
      high = max(high, values[i])
    }
    guard high > low else {
      steps.update(repeating: 0, count: count)
      return 1
    }
    let (scale, inverse, zeroPoint, least) = parameters(low, high)
    for i in 0..<count {
      let code = (zeroPoint + values[i] * inverse).rounded(.toNearestOrAwayFromZero)
      steps[i] = max(least, min(127, code)) - zeroPoint
    }
    return scale
  }

  private func parameters(
    _ low: Float, _ high: Float
  ) -> (scale: Float, inverse: Float, zeroPoint: Float, least: Float) {
    switch self {
    case .symmetric:
      let largest = max(-low, high)
      return (largest / 127, 127 / largest, 0, -127)
    case .asymmetric:
      let scale = (high - low) / 255
      // The end that is nearer to 0 in steps gives the zero point with the smaller error.
      let fromEnd = 128 - low / scale < 127 + high / scale ? -128 - low / scale : 127 - high / scale
      let zeroPoint = max(-128, min(127, fromEnd.rounded(.toNearestOrAwayFromZero)))
      return (scale, 1 / scale, zeroPoint, -128)
    }
  }
}

/// A layer of float32 activations and int8 weights: each row of the input becomes codes when the step runs, sums of
/// products are whole numbers, and results are real again.
struct HybridLayer {
  /// Rows that are quantized apart: the images of a batch, the rows of a dense layer.
  let rows: Int
  let quantization: DynamicQuantization
  /// A scale of the weights for each output channel.
  let scales: [Float]
  /// Whether sums are scaled by the weights' scale first and then by the row's, as TFLite's CONV_2D does.
  let scalesWeightsFirst: Bool
  let bias: UnsafePointer<Float>?
  let bounds: (low: Float, high: Float)

  /// Makes the work from whole steps to exact sums of steps times weights.
  typealias Sums = (
    _ steps: UnsafePointer<Float>, _ sums: UnsafeMutablePointer<Float>
  ) -> [Work]

  /// - Parameters:
  ///   - output: its pixels lie together.
  ///   - sums: one, or two whose results are added.
  func step(
    _ context: PrepareContext, kernel: String, multiplications: Int, _ input: TensorView,
    _ output: TensorView, sums: [Sums]
  ) throws(Diagnostic) -> Step {
    let others = (sums.count - 1) * output.count
    let memory = try context.allocate(
      (input.count + rows + others) * MemoryLayout<Float>.stride)
    let numbers = memory.mutableBytes.bindMemory(to: Float.self)
    guard let steps = numbers.baseAddress else { preconditionFailure("a tensor has elements") }
    let (source, target, size) = (input.float32, output.float32, input.count / rows)
    let lengths = steps + input.count
    let second = sums.count > 1 ? lengths + rows : nil
    let quantize = Work(count: rows) { [quantization] row, _ in
      withExtendedLifetime(memory) {
        lengths[row] = quantization.quantize(
          source + row * size, count: size, into: steps + row * size)
      }
    }
    let products = zip(sums, [target, second]).flatMap { make, place in
      place.map { make(steps, $0) } ?? []
    }
    return Step(
      kernel: kernel, multiplications: multiplications,
      phases: [quantize] + products + [scaling(target, second, output.count, lengths)]
    ).applying(context.epilogue, to: output)
  }

  private func scaling(
    _ target: UnsafeMutablePointer<Float>, _ second: UnsafePointer<Float>?, _ count: Int,
    _ lengths: UnsafePointer<Float>
  ) -> Work {
    let channels = scales.count
    let (pixels, portion) = (count / channels, max(1, 4096 / channels))
    let pixelsPerRow = pixels / rows
    return Work(count: (pixels + portion - 1) / portion) { item, _ in
      for pixel in item * portion..<min(pixels, (item + 1) * portion) {
        let length = lengths[pixel / pixelsPerRow]
        for channel in 0..<channels {
          let (place, scale) = (pixel * channels + channel, scales[channel])
          // Rounds as the conversion of their exact sum does.
          let sum = target[place] + (second?[place] ?? 0)
          let real = scalesWeightsFirst ? sum * scale * length : sum * (scale * length)
          target[place] = min(max(real + (bias?[channel] ?? 0), bounds.low), bounds.high)
        }
      }
    }
  }

  /// Packs the weights as real numbers, so that sums for any codes are exact in float32, in whatever order: 255 times the
  /// weights of one sign and channel are within 2^24. What is beyond goes to a second kernel; nil if there is more.
  ///
  /// - Parameter channel: of a weight.
  static func packing<Kernel>(
    _ filter: TensorView, channels: Int, channel: (Int) -> Int,
    _ pack: (UnsafePointer<Float>) -> Kernel?
  ) -> [Kernel]? {
    let limit = (1 << 24) / 255
    var left = Array(UnsafeBufferPointer(start: filter.int8, count: filter.count))
    return withUnsafeTemporaryAllocation(of: Float.self, capacity: filter.count) { real in
      var kernels: [Kernel] = []
      repeat {
        var sums = [(above: Int, below: Int)](repeating: (0, 0), count: channels)
        for i in left.indices {
          let (code, channel) = (Int(left[i]), channel(i))
          let (above, below) = (
            sums[channel].above + max(code, 0), sums[channel].below - min(code, 0)
          )
          let fits = above <= limit && below <= limit
          real.initializeElement(at: i, to: fits ? Float(code) : 0)
          if fits {
            sums[channel] = (above, below)
            left[i] = 0
          }
        }
        guard kernels.count < 2, let kernel = real.baseAddress.flatMap({ pack($0) }) else {
          return nil
        }
        kernels.append(kernel)
      } while left.contains { $0 != 0 }
      return kernels
    }
  }
}
