package import OctetDiagnostics
import OctetIR

extension LogSoftmax {
  static func reference(
    _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, rows: Int, depth: Int
  ) {
    for row in 0..<rows {
      let (source, target) = (input + row * depth, output + row * depth)
      var largest = -Float.greatestFiniteMagnitude
      for i in 0..<depth { largest = max(largest, source[i]) }
      var sum: Float = 0
      for i in 0..<depth { sum += RealFunctions.exp(source[i] - largest) }
      let logarithm = RealFunctions.log(sum)
      for i in 0..<depth { target[i] = source[i] - largest - logarithm }
    }
  }

  /// Results are in steps of 1/16, from the largest code down.
  ///
  /// Source: TFLite's `reference_ops::LogSoftmax` for int8 and uint8.
  static func reference<Code: FixedWidthInteger>(
    _ input: UnsafePointer<Code>, _ output: UnsafeMutablePointer<Code>, rows: Int, depth: Int,
    _ scaling: Softmax.Int8Scaling
  ) {
    let (least, most) = (Int32(Code.min), Int32(Code.max))
    // What turns exponents in Q5.26 back into differences of codes.
    let back = FixedPoint.quantize(
      Double(Int64(1) << Int64(31 - scaling.leftShift)) / Double(scaling.significand))
    for row in 0..<rows {
      let (source, target) = (input + row * depth, output + row * depth)
      var largest = least
      for i in 0..<depth { largest = max(largest, Int32(source[i])) }
      // Q12.19
      var sum: Int32 = 0
      for i in 0..<depth {
        let difference = Int32(source[i]) - largest
        guard difference >= scaling.smallestDifference else { continue }
        sum &+= FixedPoint.roundingDivide(
          FixedPoint.expOfNegative(scaling.exponent(difference)), byPowerOfTwo: 12)
      }
      let logarithm = FixedPoint.log(sum)
      let smallest = max(
        scaling.smallestDifference - 1,
        FixedPoint.multiply(logarithm &+ .min, back.significand, back.shift))
      for i in 0..<depth {
        let difference = Int32(source[i]) - largest
        guard difference > smallest else {
          target[i] = .min
          continue
        }
        // Q9.22
        let code = FixedPoint.roundingDivide(
          scaling.exponent(difference) &- logarithm, byPowerOfTwo: 22)
        target[i] = Code(max(least, min(most, code &+ most)))
      }
    }
  }
}

extension LogSoftmax {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, output) = (context.input(0), context.output)
    let depth = input.extents.last ?? 1
    let rows = input.count / max(depth, 1)
    if input.element == .float32 {
      let (source, target) = (input.float32, output.float32)
      return Step(kernel: "f32-log-softmax--reference") {
        Self.reference(source, target, rows: rows, depth: depth)
      }
    }
    let (to, most) = (try output.perTensor(), input.element == .uint8 ? 255 : 127 as Int32)
    guard to.scale == 1 / 16, to.zeroPoint == most else {
      throw context.noKernel(
        "an \(input.element.name) logarithm of a softmax needs output scale 1/16 and zero point \(most)"
      )
    }
    let scaling = Softmax.Int8Scaling(beta: 1, inputScale: try input.perTensor().scale)
    if input.element == .uint8 {
      let (source, target) = (input.uint8, output.uint8)
      return Step(kernel: "qu8-log-softmax--reference") {
        Self.reference(source, target, rows: rows, depth: depth, scaling)
      }
    }
    let (source, target) = (input.int8, output.int8)
    return Step(kernel: "qs8-log-softmax--reference") {
      Self.reference(source, target, rows: rows, depth: depth, scaling)
    }
  }
}
