import OctetIR
import OctetKernels
import Testing

/// The convolution drivers against naive loops, with every variant this CPU runs.
@Suite struct Conv2DTests {
  static let randomCount = 150

  static func geometries(seed: UInt64) -> [Conv2DGeometry] {
    var generator = SplitMix64(seed: seed)
    return Conv2DCases.all
      + (0..<randomCount).map { _ in Conv2DCases.random(using: &generator) }
  }

  @Test(arguments: [UInt64(11), 12]) func quantized(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    for geometry in Self.geometries(seed: seed) {
      let zeroPoint: Int32 = [-128, -3, 0, 127].randomElement(using: &generator)!
      let (image, patches) = Self.quantizedPatches(geometry, zeroPoint, using: &generator)
      var matrix = QS8Case(
        m: geometry.outputPixels, n: geometry.outputChannels, k: geometry.patchCount,
        using: &generator)
      matrix.a = patches
      matrix.aStride = geometry.patchCount
      let expected = matrix.expected()
      for gemm in QS8GEMM.variants where gemm.isSupported {
        for widen in QS8Widen.variants where widen.isSupported {
          let convolution = QS8Conv2D(geometry: geometry, gemm: gemm, widen: widen)
          let result = Self.run(convolution, matrix, image: image, zeroPoint: zeroPoint)
          #expect(result == expected, "\(gemm.name) \(widen.name) \(geometry), seed \(seed)")
        }
      }
    }
  }

  /// A random image, and the int16 patches naive loops take from it.
  private static func quantizedPatches(
    _ g: Conv2DGeometry, _ zeroPoint: Int32, using generator: inout SplitMix64
  ) -> (image: [Int8], patches: [Int16]) {
    let image: [Int8] = generator.values(
      g.inputHeight * g.inputWidth * g.inputChannels, in: -128...127)
    var patches: [Int16] = []
    for pixel in 0..<g.outputPixels {
      for tap in Conv2DCases.taps(g, pixel: pixel) {
        for channel in 0..<g.inputChannels {
          patches.append(tap.map { Int16(image[$0 + channel]) - Int16(zeroPoint) } ?? 0)
        }
      }
    }
    return (image, patches)
  }

  /// Runs in two unequal parts, as two threads would, with scratch of just the size asked for.
  private static func run(
    _ convolution: QS8Conv2D, _ matrix: QS8Case, image: [Int8], zeroPoint: Int32
  ) -> [Int8] {
    let (n, k, pixels) = (matrix.n, matrix.k, convolution.geometry.outputPixels)
    var packed = [Int16](repeating: 0, count: QS8GEMM.packedWeightCount(n: n, k: k))
    QS8GEMM.packWeights(matrix.weights, n: n, k: k, into: &packed)
    var channels = [[Int32]](
      repeating: .init(repeating: 0, count: QS8GEMM.paddedChannels(n)), count: 3)
    padChannels(matrix.bias, n: n, into: &channels[0])
    padChannels(matrix.multiplier, n: n, into: &channels[1])
    padChannels(matrix.shift, n: n, into: &channels[2])
    let scratch = UnsafeMutableRawPointer.allocate(
      byteCount: QS8Conv2D.scratchBytes(convolution.geometry), alignment: 32)
    defer { scratch.deallocate() }
    var result = [Int8](repeating: 0, count: pixels * n)
    channels[0].withUnsafeBufferPointer { bias in
      channels[1].withUnsafeBufferPointer { multiplier in
        channels[2].withUnsafeBufferPointer { shift in
          let output = QS8GEMM.Output(
            bias: bias.baseAddress!, multiplier: multiplier.baseAddress!,
            shift: shift.baseAddress!, zeroPoint: matrix.zeroPoint)
          for part in [0..<pixels / 3, pixels / 3..<pixels] {
            convolution.run(
              input: image, inputZeroPoint: zeroPoint, weights: packed, output: output,
              result: &result, scratch: scratch, pixels: part)
          }
        }
      }
    }
    return result
  }

  @Test(arguments: [UInt64(13), 14]) func float(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    for g in Self.geometries(seed: seed) {
      let (m, n, k) = (g.outputPixels, g.outputChannels, g.patchCount)
      let image = generator.floats(g.inputHeight * g.inputWidth * g.inputChannels)
      let weights = generator.floats(n * k)
      let bias = generator.floats(n)
      let patches = (0..<m).flatMap { pixel in
        Conv2DCases.taps(g, pixel: pixel).flatMap { tap in
          (0..<g.inputChannels).map { channel in tap.map { image[$0 + channel] } ?? 0 }
        }
      }
      for gemm in F32GEMM.variants where gemm.isSupported {
        let expected = F32GEMMTests.product(
          gemm, m: m, n: n, k: k, a: patches, aStride: k, weights: weights, bias: bias)
        let convolution = F32Conv2D(geometry: g, gemm: gemm)
        let result = Self.run(convolution, image: image, weights: weights, bias: bias)
        #expect(result == expected, "\(gemm.name) \(g), seed \(seed)")
      }
    }
  }

  private static func run(
    _ convolution: F32Conv2D, image: [Float], weights: [Float], bias: [Float]
  ) -> [Float] {
    let geometry = convolution.geometry
    let (n, k, pixels) = (geometry.outputChannels, geometry.patchCount, geometry.outputPixels)
    var packed = [Float](repeating: 0, count: F32GEMM.packedWeightCount(n: n, k: k))
    F32GEMM.packWeights(weights, n: n, k: k, into: &packed)
    var padded = [Float](repeating: 0, count: F32GEMM.paddedChannels(n))
    padChannels(bias, n: n, into: &padded)
    let scratch = UnsafeMutableRawPointer.allocate(
      byteCount: max(1, F32Conv2D.scratchBytes(geometry)), alignment: 32)
    defer { scratch.deallocate() }
    var result = [Float](repeating: 0, count: pixels * n)
    padded.withUnsafeBufferPointer { bias in
      for part in [0..<pixels / 3, pixels / 3..<pixels] {
        convolution.run(
          input: image, weights: packed, output: F32GEMM.Output(bias: bias.baseAddress!),
          result: &result, scratch: scratch, pixels: part)
      }
    }
    return result
  }
}
