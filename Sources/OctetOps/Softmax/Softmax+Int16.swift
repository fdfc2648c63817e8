import OctetDiagnostics
import OctetIR
import OctetKernels

extension Softmax {
  /// Functions of int16 codes: 512 places, between which lines are drawn.
  struct CodeFunction {
    /// In Q15; the last one only ends a line.
    private let entries: [Int16]

    /// - Parameter range: the arguments of the codes from the least to the greatest.
    ///
    /// Source: TFLite's `LUTPopulate` for int16: an entry is lowered by half of what a line to the next is too high at
    /// its middle.
    init(_ range: ClosedRange<Double>, _ function: (Double) -> Double) {
      let step = (range.upperBound - range.lowerBound) / 512
      func code(_ value: Double) -> Double { value.rounded(.toNearestOrAwayFromZero) }
      entries = (0...512).map { index in
        let x = range.lowerBound + Double(index) * step
        let sample = code(function(x) * 0x1p15)
        if index == 512 { return Int16(min(32767, sample)) }
        let middle = code((function(x + step) * 0x1p15 + sample) / 2)
        let error = middle - code(function(x + step / 2) * 0x1p15)
        return Int16(min(32767, sample - code(error / 2)))
      }
    }

    @inline(__always)
    func callAsFunction(_ code: Int32) -> Int32 {
      let index = Int(256 + code >> 7)
      let base = Int32(entries[index])
      return base + ((Int32(entries[index + 1]) - base) * (code & 127) + 64) >> 7
    }
  }

  /// What an int16 softmax looks up, its results in Q15.
  ///
  /// Source: the preparation in TFLite's `activations.cc`.
  struct Int16Tables {
    /// exp(x) for x in -10...0.
    fileprivate let exp = CodeFunction(-10...0) { CMath.exp($0) }
    /// 1 / (1 + x) for x in 0...1.
    fileprivate let reciprocal = CodeFunction(0...1) { 1 / (1 + $0) }
    /// Brings differences of codes to those that `exp` takes.
    fileprivate let multiplier: (significand: Int32, shift: Int32)

    /// Throws `OCT0701` for another result's scale, and where sums or differences exceed 32 bits.
    init(
      _ input: TensorType, _ output: TensorType, beta: Float, depth: Int
    ) throws(Diagnostic) {
      let (from, to) = (try input.perTensor(), try output.perTensor())
      multiplier = FixedPoint.quantize(Double(from.scale * beta) / (10.0 / 65535))
      guard to.scale == 0x1p-15, multiplier.shift <= 15, depth <= 1 << 16 else {
        throw Diagnostic(
          .noKernel,
          "an int16 softmax needs output scale 1/32768, an input scale of at most 4 and 65536 classes"
        )
      }
    }
  }

  /// Source: TFLite's `reference_ops::SoftmaxInt16`.
  static func reference(
    _ input: UnsafePointer<Int16>, _ output: UnsafeMutablePointer<Int16>, rows: Int, depth: Int,
    _ tables: Int16Tables
  ) {
    for row in 0..<rows {
      let (source, target) = (input + row * depth, output + row * depth)
      var largest = source[0]
      for i in 1..<max(depth, 1) { largest = max(largest, source[i]) }
      // Q16.15
      var sum: Int32 = 0
      for i in 0..<depth {
        let difference = FixedPoint.multiply(
          Int32(source[i]) - Int32(largest), tables.multiplier.significand,
          tables.multiplier.shift)
        let term = tables.exp(max(-32768, difference + 32767))
        target[i] = Int16(truncatingIfNeeded: term)
        sum += term
      }
      let headroom = Int64(sum.leadingZeroBitCount)
      let significand = Int32((Int64(sum) << (headroom - 1) + 1 << 13) >> 14)
      let reciprocal = Int64(tables.reciprocal(max(-32768, min(32767, significand - 3 << 15))))
      let shift = 31 - headroom
      for i in 0..<depth {
        let scaled = (Int64(target[i]) * reciprocal + 1 << (shift - 1)) >> shift
        target[i] = Int16(max(0, min(32767, scaled)))
      }
    }
  }
}
