import OctetIR
import OctetKernels
import Testing

/// int8 convolutions against naive loops, bit for bit, with every variant this CPU runs.
@Suite struct QS8Conv2DTests {
  static let zeroPoints: [Int32] = [-128, -100, -3, 0, 127]

  /// A convolution with its image and the result naive loops give it.
  final class Case {
    let geometry: Conv2DGeometry
    let groups: Int
    let batches: Int
    let zeroPoint: Int32
    var image: [Int8]
    var matrix: QS8Case

    init(
      _ g: Conv2DGeometry, groups: Int = 1, batches: Int = 1, zeroPoint: Int32,
      using generator: inout SplitMix64
    ) {
      geometry = g
      self.groups = groups
      self.batches = batches
      self.zeroPoint = zeroPoint
      image = generator.values(
        batches * g.inputHeight * g.inputWidth * g.inputChannels, in: -128...127)
      matrix = QS8Case(
        m: 1, n: g.outputChannels, k: g.patchCount / groups, using: &generator)
      matrix.shift = generator.values(g.outputChannels, in: -13 ... -7)
    }

    func expected() -> [Int8] {
      let g = geometry
      let depth = g.inputChannels / groups
      var result: [Int8] = []
      for batch in 0..<batches {
        for pixel in 0..<g.outputPixels {
          let taps = Conv2DCases.taps(g, pixel: pixel)
          for channel in 0..<g.outputChannels {
            let group = channel / (g.outputChannels / groups)
            var single = matrix
            single.n = 1
            single.aStride = single.k
            single.a = taps.flatMap { tap in
              (0..<depth).map { d in
                tap.map {
                  Int16(
                    image[
                      batch * g.inputHeight * g.inputWidth * g.inputChannels + $0 + group * depth
                        + d])
                    - Int16(zeroPoint)
                } ?? 0
              }
            }
            single.weights = Array(matrix.weights[channel * single.k..<(channel + 1) * single.k])
            single.bias = [matrix.bias[channel]]
            single.multiplier = [matrix.multiplier[channel]]
            single.shift = [matrix.shift[channel]]
            result += single.expected()
          }
        }
      }
      return result
    }

    /// The result of `phases`, or nil if they wrote between pixels. Scratch is of just the size asked for.
    func result(
      threads: Int, _ make: (QS8Convolution, WorkPool) -> (any QS8Phases)?
    ) -> (name: String, result: [Int8]?)? {
      let gap = 3
      let canary: Int8 = 0x55
      let pixelStride = geometry.outputChannels + gap
      let pool = WorkPool(threads: threads)
      let scratch = Scratch(workers: pool.threadCount)
      var pixels = [Int8](repeating: canary, count: batches * geometry.outputPixels * pixelStride)
      var name: String?
      matrix.weights.withUnsafeBufferPointer { weights in
        let convolution = QS8Convolution(
          geometry: geometry, groups: groups, weights: weights.baseAddress!,
          inputZeroPoint: zeroPoint, output: matrix.output())
        guard let kernel = make(convolution, pool) else { return }
        name = kernel.kernel
        image.withUnsafeBufferPointer { image in
          pixels.withUnsafeMutableBufferPointer { pixels in
            let images = ConvolutionImages(
              input: image.baseAddress!, result: pixels.baseAddress!, pixelStride: pixelStride,
              batches: batches)
            let phases = kernel.phases(images, threads: pool.threadCount, scratch: scratch)
            scratch.allocate()
            for phase in phases { pool.run(phase) }
          }
        }
      }
      guard let name else { return nil }
      var result: [Int8] = []
      for (index, value) in pixels.enumerated() {
        if index % pixelStride < geometry.outputChannels {
          result.append(value)
        } else if value != canary {
          return (name, nil)
        }
      }
      return (name, result)
    }
  }

