import OctetIR
import OctetKernels
import Testing

/// Float convolutions against sums in double precision, with every variant this CPU runs.
@Suite struct F32Conv2DTests {
  /// A convolution with its image.
  struct Case {
    let geometry: Conv2DGeometry
    let groups: Int
    let batches: Int
    var image: [Float]
    var weights: [Float]
    var bias: [Float]

    init(
      _ g: Conv2DGeometry, groups: Int = 1, batches: Int = 1, using generator: inout SplitMix64
    ) {
      geometry = g
      self.groups = groups
      self.batches = batches
      image = generator.floats(batches * g.inputHeight * g.inputWidth * g.inputChannels)
      weights = generator.floats(g.outputChannels * g.patchCount / groups)
      bias = generator.floats(g.outputChannels)
    }

    func expected() -> [Double] {
      let g = geometry
      let depth = g.inputChannels / groups
      var result: [Double] = []
      for batch in 0..<batches {
        let origin = batch * g.inputHeight * g.inputWidth * g.inputChannels
        for pixel in 0..<g.outputPixels {
          let taps = Conv2DCases.taps(g, pixel: pixel)
          for channel in 0..<g.outputChannels {
            let group = channel / (g.outputChannels / groups)
            var sum = Double(bias[channel])
            for (index, tap) in taps.enumerated() {
              guard let tap else { continue }
              for d in 0..<depth {
                sum +=
                  Double(image[origin + tap + group * depth + d])
                  * Double(weights[(channel * taps.count + index) * depth + d])
              }
            }
            result.append(sum)
          }
        }
      }
      return result
    }

    /// The result of `phases`, or nil if they wrote between pixels. Scratch is of just the size asked for.
    func result(
      threads: Int, weights: [Float]? = nil,
      _ make: (F32Convolution, WorkPool) -> (any F32Phases)?
    ) -> (name: String, result: [Float]?)? {
      let gap = 3
      let canary: Float = 12345
      let pixelStride = geometry.outputChannels + gap
      let pool = WorkPool(threads: threads)
      let scratch = Scratch(workers: pool.threadCount)
      var pixels = [Float](repeating: canary, count: batches * geometry.outputPixels * pixelStride)
      var name: String?
      (weights ?? self.weights).withUnsafeBufferPointer { weights in
        let convolution = F32Convolution(
          geometry: geometry, groups: groups, weights: weights.baseAddress!,
          output: F32Output(channels: geometry.outputChannels, bias: bias))
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
      var result: [Float] = []
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

  /// The bound of the project's design for one operator: 1e-5 of the largest result, or of 1. Threads never
  /// change a bit.
  private func check(
    _ convolution: Case, _ expected: [Double], weights: [Float]? = nil, _ what: String,
    _ make: (F32Convolution, WorkPool) -> (any F32Phases)?
  ) {
    guard let one = convolution.result(threads: 1, weights: weights, make) else { return }
    let two = convolution.result(threads: 2, weights: weights, make)
    #expect(one.result != nil && one.result == two?.result, "\(one.name) \(what)")
    let bound = 1e-5 * max(1, expected.lazy.map { abs($0) }.max() ?? 0)
    let error = zip(one.result ?? [], expected).lazy.map { abs(Double($0) - $1) }.max() ?? 0
    #expect(error <= bound, "\(one.name) \(what)")
  }

  private func check(_ convolution: Case, _ what: String) {
    let expected = convolution.expected()
    for gemm in F32GEMM.variants where gemm.isSupported {
      check(convolution, expected, what) { F32DirectConv2D($0, pool: $1, gemm: gemm) }
    }
    for variant in F32Winograd.variants where variant.isSupported {
      check(convolution, expected, what) { F32WinogradConv2D($0, pool: $1, variant: variant) }
    }
  }

  @Test(arguments: [UInt64(13), 14]) func geometries(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let random = (0..<100).map { _ in Conv2DCases.random(using: &generator) }
    for geometry in Conv2DCases.all + random {
      check(
        Case(geometry, batches: Int.random(in: 1...2, using: &generator), using: &generator),
        "\(geometry), seed \(seed)")
    }
  }

  @Test func groups() {
    var generator = SplitMix64(seed: 15)
    for (groups, input, output) in [(2, 4, 6), (3, 9, 3), (4, 8, 132), (2, 70, 66)] {
      let geometry = Conv2DCases.geometry(
        input: (7, 6, input), kernel: (3, 2), same: true, channels: output)
      check(Case(geometry, groups: groups, using: &generator), "\(groups) groups \(geometry)")
    }
  }

  @Test func winogradSizes() {
    var generator = SplitMix64(seed: 16)
    for kernel in [3, 5] {
      for (height, width) in (1...14).flatMap({ h in [(h, 14), (h, 3), (14, h), (3, h)] }) {
        let geometry = Conv2DCases.geometry(
          input: (height, width, 17), kernel: (kernel, kernel), same: true, channels: 19)
        check(Case(geometry, using: &generator), "\(kernel): \(height)x\(width)")
      }
      for (height, width, depth, channels) in [
        (33, 40, 16, 16), (34, 219, 3, 5), (13, 13, 150, 131), (26, 26, 96, 40), (13, 13, 1024, 32),
      ] {
        let geometry = Conv2DCases.geometry(
          input: (height, width, depth), kernel: (kernel, kernel), same: true, channels: channels)
        check(
          Case(geometry, using: &generator), "\(kernel): \(height)x\(width) \(depth)>\(channels)")
      }
    }
  }

  @Test(arguments: [UInt64(17), 18]) func depthwise(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    var cases = Conv2DCases.all
    cases += (0..<100).map { _ in Conv2DCases.random(using: &generator) }
    for channels in 1...34 {
      cases.append(
        Conv2DCases.geometry(
          input: (7, 6, channels), kernel: (3, 3), stride: (1 + channels % 2, 1), same: true,
          channels: channels))
    }
    for (index, var geometry) in cases.enumerated() {
      // Each input channel has one kernel or more.
      geometry.outputChannels = geometry.inputChannels * [1, 1, 2, 1, 5][index % 5]
      let (channels, taps) = (geometry.outputChannels, geometry.kernelHeight * geometry.kernelWidth)
      let convolution = Case(
        geometry, groups: geometry.inputChannels, batches: 2, using: &generator)
      let weights = (0..<taps * channels).map {
        convolution.weights[$0 % channels * taps + $0 / channels]
      }
      for variant in F32Depthwise.variants where variant.isSupported {
        check(
          convolution, convolution.expected(), weights: weights, "\(geometry), seed \(seed)"
        ) { F32Depthwise($0, threads: $1.threadCount, variant: variant) }
      }
    }
  }
}

/// What the prepared convolutions have in common.
protocol F32Phases {
  var kernel: String { get }
  func phases(_ images: ConvolutionImages<Float>, threads: Int, scratch: Scratch) -> [Work]
}

extension F32DirectConv2D: F32Phases {}
extension F32WinogradConv2D: F32Phases {}
extension F32Depthwise: F32Phases {}
