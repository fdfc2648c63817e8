package import OctetDiagnostics
import OctetIR

extension Softmax {
  static func reference(
    _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, rows: Int, depth: Int,
    beta: Float
  ) {
    for row in 0..<rows {
      let source = input + row * depth
      let target = output + row * depth
      var largest = source[0]
      for i in 1..<max(depth, 1) { largest = max(largest, source[i]) }
      var sum: Float = 0
      for i in 0..<depth {
        target[i] = RealFunctions.exp((source[i] - largest) * beta)
        sum += target[i]
      }
      for i in 0..<depth { target[i] /= sum }
    }
  }

  /// The parameters of an int8 softmax: differences from the largest code as Q5.26 exponents.
  ///
  /// Source: TFLite's `PreprocessSoftmaxScaling` and `CalculateInputRadius`.
  struct Int8Scaling {
    let significand: Int32
    let leftShift: Int32
    /// Smaller differences contribute nothing.
    let smallestDifference: Int32

    init(beta: Float, inputScale: Float) {
      // Q5.26: 5 integer bits leave 26 for the fraction.
      let unit = Double(Int64(1) << 26)
      let real = min(Double(beta) * Double(inputScale) * unit, Double(Int64(1) << 31) - 1)
      (significand, leftShift) = FixedPoint.quantize(real)
      let radius = 31 * unit / Double(Int64(1) << Int64(max(0, leftShift)))
      smallestDifference = -Int32(min(radius.rounded(.down), 1_073_741_824))
    }

    @inline(__always)
    func exponent(_ difference: Int32) -> Int32 {
      FixedPoint.doublingHighMultiply(difference &<< leftShift, significand)
    }
  }

  /// Source: TFLite's `reference_ops::Softmax` for int8 and uint8.
  static func reference<Code: FixedWidthInteger>(
    _ input: UnsafePointer<Code>, _ output: UnsafeMutablePointer<Code>, rows: Int, depth: Int,
    _ scaling: Int8Scaling
  ) {
    let (least, most) = (Int32(Code.min), Int32(Code.max))
    for row in 0..<rows {
      let source = input + row * depth
      let target = output + row * depth
      var largest = Int32(source[0])
      for i in 1..<max(depth, 1) { largest = max(largest, Int32(source[i])) }
      // Q12.19
      var sum: Int32 = 0
      for i in 0..<depth {
        let difference = Int32(source[i]) - largest
        guard difference >= scaling.smallestDifference else { continue }
        let term = FixedPoint.roundingDivide(
          FixedPoint.expOfNegative(scaling.exponent(difference)), byPowerOfTwo: 12)
        sum = sum > .max - term ? .max : sum + term
      }
      let (reciprocal, bitsOverUnit) = FixedPoint.reciprocal(sum, integerBits: 12)
      for i in 0..<depth {
        let difference = Int32(source[i]) - largest
        guard difference >= scaling.smallestDifference else {
          target[i] = .min
          continue
        }
        let exponential = FixedPoint.expOfNegative(scaling.exponent(difference))
        // Sums of 512 and more would shift by more than 31 bits, where the source is undefined; every
        // probability is then below half a code.
        let shift = bitsOverUnit + 31 - 8
        let code =
          shift > 31
          ? 0
          : FixedPoint.roundingDivide(
            FixedPoint.doublingHighMultiply(reciprocal, exponential), byPowerOfTwo: shift)
        target[i] = Code(max(least, min(most, code + least)))
      }
    }
  }
}

extension Softmax {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, output) = (context.input(0), context.output)
    let depth = input.extents[input.extents.count - 1]
    let rows = input.count / depth
    switch input.element {
    case .float32:
      let (source, target, beta) = (input.float32, output.float32, beta)
      return Step(kernel: "f32-softmax--reference") {
        Self.reference(source, target, rows: rows, depth: depth, beta: beta)
      }
    case .int16:
      let tables = try Int16Tables(input.type, output.type, beta: beta, depth: depth)
      let (source, target) = (input.int16, output.int16)
      return Step(kernel: "qs16-softmax--reference") {
        Self.reference(source, target, rows: rows, depth: depth, tables)
      }
    default:
      let to = try output.perTensor()
      let least: Int32 = input.element == .uint8 ? 0 : -128
      guard to.scale == 1 / 256, to.zeroPoint == least else {
        throw context.noKernel(
          "an \(input.element.name) softmax needs output scale 1/256 and zero point \(least)")
      }
      let scaling = Int8Scaling(beta: beta, inputScale: try input.perTensor().scale)
      if input.element == .uint8 {
        let (source, target) = (input.uint8, output.uint8)
        return Step(kernel: "qu8-softmax--reference") {
          Self.reference(source, target, rows: rows, depth: depth, scaling)
        }
      }
      let (source, target) = (input.int8, output.int8)
      return Step(kernel: "qs8-softmax--reference") {
        Self.reference(source, target, rows: rows, depth: depth, scaling)
      }
    }
  }
}
