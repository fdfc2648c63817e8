import OctetIR
import OctetKernels
import Testing

/// Every variant this CPU runs, against sums in double precision.
@Suite struct F32GEMMTests {
  static var supported: [F32GEMM.Variant] { F32GEMM.variants.filter(\.isSupported) }

  /// float [m][n] by a kernel, or nil if it wrote outside the valid columns.
  static func product(
    _ variant: F32GEMM.Variant, m: Int, n: Int, k: Int, a: [Float], aStride: Int,
    weights: [Float], bias: [Float], bounds: (Float, Float) = (-.infinity, .infinity),
    slope: Float = 1
  ) -> [Float]? {
    let gap = 3
    let canary: Float = 12345
    var c = [Float](repeating: canary, count: m * (n + gap) + 32)
    var packed = [Float](repeating: -1, count: QS8GEMM.paddedChannels(n) * k)
    packed.withUnsafeMutableBufferPointer { packed in
      for block in 0..<QS8GEMM.blocks(n) {
        F32GEMM.packWeights(
          weights, block: block, n: n, k: k, into: packed.baseAddress! + block * 16 * k)
      }
    }
    let output = F32Output(channels: n, bias: bias, bounds: bounds, slope: slope)
    let offsets = (0..<m).map { Int32($0 * aStride) }
    a.withUnsafeBufferPointer { a in
      offsets.withUnsafeBufferPointer { offsets in
        variant.run(
          m: m, n: n,
          a: F32GEMM.Rows(
            base: a.baseAddress!, rowOffsets: offsets.baseAddress!,
            runOffsets: offsets.baseAddress!, runs: 1, runLength: k),
          weights: packed, output: output, channel: 0, c: &c, cStride: n + gap)
      }
    }
    var rows: [Float] = []
    for (index, value) in c.enumerated() {
      if index < m * (n + gap) && index % (n + gap) < n {
        rows.append(value)
      } else if value != canary {
        return nil
      }
    }
    return rows
  }

  /// Within 1e-5 of the sum of magnitudes, which bounds what rounding can do at these depths.
  private func check(m: Int, n: Int, k: Int, using generator: inout SplitMix64, seed: UInt64) {
    let aStride = k + Int.random(in: 0...3, using: &generator)
    let a = generator.floats(m * aStride)
    let weights = generator.floats(n * k)
    let bias = generator.floats(n)
    for variant in Self.supported {
      let result = Self.product(
        variant, m: m, n: n, k: k, a: a, aStride: aStride, weights: weights, bias: bias)
      guard let result else {
        Issue.record("\(variant.name) m \(m) n \(n) k \(k) wrote outside its columns")
        continue
      }
      for i in 0..<m {
        for j in 0..<n {
          var sum = Double(bias[j])
          var magnitude = abs(sum)
          for l in 0..<k {
            let product = Double(a[i * aStride + l]) * Double(weights[j * k + l])
            sum += product
            magnitude += abs(product)
          }
          let error = abs(Double(result[i * n + j]) - sum)
          if error > 1e-5 * magnitude {
            Issue.record("\(variant.name) m \(m) n \(n) k \(k) at \(i),\(j), seed \(seed)")
          }
        }
      }
    }
  }

  @Test(arguments: [UInt64(5), 6]) func tails(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    for k in 1...33 {
      for n in 1...33 {
        check(m: (k * 33 + n) % 13 + 1, n: n, k: k, using: &generator, seed: seed)
      }
    }
    for m in 1...13 {
      for n in [1, 16, 17, 31, 33, 48, 63, 64, 65, 100, 145] {
        check(m: m, n: n, k: 9, using: &generator, seed: seed)
      }
      check(m: m, n: 33, k: 400, using: &generator, seed: seed)
    }
  }

  /// The same row gives the same bits whatever else is computed with it.
  @Test func rowsDoNotDependOnTheirTile() {
    var generator = SplitMix64(seed: 7)
    let (m, n, k) = (13, 80, 37)
    let a = generator.floats(m * k)
    let weights = generator.floats(n * k)
    let bias = generator.floats(n)
    for variant in Self.supported {
      let all = Self.product(
        variant, m: m, n: n, k: k, a: a, aStride: k, weights: weights, bias: bias)
      for count in 1...m {
        let some = Self.product(
          variant, m: count, n: n, k: k, a: a, aStride: k, weights: weights, bias: bias)
        #expect(some == all.map { Array($0[..<(count * n)]) }, "\(variant.name) rows \(count)")
      }
    }
  }

  @Test(arguments: 1...7) func nanAndInfinity(m: Int) {
    let n = 35
    let bounds: [(Float, Float)] = [
      (-.infinity, .infinity), (0, 6), (-.infinity, 1), (-1, .infinity),
    ]
    for variant in Self.supported {
      for (minimum, maximum) in bounds {
        for (input, isNaN) in [(Float.nan, true), (.infinity, false), (-.infinity, false)] {
          let result = Self.product(
            variant, m: m, n: n, k: 3, a: .init(repeating: input, count: 3 * m), aStride: 3,
            weights: .init(repeating: 1, count: 3 * n), bias: .init(repeating: 0, count: n),
            bounds: (minimum, maximum))
          let clamped = min(max(input, minimum), maximum)
          #expect(
            result?.allSatisfy { isNaN ? $0.isNaN : $0 == clamped } == true,
            "\(variant.name) input \(input) bounds \(minimum)...\(maximum)")
        }
      }
    }
  }

  /// Clamped first, then numbers below zero are scaled.
  @Test(arguments: [Float(0), 0.1, 0.5, 1]) func slope(_ slope: Float) {
    for variant in Self.supported {
      for n in [1, 17, 64] {
        let inputs: [Float] = [-3, -1, 0, 2, .infinity, -.infinity]
        let result = Self.product(
          variant, m: inputs.count, n: n, k: 1, a: inputs, aStride: 1,
          weights: .init(repeating: 1, count: n), bias: .init(repeating: 0, count: n),
          bounds: (-2, 100), slope: slope)
        let expected = inputs.flatMap { input -> [Float] in
          let clamped = min(max(input, -2), 100)
          return .init(repeating: clamped > 0 ? clamped : clamped * slope, count: n)
        }
        #expect(result == expected, "\(variant.name) \(slope)")
      }
    }
  }

  @Test func bestIsTheFirstSupportedVariant() {
    #expect(F32GEMM.best.name.description == Self.supported[0].name.description)
    #expect(F32GEMM.variants.last?.isSupported == true)
  }
}
