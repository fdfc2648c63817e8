package import OctetDiagnostics
import OctetIR

extension L2Normalization {
  /// Source: TFLite's `reference_ops::L2Normalization`.
  static func reference(
    _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, rows: Int, depth: Int
  ) {
    for row in 0..<rows {
      var sum: Float = 0
      for i in row * depth..<(row + 1) * depth { sum += input[i] * input[i] }
      let length = max(sum.squareRoot(), 1e-6)
      for i in row * depth..<(row + 1) * depth { output[i] = input[i] / length }
    }
  }
  /// Vectors of codes, whose result has scale 1/128 around `middle`: 0 of int8, 128 of uint8.
  ///
  /// Source: TFLite's `reference_integer_ops::L2Normalization` and, for uint8, `reference_ops::L2Normalization`.
  ///
  /// - Precondition: `depth` is at most 2^15, so that a sum of squares fits int32.
  static func reference<Code: FixedWidthInteger>(
    _ input: UnsafePointer<Code>, _ output: UnsafeMutablePointer<Code>, rows: Int, depth: Int,
    zeroPoint: Int32, middle: Int32
  ) {
    for row in 0..<rows {
      var sum: Int32 = 0
      for i in row * depth..<(row + 1) * depth {
        let x = Int32(input[i]) - zeroPoint
        sum += x * x
      }
      let (significand, shift) = inverseRoot(of: sum)
      for i in row * depth..<(row + 1) * depth {
        let x = Int32(input[i]) - zeroPoint
        // The kernels multiply by 128 at different places.
        let scaled =
          Code.isSigned
          ? FixedPoint.multiply(x, significand, shift + 7)
          : FixedPoint.multiply(128 * x, significand, shift)
        output[i] = Code(clamping: middle + scaled)
      }
    }
  }

  /// `1 / sqrt(x)` as a Q31 significand and a power of two, 0 or negative. That of 0 is taken for that of 1, nearly 1.
  ///
  /// Five of Newton's steps on `x` brought to 1/8...1/2 by fourths, in fixed point with three bits before it.
  private static func inverseRoot(of x: Int32) -> (significand: Int32, shift: Int32) {
    if x <= 1 { return (.max, 0) }
    var (x, shift) = (x, Int32(11))
    while x >= 1 << 29 {
      x /= 4
      shift += 1
    }
    let pairs = (Int32(x.leadingZeroBitCount) - 1) / 2 - 1
    shift -= pairs
    x <<= 2 * pairs
    func product(_ a: Int32, _ b: Int32) -> Int32 { FixedPoint.doublingHighMultiply(a, b) }
    func shiftLeft(_ x: Int32, _ bits: Int64) -> Int32 { Int32(clamping: Int64(x) << bits) }
    let half = FixedPoint.roundingDivide(x >> 1, byPowerOfTwo: 1)
    let threeHalves: Int32 = 3 << 27
    var root: Int32 = 1 << 28
    for _ in 0..<5 {
      let cube = shiftLeft(product(product(root, root), root), 6)
      root = shiftLeft(product(threeHalves, root) &- product(half, cube), 3)
    }
    // Times the root of a half, in Q31.
    root = product(root, 1_518_500_250)
    return shift < 0 ? (root << -shift, 0) : (root, -shift)
  }
}

extension L2Normalization {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, output) = (context.input(0), context.output)
    let depth = output.extents.last ?? 1
    let rows = output.count / max(depth, 1)
    if input.element != .float32 {
      let zeroPoint = try input.perTensor().zeroPoint
      let middle: Int32 = output.element == .int8 ? 0 : 128
      let to = try output.perTensor()
      guard to.scale == 0x1p-7, to.zeroPoint == middle, depth <= 1 << 15 else {
        throw context.noKernel(
          "vectors of \(input.element.name) have a result of scale 1/128 and zero point \(middle), "
            + "and at most 2^15 elements")
      }
      if input.element == .int8 {
        let (source, target) = (input.int8, output.int8)
        return Step(kernel: "qs8-l2-normalization--reference") {
          Self.reference(
            source, target, rows: rows, depth: depth, zeroPoint: zeroPoint, middle: middle)
        }
      }
      let (source, target) = (input.uint8, output.uint8)
      return Step(kernel: "qu8-l2-normalization--reference") {
        Self.reference(
          source, target, rows: rows, depth: depth, zeroPoint: zeroPoint, middle: middle)
      }
    }
    let (source, target) = (input.float32, output.float32)
    return Step(kernel: "f32-l2-normalization--reference") {
      Self.reference(source, target, rows: rows, depth: depth)
    }
  }
}
