package import OctetDiagnostics
import OctetIR

extension Binary {
  /// Source: TFLite's `reference_ops::FloorDiv`, which divides in double precision, and `FloorMod`.
  var reference: (Float, Float) -> Float {
    switch kind {
    case .floorDiv: { Float((Double($0) / Double($1)).rounded(.down)) }
    case .floorMod:
      { a, b in
        let remainder = RealFunctions.remainder(a, b)
        return remainder != 0 && (b < 0) != (remainder < 0) ? remainder + b : remainder
      }
    case .pow: RealFunctions.power
    case .squaredDifference: { ($0 - $1) * ($0 - $1) }
    }
  }

  var wholeReference: (Int32, Int32) -> Int32 {
    switch kind {
    case .floorDiv:
      { a, b in
        let quotient = Div.reference(a, b)
        return b != 0 && (a < 0) != (b < 0) && quotient &* b != a ? quotient - 1 : quotient
      }
    case .floorMod:
      { a, b in
        guard b != 0 else { return 0 }
        let remainder = a.remainderReportingOverflow(dividingBy: b).partialValue
        return remainder != 0 && (b < 0) != (remainder < 0) ? remainder + b : remainder
      }
    case .pow: Self.power
    case .squaredDifference: { ($0 &- $1) &* ($0 &- $1) }
    }
  }

  static func power(_ base: Int32, _ exponent: Int32) -> Int32 {
    if exponent < 0 {
      switch base {
      case 1: return 1
      case -1: return exponent & 1 == 0 ? 1 : -1
      default: return 0
      }
    }
    var (result, factor, left) = (1 as Int32, base, exponent)
    while left > 0 {
      if left & 1 == 1 { result = result &* factor }
      factor = factor &* factor
      left >>= 1
    }
    return result
  }
}

extension Binary {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    if context.input(0).element == .float32 {
      return BinaryStep.step(context, kernel: "f32-\(name)--reference", combine: reference)
    }
    return BinaryStep.step(
      context, kernel: "s32-\(name)--reference",
      combine: wholeReference)
  }
}
