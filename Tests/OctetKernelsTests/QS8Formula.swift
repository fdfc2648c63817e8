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

  /// Values as they are in models: inputs less their zero point, Q31 mantissas of at least a half.
  init(m: Int, n: Int, k: Int, using generator: inout SplitMix64) {
    self.m = m
    self.n = n
    self.k = k
    aStride = (k + 1) / 2 * 2 + 2 * Int.random(in: 0...2, using: &generator)
    a = generator.values(m * aStride, in: -255...255)
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
        result.append(Int8(min(max(value, Int64(minimum)), Int64(maximum))))
      }
    }
    return result
  }

  /// int8 [m][n] by a kernel, or nil if it wrote outside the valid columns.
  func result(of variant: QS8GEMM.Variant) -> [Int8]? {
    let gap = 5
    let canary: Int8 = 0x55
    var c = [Int8](repeating: canary, count: m * (n + gap) + 32)
    var packed = [Int16](repeating: -1, count: QS8GEMM.packedWeightCount(n: n, k: k))
    QS8GEMM.packWeights(weights, n: n, k: k, into: &packed)
    let (bias, multiplier, shift) = (padded(bias), padded(multiplier), padded(shift))
    bias.withUnsafeBufferPointer { bias in
      multiplier.withUnsafeBufferPointer { multiplier in
        shift.withUnsafeBufferPointer { shift in
          let output = QS8GEMM.Output(
            bias: bias.baseAddress!, multiplier: multiplier.baseAddress!,
            shift: shift.baseAddress!, zeroPoint: zeroPoint, minimum: minimum, maximum: maximum)
          variant.run(
            m: m, n: n, k: k, a: a, aStride: aStride, weights: packed, output: output, c: &c,
            cStrideBytes: n + gap)
        }
      }
    }
    var rows: [Int8] = []
    for (index, value) in c.enumerated() {
      if index < m * (n + gap) && index % (n + gap) < n {
        rows.append(value)
      } else if value != canary {
        return nil
      }
    }
    return rows
  }

  private func padded(_ values: [Int32]) -> [Int32] {
    var padded = [Int32](repeating: -1, count: QS8GEMM.paddedChannels(n))
    padChannels(values, n: n, into: &padded)
    return padded
  }
}
