import OctetIR
import OctetKernels

/// TensorFlow Lite's MultiplyByQuantizedMultiplier with two roundings, written as its reference
/// states it.
func multiplyByQuantizedMultiplier(_ x: Int32, _ multiplier: Int32, _ shift: Int32) -> Int32 {
  let shifted = x &* (1 << max(shift, 0))
  let high = saturatingRoundingDoublingHighMul(shifted, multiplier)
  return roundingDivideByPOT(high, max(-shift, 0))
}

private func saturatingRoundingDoublingHighMul(_ a: Int32, _ b: Int32) -> Int32 {
  if a == .min && b == .min { return .max }
  let product = Int64(a) * Int64(b)
  let nudge: Int64 = product >= 0 ? 1 << 30 : 1 - (1 << 30)
  return Int32((product + nudge) / (1 << 31))
}

private func roundingDivideByPOT(_ x: Int32, _ exponent: Int32) -> Int32 {
  let mask = Int32((Int64(1) << exponent) - 1)
  let remainder = x & mask
  let threshold = (mask >> 1) + (x < 0 ? 1 : 0)
  return (x >> exponent) + (remainder > threshold ? 1 : 0)
}

/// One matrix product, its operands and what the plain formula makes of them.
struct QS8Case {
  var m: Int
  var n: Int
  var k: Int
  /// int16 [m][aStride]; what follows the k values of a row is arbitrary.
  var a: [Int16]
  var aStride: Int
  /// int8 [n][k].
  var weights: [Int8]
  var bias: [Int32]
  var multiplier: [Int32]
  var shift: [Int32]
  var zeroPoint: Int32 = 0
  var minimum: Int8 = .min
  var maximum: Int8 = .max
  /// The result for each byte, if sums go through a table.
  var table: [UInt8]?

  /// Values as they are in models: inputs less their zero point, Q31 mantissas of at least a half.
  init(m: Int, n: Int, k: Int, using generator: inout SplitMix64) {
    self.m = m
    self.n = n
    self.k = k
    aStride = (k + 1) / 2 * 2 + 2 * Int.random(in: 0...2, using: &generator)
    a = generator.values(m * aStride, in: 0...255)
    weights = generator.values(n * k, in: -128...127)
    bias = generator.values(n, in: -20_000...20_000)
    multiplier = generator.values(n, in: 1 << 30...Int32.max)
    shift = generator.values(n, in: -14 ... -4)
    zeroPoint = [-128, -1, 0, 127].randomElement(using: &generator)!
  }

  /// int8 [m][n].
  func expected() -> [Int8] {
    var result: [Int8] = []
    for i in 0..<m {
      for j in 0..<n {
        var sum = bias[j]
        for l in 0..<k { sum &+= Int32(a[i * aStride + l]) &* Int32(weights[j * k + l]) }
        let scaled = multiplyByQuantizedMultiplier(sum, multiplier[j], shift[j])
        let value = Int64(scaled) + Int64(zeroPoint)
        let code = Int8(min(max(value, Int64(minimum)), Int64(maximum)))
        result.append(table.map { Int8(bitPattern: $0[Int(UInt8(bitPattern: code))]) } ?? code)
      }
    }
    return result
  }

  /// int8 [m][n] by a kernel, or nil if it wrote outside the valid columns.
  func result(of variant: QS8GEMM.Variant) -> [Int8]? {
    result(
      of: variant,
      output().corrected(for: variant.form, weights: weights, depth: k, inputZeroPoint: -128),
      canary: 0x55)
  }

  /// int32 [m][n] without a bias, the same way.
  func sums(of variant: QS8GEMM.Variant) -> [Int32]? {
    result(of: variant, QS8Output(sumsOf: n), canary: 0x5555)
  }

  /// What they are, for a kernel of this form.
  func expectedSums(_ form: QS8GEMM.Form) -> [Int32] {
    let excess = form.excess(zeroPoint: -128)
    return (0..<m * n).map { index in
      (0..<k).reduce(0) { sum, l in
        sum &+ (Int32(a[index / n * aStride + l]) &+ excess) &* Int32(weights[index % n * k + l])
      }
    }
  }

  private func result<Element: BitwiseCopyable & Equatable>(
    of variant: QS8GEMM.Variant, _ output: QS8Output, canary: Element
  ) -> [Element]? {
    let gap = 5
    var c = [Element](repeating: canary, count: m * (n + gap) + 32)
    let form = variant.form
    let block = QS8GEMM.blockBytes(form, runs: 1, runLength: k)
    var packed = [UInt8](repeating: 0xFF, count: QS8GEMM.blocks(n) * block)
    packed.withUnsafeMutableBytes { packed in
      for index in 0..<QS8GEMM.blocks(n) {
        QS8GEMM.packWeights(
          form, weights, block: index, n: n, runs: 1, runLength: k,
          into: packed.baseAddress! + index * block)
      }
    }
    // Values in 0...255 are inputs with zero point -128, so uint8 codes plus 128 are the values.
    let flip: Int16 = form == .signedQuads ? 128 : 0
    let bytes = a.map { UInt8(truncatingIfNeeded: $0 &- flip) } + [UInt8](repeating: 0, count: 4)
    let offsets = (0..<m).map { Int32($0 * aStride) }
    a.withUnsafeBytes { words in
      bytes.withUnsafeBytes { bytes in
        offsets.withUnsafeBufferPointer { offsets in
          variant.run(
            m: m, n: n,
            a: QS8GEMM.Rows(
              form, base: (form == .pairs ? words : bytes).baseAddress!,
              rowOffsets: offsets.baseAddress!, runOffsets: offsets.baseAddress!, runs: 1,
              runLength: k),
            weights: packed, output: output, channel: 0, c: &c, cStride: n + gap)
        }
      }
    }
    var rows: [Element] = []
    for (index, value) in c.enumerated() {
      if index < m * (n + gap) && index % (n + gap) < n {
        rows.append(value)
      } else if value != canary {
        return nil
      }
    }
    return rows
  }

  func output() -> QS8Output {
    QS8Output(
      channels: n, bias: bias, scaling: .fixedPoint(significands: multiplier, shifts: shift),
      sumBound: a.allSatisfy { (-255...255).contains($0) } ? QS8Output.sumBound(depth: k) : .max,
      zeroPoint: zeroPoint, bounds: (minimum, maximum),
      table: table.map { table in ByteTable { table[Int($0)] } })
  }
}