  /// Depthwise convolutions keep their weights in another order.
  @Test(arguments: [UInt64(31), 32]) func depthwise(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    var cases = Conv2DCases.all
    cases += (0..<100).map { _ in Conv2DCases.random(using: &generator) }
    for channels in 1...66 {
      cases.append(
        Conv2DCases.geometry(
          input: (7, 6, channels), kernel: (3, 3), stride: (1 + channels % 2, 1), same: true,
          channels: channels))
    }
    for (index, var geometry) in cases.enumerated() {
      // Each input channel has one kernel or more.
      geometry.outputChannels = geometry.inputChannels * [1, 1, 2, 1, 5][index % 5]
      let (channels, taps) = (geometry.outputChannels, geometry.kernelHeight * geometry.kernelWidth)
      let zeroPoint = Self.zeroPoints.randomElement(using: &generator)!
      let convolution = Case(
        geometry, groups: geometry.inputChannels, batches: 2, zeroPoint: zeroPoint,
        using: &generator)
      let expected = convolution.expected()
      let weights = convolution.matrix.weights
      convolution.matrix.weights = (0..<taps * channels).map {
        weights[$0 % channels * taps + $0 / channels]
      }
      for variant in QS8Depthwise.variants where variant.isSupported {
        for threads in [1, 2] {
          let result = convolution.result(threads: threads) { convolution, pool in
            QS8Depthwise(convolution, threads: pool.threadCount, variant: variant)
          }
          #expect(
            result?.result == expected,
            "\(variant.name) \(threads) threads \(geometry), seed \(seed)")
        }
      }
    }
  }

  /// Sums of images that each have their own zero point.
  @Test func depthwiseSums() {
    var generator = SplitMix64(seed: 33)
    for (channels, times) in [(1, 1), (5, 3), (16, 1), (24, 1), (70, 1)] {
      let g = Conv2DCases.geometry(
        input: (6, 7, channels), kernel: (3, 3), same: true, channels: channels * times)
      let zeroPoints: [Int32] = [-128, 5]
      let image: [Int8] = generator.values(2 * 6 * 7 * channels, in: -128...127)
      let weights: [Int8] = generator.values(9 * g.outputChannels, in: -128...127)
      let expected = (0..<2 * g.outputPixels * g.outputChannels).map { index -> Int32 in
        let (place, channel) = index.quotientAndRemainder(dividingBy: g.outputChannels)
        let (batch, pixel) = place.quotientAndRemainder(dividingBy: g.outputPixels)
        return Conv2DCases.taps(g, pixel: pixel).enumerated().reduce(0) { sum, tap in
          guard let first = tap.element else { return sum }
          let code = image[batch * 6 * 7 * channels + first + channel / times]
          return sum + (Int32(code) - zeroPoints[batch])
            * Int32(weights[tap.offset * g.outputChannels + channel])
        }
      }
      for variant in QS8Depthwise.variants where variant.isSupported {
        let (pool, scratch) = (WorkPool(threads: 1), Scratch(workers: 1))
        var result = [Int32](repeating: 0, count: expected.count)
        let kernel = QS8Depthwise(
          QS8Convolution(
            geometry: g, weights: weights, inputZeroPoint: 0, zeroPoints: zeroPoints,
            output: QS8Output(sumsOf: g.outputChannels)), threads: 1, variant: variant)
        result.withUnsafeMutableBufferPointer { result in
          let phases = kernel?.phases(
            ConvolutionTensors(
              input: image, result: result.baseAddress!, pixelStride: g.outputChannels,
              batches: 2), threads: 1, scratch: scratch)
          scratch.allocate()
          for phase in phases ?? [] { pool.run(phase) }
        }
        #expect(result == expected, "\(variant.name) \(channels) channels")
      }
    }
  }

  private func check(_ convolution: Case, _ what: String) {
    let expected = convolution.expected()
    for threads in [1, 2] {
      for gemm in QS8GEMM.variants where gemm.isSupported {
        for widen in QS8Widen.variants where widen.isSupported {
          let direct = convolution.result(threads: threads) {
            QS8DirectConv2D($0, pool: $1, gemm: gemm, widen: widen)
          }
          #expect(
            direct?.result == expected, "\(gemm.name) \(widen.name) \(threads) threads \(what)")
        }
      }
      for variant in QS8Winograd.variants where variant.isSupported {
        let winograd = convolution.result(threads: threads) {
          QS8WinogradConv2D($0, pool: $1, variant: variant)
        }
        guard let winograd else { continue }
        #expect(winograd.result == expected, "\(winograd.name) \(threads) threads \(what)")
      }
    }
  }

  @Test(arguments: [UInt64(11), 12]) func geometries(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let random = (0..<100).map { _ in Conv2DCases.random(using: &generator) }
    for geometry in Conv2DCases.all + random {
      let zeroPoint = Self.zeroPoints.randomElement(using: &generator)!
      let batches = Int.random(in: 1...2, using: &generator)
      check(
        Case(geometry, batches: batches, zeroPoint: zeroPoint, using: &generator),
        "\(geometry), seed \(seed)")
    }
  }

  @Test func groups() {
    var generator = SplitMix64(seed: 21)
    for (groups, input, output) in [(2, 4, 6), (3, 9, 3), (4, 8, 132), (5, 5, 5), (2, 70, 66)] {
      for dilation in [1, 2] {
        let geometry = Conv2DCases.geometry(
          input: (7, 6, input), kernel: (3, 2), dilation: (dilation, dilation), same: true,
          channels: output)
        check(
          Case(geometry, groups: groups, zeroPoint: -7, using: &generator),
          "\(groups) groups \(geometry)")
      }
    }
  }

  /// All heights and widths that fours and threes add up to, and those they don't; chunks, small
  /// images, stored weights and weights transformed on the fly.
  @Test func winogradSizes() {
    var generator = SplitMix64(seed: 22)
    for (height, width) in (1...14).flatMap({ h in [(h, 14), (h, 3), (14, h), (3, h)] }) {
      let geometry = Conv2DCases.geometry(
        input: (height, width, 17), kernel: (3, 3), same: true, channels: 19)
      check(
        Case(geometry, batches: 2, zeroPoint: -100, using: &generator), "\(height)x\(width)")
    }
    for (height, width, depth, channels) in [
      (33, 40, 16, 16), (34, 219, 3, 5), (13, 13, 150, 131), (26, 26, 96, 40), (40, 33, 20, 24),
    ] {
      let geometry = Conv2DCases.geometry(
        input: (height, width, depth), kernel: (3, 3), same: true, channels: channels)
      check(
        Case(geometry, zeroPoint: 127, using: &generator),
        "\(height)x\(width) \(depth)>\(channels)")
    }
  }

  /// Values that take sums and transforms as far as they go.
  @Test(arguments: [Int8(-128), 127], [Int8(-128), -127, 127]) func extremes(
    input: Int8, weight: Int8
  ) {
    var generator = SplitMix64(seed: 23)
    for zeroPoint: Int32 in [-128, 127] {
      for isChequered in [false, true] {
        let geometry = Conv2DCases.geometry(
          input: (9, 8, 400), kernel: (3, 3), same: true, channels: 3)
        let convolution = Case(geometry, zeroPoint: zeroPoint, using: &generator)
        convolution.matrix.shift = [-7, -10, -13]
        for i in convolution.image.indices {
          let pixel = i / 400
          let isOdd = (pixel / 8 + pixel % 8) % 2 != 0
          convolution.image[i] = isChequered && isOdd ? ~input : input
        }
        for i in convolution.matrix.weights.indices {
          let tap = i / 400 % 9
          let isOdd = (tap / 3 + tap % 3) % 2 != 0
          convolution.matrix.weights[i] = isChequered && isOdd ? -max(weight, -127) : weight
        }
        check(
          convolution, "input \(input) weight \(weight) zero point \(zeroPoint) \(isChequered)")
      }
    }
  }

  /// Sums that could pass 2^29 are not given to Winograd's method, those that could not are.
  @Test func winogradIsProved() {
    var generator = SplitMix64(seed: 24)
    let geometry = Conv2DCases.geometry(
      input: (4, 4, 2048), kernel: (3, 3), same: true, channels: 2)
    let convolution = Case(geometry, zeroPoint: -128, using: &generator)
    let pool = WorkPool(threads: 1)
    for (weight, isExact) in [(Int8(127), false), (100, true), (-128, false), (-114, true)] {
      convolution.matrix.weights = .init(repeating: 0, count: convolution.matrix.weights.count)
      for i in 0..<geometry.patchCount { convolution.matrix.weights[i] = weight }
      convolution.matrix.weights.withUnsafeBufferPointer { weights in
        let convolution = QS8Convolution(
          geometry: geometry, weights: weights.baseAddress!, inputZeroPoint: -128,
          output: convolution.matrix.output())
        #expect(QS8WinogradConv2D.isExact(convolution) == isExact, "weight \(weight)")
        for variant in QS8Winograd.variants where variant.isSupported {
          let kernel = QS8WinogradConv2D(convolution, pool: pool, variant: variant)
          #expect((kernel != nil) == isExact)
        }
      }
    }
  }
}

/// What the prepared convolutions have in common.
protocol QS8Phases {
  var kernel: String { get }
  func phases(_ images: ConvolutionImages<Int8>, threads: Int, scratch: Scratch) -> [Work]
}

extension QS8DirectConv2D: QS8Phases {}
extension QS8WinogradConv2D: QS8Phases {}
extension QS8Depthwise: QS8Phases {}
