import OctetIR
import OctetKernels
import Testing

/// What layers of float activations and int8 weights do beside multiplying, for each variant, against plain formulas.
@Suite struct QD8Tests {
  private static let counts = [0, 1, 3, 4, 15, 16, 17, 63, 64, 65, 300]

  @Test(arguments: [UInt64(61), 62]) func codes(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    for count in Self.counts {
      // Halves too, which round away from zero, and numbers beyond what codes can be.
      let numbers = (0..<count).map { _ in Float.random(in: -300...300, using: &generator) }
        .enumerated().map { $0 % 3 == 0 ? $1.rounded(.down) + 0.5 : $1 }
      let (zeroPoint, least): (Float, Float) = count % 2 == 0 ? (-7, -128) : (0, -127)
      let expected = numbers.map { number -> Int8 in
        let code = (zeroPoint + number * 0.5).rounded(.toNearestOrAwayFromZero)
        return Int8(max(least, min(127, code)))
      }
      for variant in QD8.variants where variant.isSupported {
        let (low, high) = variant.extent(numbers, count: count)
        #expect(low == min(0, numbers.min() ?? 0), "\(variant.name) \(count)")
        #expect(high == max(0, numbers.max() ?? 0), "\(variant.name) \(count)")
        var codes = [Int8](repeating: 0x55, count: count + 1)
        variant.codes(
          numbers, count: count, inverse: 0.5, zeroPoint: zeroPoint, least: least, into: &codes)
        #expect(codes == expected + [0x55], "\(variant.name) \(count)")
      }
    }
  }

  @Test func notANumberIsLeftOut() {
    for variant in QD8.variants where variant.isSupported {
      for place in [0, 66] {
        var numbers = [Float](repeating: 1, count: 67)
        numbers[place] = .nan
        #expect(variant.extent(numbers, count: 67) == (0, 1), "\(variant.name)")
        var codes = [Int8](repeating: 0, count: 67)
        variant.codes(numbers, count: 67, inverse: 2, zeroPoint: 3, least: -128, into: &codes)
        #expect(codes[place] == 127 && codes[1] == 5, "\(variant.name)")
      }
    }
  }

  @Test(arguments: [UInt64(63)], [true, false]) func real(seed: UInt64, weightsFirst: Bool) {
    var generator = SplitMix64(seed: seed)
    for channels in [1, 3, 4, 8, 15, 16, 17, 40] {
      let pixels = 3
      func numbers() -> [Float] {
        (0..<channels).map { _ in Float.random(in: -2...2, using: &generator) }
      }
      let sums: [Int32] = generator.values(pixels * channels, in: -2_000_000...2_000_000)
      let weightSums: [Int32] = generator.values(channels, in: -9000...9000)
      let (scales, bias) = (numbers(), numbers())
      let (excess, length): (Int32, Float) = (113, 1.3e-6)
      let expected = sums.enumerated().map { index, sum -> Float in
        let channel = index % channels
        let whole = Float(sum - excess * weightSums[channel])
        let scaled =
          weightsFirst ? whole * scales[channel] * length : whole * (scales[channel] * length)
        return min(max(scaled + bias[channel], -3), 2.5)
      }
      for variant in QD8.variants where variant.isSupported {
        var result = sums + [77]
        let output = QD8.Output(
          weightSums: weightSums, excess: excess, scales: scales,
          scalesWeightsFirst: weightsFirst, length: length, bias: bias, bounds: (-3, 2.5))
        variant.real(pixels: pixels, channels: channels, output, sums: &result)
        #expect(
          result == expected.map { Int32(bitPattern: $0.bitPattern) } + [77],
          "\(variant.name) \(channels)")
      }
    }
  }
}
