import OctetIR
import OctetKernels
import Testing

/// int16 convolutions and dense layers against naive sums, bit for bit, with every variant this CPU runs.
@Suite struct QS16Conv2DTests {
  /// A layer's weights and what becomes of its sums.
  struct Layer {
    let channels: Int
    let depth: Int
    var weights: [Int8]
    let bias: [Int64]
    let multipliers: [Int32]
    let shifts: [Int32]
    let reals: [Double]
    let bounds: (low: Int16, high: Int16)
    let isReal: Bool

    init(channels: Int, depth: Int, using generator: inout SplitMix64) {
      self.channels = channels
      self.depth = depth
      weights = generator.values(channels * depth, in: -128...127)
      bias = generator.values(channels, in: -2_000_000_000_000...2_000_000_000_000)
      multipliers = generator.values(channels, in: 1 << 14...Int32(0x7FFF))
      shifts = generator.values(channels, in: 8...46)
      isReal = Bool.random(using: &generator)
      // Halves, so that there are ties.
      reals = zip(multipliers, shifts).map {
        Double($0 | 1) * Double(sign: .plus, exponent: -Int($1), significand: 1)
      }
      bounds = Bool.random(using: &generator) ? (.min, .max) : (0, 20_000)
    }

    var output: QS16Output {
      QS16Output(
        channels: channels, bias: bias,
        scaling: isReal ? .real(reals) : .fixedPoint(multipliers: multipliers, shifts: shifts),
        bounds: bounds)
    }

    func code(_ channel: Int, _ values: (Int) -> Int16) -> Int16 {
      var sum = bias[channel]
      for i in 0..<depth { sum += Int64(values(i)) * Int64(weights[channel * depth + i]) }
      let scaled: Int32
      if isReal {
        let real = Double(sum) * reals[channel]
        scaled = Int32(max(-1e6, min(1e6, real)).rounded(.toNearestOrAwayFromZero))
      } else {
        let half = Int64(1) << Int64(shifts[channel] - 1)
        scaled = Int32(
          truncatingIfNeeded: (sum * Int64(multipliers[channel]) + half) >> Int64(shifts[channel]))
      }
      return Int16(max(Int32(bounds.low), min(Int32(bounds.high), scaled)))
    }
  }

  private func check(
    _ g: Conv2DGeometry, groups: Int = 1, _ image: [Int16], _ layer: Layer, batches: Int,
    _ what: String
  ) {
    let (depth, size) = (g.inputChannels / groups, g.inputHeight * g.inputWidth * g.inputChannels)
    var expected: [Int16] = []
    for batch in 0..<batches {
      for pixel in 0..<g.outputPixels {
        let taps = Conv2DCases.taps(g, pixel: pixel)
        for channel in 0..<g.outputChannels {
          let first = batch * size + channel / (g.outputChannels / groups) * depth
          expected.append(
            layer.code(channel) { i in taps[i / depth].map { image[first + $0 + i % depth] } ?? 0 })
        }
      }
    }
    let pixelStride = g.outputChannels + 3
    for gemm in QS16GEMM.variants where gemm.isSupported {
      for threads in [1, 2] {
        let pool = WorkPool(threads: threads)
        let scratch = Scratch(workers: pool.threadCount)
        var result = [Int16](
          repeating: 0x5555, count: batches * g.outputPixels * pixelStride)
        result.withUnsafeMutableBufferPointer { result in
          guard
            let kernel = QS16Conv2D(
              g, groups: groups, weights: layer.weights, layer.output, pool: pool, gemm: gemm)
          else { return }
          image.withUnsafeBufferPointer { image in
            let phases = kernel.phases(
              ConvolutionImages(
                input: image.baseAddress!, result: result.baseAddress!, pixelStride: pixelStride,
                batches: batches), threads: pool.threadCount, scratch: scratch)
            scratch.allocate()
            for phase in phases { pool.run(phase) }
          }
        }
        let found = result.indices.filter { $0 % pixelStride < g.outputChannels }
        let between = result.indices.filter { $0 % pixelStride >= g.outputChannels }
        #expect(found.map { result[$0] } == expected, "\(gemm.name) \(threads) threads \(what)")
        #expect(between.allSatisfy { result[$0] == 0x5555 }, "\(gemm.name) \(what)")
      }
    }
  }

  @Test(arguments: [UInt64(41), 42]) func geometries(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let random = (0..<60).map { _ in Conv2DCases.random(using: &generator) }
    for g in Conv2DCases.all + random {
      let batches = Int.random(in: 1...2, using: &generator)
      let layer = Layer(channels: g.outputChannels, depth: g.patchCount, using: &generator)
      let image: [Int16] = generator.values(
        batches * g.inputHeight * g.inputWidth * g.inputChannels, in: .min ... .max)
      check(g, image, layer, batches: batches, "\(g), seed \(seed)")
    }
  }

  @Test func groups() {
    var generator = SplitMix64(seed: 43)
    for (groups, input, output) in [(2, 4, 6), (3, 9, 3), (4, 8, 132), (5, 5, 5), (2, 70, 66)] {
      let g = Conv2DCases.geometry(
        input: (7, 6, input), kernel: (3, 2), dilation: (2, 1), same: true, channels: output)
      let layer = Layer(channels: output, depth: g.patchCount / groups, using: &generator)
      let image: [Int16] = generator.values(7 * 6 * input, in: .min ... .max)
      check(g, groups: groups, image, layer, batches: 1, "\(groups) groups \(g)")
    }
  }

  /// int32 sums would overflow after 256 such products.
  @Test func extremes() {
    var generator = SplitMix64(seed: 44)
    let g = Conv2DCases.geometry(
      input: (3, 4, 1025), kernel: (2, 2), same: true, channels: 17)
    for (value, weight) in [(Int16.min, Int8.min), (.min, 127), (.max, .min), (.max, 127)] {
      var layer = Layer(channels: 17, depth: g.patchCount, using: &generator)
      layer.weights = [Int8](repeating: weight, count: layer.weights.count)
      let image = [Int16](repeating: value, count: 3 * 4 * 1025)
      check(g, image, layer, batches: 1, "\(value) \(weight)")
    }
  }

  @Test func dense() {
    var generator = SplitMix64(seed: 45)
    for (rows, depth, channels) in [
      (1, 1, 1), (3, 257, 16), (2, 1024, 33), (7, 35, 5), (1, 2048, 600),
    ] {
      let layer = Layer(channels: channels, depth: depth, using: &generator)
      let input: [Int16] = generator.values(rows * depth, in: .min ... .max)
      let expected = (0..<rows).flatMap { row in
        (0..<channels).map { layer.code($0) { input[row * depth + $0] } }
      }
      for gemm in QS16GEMM.variants where gemm.isSupported {
        for threads in [1, 2] {
          let pool = WorkPool(threads: threads)
          let scratch = Scratch(workers: pool.threadCount)
          let kernel = QS16Dense(
            rows: rows, depth: depth, weights: layer.weights, layer.output, pool: pool, gemm: gemm)
          var result = [Int16](repeating: 0, count: rows * channels)
          result.withUnsafeMutableBufferPointer { result in
            input.withUnsafeBufferPointer { input in
              let phases = kernel.phases(
                input.baseAddress!, result.baseAddress!, threads: threads, scratch: scratch)
              scratch.allocate()
              for phase in phases { pool.run(phase) }
            }
          }
          #expect(
            result == expected, "\(gemm.name) \(threads) threads \(rows)x\(depth)x\(channels)")
        }
      }
    }
  }
}
