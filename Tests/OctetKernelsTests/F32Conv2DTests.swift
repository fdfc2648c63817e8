import OctetIR
import OctetKernels
import Testing

/// Float convolution against naive loops, with every variant this CPU runs.
@Suite struct F32Conv2DTests {
  static let randomCount = 150

  static func geometries(seed: UInt64) -> [Conv2DGeometry] {
    var generator = SplitMix64(seed: seed)
    return Conv2DCases.all
      + (0..<randomCount).map { _ in Conv2DCases.random(using: &generator) }
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
