import OctetIR
import OctetKernels
import Testing

/// Every variant this CPU runs, against the plain formula, bit for bit.
@Suite struct QS8GEMMTests {
  static let seeds: [UInt64] = [1, 0x0C7E7]
  static var supported: [QS8GEMM.Variant] { QS8GEMM.variants.filter(\.isSupported) }

  private func check(_ matrix: QS8Case, _ what: String, seed: UInt64) {
    let expected = matrix.expected()
    // Bytes can't hold the widest inputs.
    let isBytes = matrix.a.allSatisfy { (0...255).contains($0) }
    for variant in Self.supported where isBytes || variant.form == .pairs {
      let result = matrix.result(of: variant)
      #expect(
        result == expected,
        "\(variant.name) m \(matrix.m) n \(matrix.n) k \(matrix.k) \(what), seed \(seed)")
    }
  }

  @Test(arguments: seeds) func tails(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    for k in 1...33 {
      for n in 1...33 {
        let m = (k * 33 + n) % 13 + 1
        check(QS8Case(m: m, n: n, k: k, using: &generator), "tails", seed: seed)
      }
    }
    for m in 1...13 {
      for n in 1...33 {
        check(QS8Case(m: m, n: n, k: 9, using: &generator), "row tiles", seed: seed)
      }
      check(QS8Case(m: m, n: 33, k: 400, using: &generator), "deep", seed: seed)
    }
  }

  @Test(arguments: seeds) func everyShift(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    for shift in Int32(-31)...30 {
      for zeroPoint: Int32 in [-128, 127] {
        var matrix = QS8Case(m: 3, n: 33, k: 7, using: &generator)
        matrix.shift = .init(repeating: shift, count: matrix.n)
        matrix.zeroPoint = zeroPoint
        check(matrix, "shift \(shift)", seed: seed)
        matrix.bias = generator.values(matrix.n, in: Int32.min...Int32.max)
        matrix.multiplier = generator.values(matrix.n, in: 0...Int32.max)
        check(matrix, "shift \(shift), any bias and multiplier", seed: seed)
      }
    }
  }

  /// Sums set by the bias alone, at and around every point where rounding changes its mind.
  @Test func roundingAndSaturation() {
    let multipliers: [Int32] = [
      0, 1, 1 << 30, (1 << 30) + 1, .max - 1, .max,
    ]
    let edges: [Int32] = [
      .min, .min + 1, -(1 << 30), -3, -2, -1, 0, 1, 2, 3, 1 << 30, .max - 128, .max - 1, .max,
    ]
    var generator = SplitMix64(seed: 3)
    for shift in Int32(-31)...30 {
      let half = Int32(1) << max(-shift - 1, 0)
      let sums = edges + [half - 1, half, half &+ 1, -half - 1, -half, 1 - half, 3 &* half]
      for multiplier in multipliers {
        var matrix = QS8Case(m: 1, n: sums.count, k: 1, using: &generator)
        matrix.weights = .init(repeating: 0, count: sums.count)
        matrix.bias = sums
        matrix.multiplier = .init(repeating: multiplier, count: sums.count)
        matrix.shift = .init(repeating: shift, count: sums.count)
        check(matrix, "multiplier \(multiplier) shift \(shift)", seed: 3)
      }
    }
  }

  @Test(arguments: [Int16(-32768), -255, 0, 255, 32767], [Int8(-128), 127])
  func extremeValues(input: Int16, weight: Int8) {
    var generator = SplitMix64(seed: 4)
    for k in [1, 2, 33, 400, 66_001] {
      var matrix = QS8Case(m: 2, n: 3, k: k, using: &generator)
      matrix.a = .init(repeating: input, count: matrix.a.count)
      matrix.weights = .init(repeating: weight, count: matrix.weights.count)
      matrix.shift = [0, -9, 3]
      check(matrix, "input \(input) weight \(weight)", seed: 4)
    }
  }

  @Test(arguments: seeds) func activationBounds(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    for (minimum, maximum): (Int8, Int8) in [(0, 127), (-128, 6), (-3, 4), (9, 9), (-128, -128)] {
      var matrix = QS8Case(m: 7, n: 19, k: 12, using: &generator)
      matrix.minimum = minimum
      matrix.maximum = maximum
      check(matrix, "bounds \(minimum)...\(maximum)", seed: seed)
    }
  }

  @Test(arguments: seeds) func table(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    for n in [1, 8, 9, 16, 33] {
      var matrix = QS8Case(m: 7, n: n, k: 12, using: &generator)
      matrix.table = (0..<256).map { _ in UInt8.random(in: 0...255, using: &generator) }
      check(matrix, "table", seed: seed)
    }
  }

  @Test(arguments: seeds) func sums(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    for n in Array(1...33) + [64, 70] {
      let matrix = QS8Case(m: n % 13 + 1, n: n, k: 3 * n, using: &generator)
      for variant in Self.supported {
        #expect(
          matrix.sums(of: variant) == matrix.expectedSums(variant.form),
          "\(variant.name) n \(n), seed \(seed)")
      }
    }
  }

  @Test func packingPadsWithZeros() {
    let weights: [Int8] = [1, 2, 3, 4, 5, -6]
    #expect(QS8GEMM.blockBytes(.pairs, runs: 1, runLength: 3) == 2 * 64)
    var pairs = [Int16](repeating: -1, count: 64)
    QS8GEMM.packWeights(.pairs, weights, block: 0, n: 2, runs: 1, runLength: 3, into: &pairs)
    var expected = [Int16](repeating: 0, count: 64)
    expected.replaceSubrange(0..<4, with: [1, 2, 4, 5])
    expected.replaceSubrange(32..<36, with: [3, 0, -6, 0])
    #expect(pairs == expected)
    var quads = [Int8](repeating: -1, count: 64)
    QS8GEMM.packWeights(.quads, weights, block: 0, n: 2, runs: 1, runLength: 3, into: &quads)
    #expect(quads == [1, 2, 3, 0, 4, 5, -6, 0] + [Int8](repeating: 0, count: 56))
    var signed = [Int8](repeating: -1, count: 64)
    QS8GEMM.packWeights(
      .signedQuads, weights, block: 0, n: 2, runs: 1, runLength: 3, into: &signed)
    #expect(signed == quads)
    #expect(QS8GEMM.blockBytes(.pairs, runs: 2, runLength: 3) == 4 * 64)
    #expect(QS8GEMM.blockBytes(.quads, runs: 2, runLength: 5) == 4 * 64)
  }

  @Test func bestIsTheFirstSupportedVariant() {
    #expect(QS8GEMM.best.name.description == Self.supported[0].name.description)
    #expect(QS8GEMM.variants.last?.isSupported == true)
  }
}
