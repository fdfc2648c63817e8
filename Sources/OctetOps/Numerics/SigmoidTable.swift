import OctetDiagnostics
import OctetIR
import OctetKernels

/// Logistic and tanh of int16 codes, whose results have scale 2^-15: a table of the logistic function with steps of
/// 1/24, between which lines are drawn.
///
/// Sources: TFLite's `reference_integer_ops::Logistic` and `Tanh` for int16 and their preparations in
/// `activations.cc`.
struct SigmoidTable {
  /// 2^16 / (1 + exp(-i / 24)), raised by half of what a line to the next entry is too low at its middle; the
  /// last one is 2^16 - 1, where both functions have reached 1.
  private let entries: [Int32]
  /// Brings codes to steps of 1 / (3 * 2^12).
  private let multiplier: Int32
  private let shift: Int32

  /// - Parameter powers: the exponents of scales, powers of two, whose codes are multiplied exactly.
  ///
  /// Throws `OCT0701` for a scale of 8/3 and more, or another result's.
  init(_ input: TensorType, _ output: TensorType, powers: ClosedRange<Int>) throws(Diagnostic) {
    let (from, to) = (try input.perTensor(), try output.perTensor())
    guard to.scale == 0x1p-15, from.scale < 8 / 3 else {
      throw Diagnostic(
        .noKernel, "int16 needs an input scale below 8/3 and output scale 1/32768 here")
    }
    let rising = (0..<255).map { index in
      func value(_ index: Double) -> Double { 0x1p16 / (1 + CMath.exp(-index / 24)) }
      let i = Double(index)
      let sag = value(i + 0.5) - (value(i) + value(i + 1)) / 2
      return Int32((value(i) + sag / 2).rounded())
    }
    entries = rising + [65535]
    let exponent = CMath.log(from.scale) * (1 / CMath.log(2))
    let power = exponent.rounded(.toNearestOrAwayFromZero)
    if abs(exponent - power) < 1e-3, powers.contains(Int(power)) {
      (multiplier, shift) = (3 << Int32(12 + power), 0)
      return
    }
    var real = Double(from.scale) * 0x3p12
    var bits: Int32 = 0
    while real <= 32767 / 2, bits <= 30 {
      bits += 1
      real *= 2
    }
    (multiplier, shift) = (Int32(real), bits)
  }

  @inline(__always)
  func logistic(_ code: Int16) -> Int16 {
    let x = scaled(code)
    let sum = interpolated(x, stepBits: 9) ?? 0x7FFF << 10
    return Int16(truncatingIfNeeded: (x >= 0 ? sum + 512 : 1 << 25 - sum + 511) >> 10)
  }

  /// By tanh(x) = 2 logistic(2x) - 1.
  @inline(__always)
  func tanh(_ code: Int16) -> Int16 {
    let x = scaled(code)
    let sum = (interpolated(x, stepBits: 8) ?? 0xFFFF << 8) - 1 << 23
    return Int16(truncatingIfNeeded: (x >= 0 ? sum + 128 : 127 - sum) >> 8)
  }

  @inline(__always)
  private func scaled(_ code: Int16) -> Int32 {
    let half: Int32 = shift > 0 ? 1 << (shift - 1) : 0
    return (Int32(code) * multiplier + half) >> shift
  }

  /// The entry at |x| / 2^`stepBits`, times that; nil from the last one on.
  @inline(__always)
  private func interpolated(_ x: Int32, stepBits: Int32) -> Int32? {
    let index = Int(abs(x) >> stepBits)
    if index >= 255 { return nil }
    let part = abs(x) & (1 << stepBits - 1)
    return entries[index] << stepBits + part * (entries[index + 1] - entries[index])
  }
}
