extension Mean {
  /// The mean of no elements is NaN.
  ///
  /// - Parameters:
  ///   - kept: the dimensions of the result.
  ///   - reduced: the others.
  static func reference(
    _ kept: StridedWalk, _ reduced: StridedWalk, _ input: UnsafePointer<Float>,
    _ output: UnsafeMutablePointer<Float>
  ) {
    let (count, width) = (Float(reduced.count), kept.rowCount)
    guard kept.rowStep == 1 else {
      return kept.forEach { position, first in
        var sum: Float = 0
        if reduced.rowStep == 1 {
          reduced.forEachRow { _, offset in
            sum += Self.sum(input + first + offset, count: reduced.rowCount)
          }
        } else {
          reduced.forEach { _, offset in sum += input[first + offset] }
        }
        output[position] = sum / count
      }
    }
    kept.forEachRow { position, first in
      let sums = output + position
      sums.update(repeating: 0, count: width)
      reduced.forEach { _, offset in
        let row = input + first + offset
        for i in 0..<width { sums[i] += row[i] }
      }
      for i in 0..<width { sums[i] /= count }
    }
  }

  /// Sums of every eighth number are independent, since an addition takes longer than one can begin.
  private static func sum(_ numbers: UnsafePointer<Float>, count: Int) -> Float {
    var sums = SIMD8<Float>()
    let whole = count / 8 * 8
    for i in stride(from: 0, to: whole, by: 8) {
      sums += UnsafeRawPointer(numbers + i).loadUnaligned(as: SIMD8<Float>.self)
    }
    var sum = sums.sum()
    for i in whole..<count { sum += numbers[i] }
    return sum
  }

  /// The fixed-point parameters of an int8 or int16 mean: the division by the number of elements is part of the
  /// multiplier.
  ///
  /// Source: TFLite's `reference_ops::QuantizedMeanOrSum`.
  struct CodeMean<Code: FixedWidthInteger> {
    private let multiplier: (significand: Int32, shift: Int32)
    /// The sum of as many elements that are zero.
    private let zeroSum: Int32
    private let outputZeroPoint: Int32

    /// - Precondition: `count` is positive and at most 2^23, for int16 2^16, so that sums fit int32.
    init(
      _ input: (scale: Float, zeroPoint: Int32), _ output: (scale: Float, zeroPoint: Int32),
      count: Int
    ) {
      let (significand, shift) = FixedPoint.quantize(Double(input.scale) / Double(output.scale))
      // By so much the significand can grow before it is divided; the shift stays -31 or more.
      let growth = min(Int32(63 - UInt64(count).leadingZeroBitCount), 31 + shift)
      multiplier = (Int32((Int64(significand) << Int64(growth)) / Int64(count)), shift - growth)
      zeroSum = input.zeroPoint * Int32(count)
      outputZeroPoint = output.zeroPoint
    }

    @inline(__always)
    func code(_ sum: Int32) -> Code {
      let mean = FixedPoint.multiply(sum - zeroSum, multiplier.significand, multiplier.shift)
      return Code(clamping: mean &+ outputZeroPoint)
    }
  }

  /// - Parameter sums: room for those of a row of `kept`.
  static func reference<Code: FixedWidthInteger>(
    _ kept: StridedWalk, _ reduced: StridedWalk, _ input: UnsafePointer<Code>,
    _ output: UnsafeMutablePointer<Code>, _ mean: CodeMean<Code>,
    sums: UnsafeMutablePointer<Int32>
  ) {
    let (width, step) = (kept.rowCount, kept.rowStep)
    kept.forEachRow { position, first in
      sums.update(repeating: 0, count: width)
      if step == 1 {
        reduced.forEach { _, offset in
          let row = input + first + offset
          for i in 0..<width { sums[i] &+= Int32(row[i]) }
        }
      } else {
        for i in 0..<width {
          reduced.forEach { _, offset in sums[i] &+= Int32(input[first + i * step + offset]) }
        }
      }
      for i in 0..<width { output[position + i] = mean.code(sums[i]) }
    }
  }
}
