import OctetIR
import OctetKernels
import Testing

/// uint8 convolutions against naive sums, bit for bit, with every variant this CPU runs.
@Suite struct QU8Conv2DTests {
  private struct Layer {
    let weights: [UInt8]
    let bias: [Int32]
    let significand: Int32
    let shift: Int32
    let zeroPoints: (input: Int32, weight: Int32, output: Int32)
    let bounds: (low: UInt8, high: UInt8)

    init(_ count: Int, channels: Int, using generator: inout SplitMix64) {
      weights = generator.values(count, in: 0...255)
      bias = generator.values(channels, in: -300_000...300_000)
      significand = Int32.random(in: 1 << 30 ... .max, using: &generator)
      shift = Int32.random(in: -14 ... -7, using: &generator)
      zeroPoints = (
        Int32.random(in: 0...255, using: &generator), Int32.random(in: 0...255, using: &generator),
        Int32.random(in: 0...255, using: &generator)
      )
      bounds = Bool.random(using: &generator) ? (0, 255) : (17, 200)
    }

    func convolution(
      _ g: Conv2DGeometry, groups: Int, depth: Int, _ weights: UnsafePointer<UInt8>,
      _ bias: UnsafePointer<Int32>
    ) -> QU8Convolution {
      QU8Convolution(
        geometry: g, groups: groups, weights: weights, weightZeroPoint: zeroPoints.weight,
        inputZeroPoint: zeroPoints.input, depth: depth, bias: bias,
        scaling: .fixedPoint(
          significands: [Int32](repeating: significand, count: g.outputChannels),
          shifts: [Int32](repeating: shift, count: g.outputChannels)),
        zeroPoint: zeroPoints.output, bounds: bounds, table: ByteTable { 255 - $0 })
    }

    /// Of a pixel's value for each weight; nil outside the image. The table turns codes around.
    func code(_ channel: Int, _ products: [(value: UInt8?, weight: Int)]) -> UInt8 {
      var sum = bias[channel]
      for (value, weight) in products {
        guard let value else { continue }
        sum += (Int32(value) - zeroPoints.input) * (Int32(weights[weight]) - zeroPoints.weight)
      }
      let code = multiplyByQuantizedMultiplier(sum, significand, shift) + zeroPoints.output
      return 255 - UInt8(max(Int32(bounds.low), min(Int32(bounds.high), code)))
    }
  }

  /// - Parameter makePhases: the work on the images, and the kernel that must outlive it.
  private func run(
    _ g: Conv2DGeometry, _ image: [UInt8], batches: Int, threads: Int,
    _ makePhases: (ConvolutionImages<UInt8>, WorkPool, Scratch) -> (AnyObject, [Work])?
  ) -> [UInt8]? {
    let pool = WorkPool(threads: threads)
    let scratch = Scratch(workers: pool.threadCount)
    var result = [UInt8](repeating: 0x55, count: batches * g.outputPixels * g.outputChannels)
    let isDone = result.withUnsafeMutableBufferPointer { result in
      image.withUnsafeBufferPointer { image in
        let images = ConvolutionImages(
          input: image.baseAddress!, result: result.baseAddress!, pixelStride: g.outputChannels,
          batches: batches)
        guard let (kernel, phases) = makePhases(images, pool, scratch) else { return false }
        scratch.allocate()
        withExtendedLifetime(kernel) { for phase in phases { pool.run(phase) } }
        return true
      }
    }
    return isDone ? result : nil
  }

  private func check(
    _ g: Conv2DGeometry, groups: Int = 1, using generator: inout SplitMix64, _ what: String
  ) {
    let batches = Int.random(in: 1...2, using: &generator)
    let (depth, size) = (g.inputChannels / groups, g.inputHeight * g.inputWidth * g.inputChannels)
    let patch = g.kernelHeight * g.kernelWidth * depth
    let layer = Layer(g.outputChannels * patch, channels: g.outputChannels, using: &generator)
    let image: [UInt8] = generator.values(batches * size, in: 0...255)
    var expected: [UInt8] = []
    for batch in 0..<batches {
      for pixel in 0..<g.outputPixels {
        let taps = Conv2DCases.taps(g, pixel: pixel)
        for channel in 0..<g.outputChannels {
          let first = batch * size + channel / (g.outputChannels / groups) * depth
          expected.append(
            layer.code(
              channel,
              (0..<patch).map { i in
                (taps[i / depth].map { image[first + $0 + i % depth] }, channel * patch + i)
              }))
        }
      }
    }
    for gemm in QS8GEMM.variants where gemm.isSupported && gemm.form == .pairs {
      for threads in [1, 2] {
        let found = run(g, image, batches: batches, threads: threads) { images, pool, scratch in
          guard
            let kernel = QU8DirectConv2D(
              layer.convolution(g, groups: groups, depth: patch, layer.weights, layer.bias),
              pool: pool, gemm: gemm)
          else { return nil }
          return (kernel, kernel.phases(images, threads: threads, scratch: scratch))
        }
        #expect(found == nil || found == expected, "\(gemm.name) \(threads) threads \(what)")
      }
    }
  }

  @Test(arguments: [UInt64(51), 52]) func geometries(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let random = (0..<40).map { _ in Conv2DCases.random(using: &generator) }
    for g in Conv2DCases.all + random { check(g, using: &generator, "\(g), seed \(seed)") }
  }

  @Test func groups() {
    var generator = SplitMix64(seed: 53)
    for (groups, input, output) in [(2, 4, 6), (3, 9, 3), (4, 8, 132), (5, 5, 5)] {
      let g = Conv2DCases.geometry(
        input: (7, 6, input), kernel: (3, 2), dilation: (2, 1), same: true, channels: output)
      check(g, groups: groups, using: &generator, "\(groups) groups \(g)")
    }
  }

  @Test func depthwise() {
    var generator = SplitMix64(seed: 54)
    for (inputs, times, stride) in [
      (1, 1, 1), (3, 1, 2), (16, 1, 1), (19, 1, 2), (70, 1, 1), (1, 8, 2), (5, 3, 1),
    ] {
      let channels = inputs * times
      let g = Conv2DCases.geometry(
        input: (9, 7, inputs), kernel: (3, 3), stride: (stride, 1), same: true,
        channels: channels)
      let layer = Layer(9 * channels, channels: channels, using: &generator)
      let image: [UInt8] = generator.values(9 * 7 * inputs, in: 0...255)
      var expected: [UInt8] = []
      for pixel in 0..<g.outputPixels {
        let taps = Conv2DCases.taps(g, pixel: pixel)
        for channel in 0..<channels {
          expected.append(
            layer.code(
              channel,
              taps.enumerated().map {
                ($1.map { image[$0 + channel / times] }, $0 * channels + channel)
              }))
        }
      }
      for variant in QS8Depthwise.variants where variant.isSupported {
        let found = run(g, image, batches: 1, threads: 1) { images, _, scratch in
          QS8Depthwise(
            layer.convolution(g, groups: channels, depth: 9, layer.weights, layer.bias),
            threads: 1, variant: variant
          ).map { ($0, $0.phases(images.asInt8, threads: 1, scratch: scratch)) }
        }
        #expect(found == expected, "\(variant.name) \(channels) channels")
      }
    }
  }
}
