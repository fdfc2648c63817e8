package import OctetDiagnostics
import OctetIR

extension Comparison {
  @inline(__always)
  static func reference<Element: Comparable>(
    _ kind: Kind
  ) -> (Element, Element) -> UInt8 {
    switch kind {
    case .equal: { $0 == $1 ? 1 : 0 }
    case .greater: { $0 > $1 ? 1 : 0 }
    case .greaterEqual: { $0 >= $1 ? 1 : 0 }
    case .less: { $0 < $1 ? 1 : 0 }
    case .lessEqual: { $0 <= $1 ? 1 : 0 }
    case .notEqual: { $0 != $1 ? 1 : 0 }
    }
  }

  /// For bools, which only an equality compares.
  static func referenceOfBools(_ kind: Kind) -> (UInt8, UInt8) -> UInt8 {
    let wanted = kind == .equal
    return { (($0 != 0) == ($1 != 0)) == wanted ? 1 : 0 }
  }
}

extension Comparison {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    switch context.input(0).element {
    case .int8: try step(context, "qs8", codes: Int8.self)
    case .uint8: try step(context, "qu8", codes: UInt8.self)
    case .float32: step(context, "f32", Self.reference(kind) as (Float, Float) -> UInt8)
    case .int32: step(context, "s32", Self.reference(kind) as (Int32, Int32) -> UInt8)
    case .int64: step(context, "s64", Self.reference(kind) as (Int64, Int64) -> UInt8)
    default: step(context, "bool", Self.referenceOfBools(kind))
    }
  }

  /// Codes are compared as numbers in one unit, with 8 bits to spare.
  ///
  /// Source: TFLite's `reference_ops::ComparisonWithScaling`.
  private func step<Code: FixedWidthInteger & BitwiseCopyable>(
    _ context: PrepareContext, _ type: String, codes: Code.Type
  ) throws(Diagnostic) -> Step {
    func scaled(_ operand: Int) throws(Diagnostic) -> (Code) -> Int32 {
      let (scale, zeroPoint) = try context.input(operand).perTensor()
      let (significand, shift) = FixedPoint.quantize(Double(scale))
      return { FixedPoint.multiply((Int32($0) - zeroPoint) << 8, significand, shift) }
    }
    let (left, right) = (try scaled(0), try scaled(1))
    let compare: (Int32, Int32) -> UInt8 = Self.reference(kind)
    return step(context, type) { (a: Code, b: Code) in compare(left(a), right(b)) }
  }

  private func step<Element: BitwiseCopyable>(
    _ context: PrepareContext, _ type: String, _ compare: @escaping (Element, Element) -> UInt8
  ) -> Step {
    BinaryStep.step(context, kernel: "\(type)-\(name)--reference", combine: compare)
  }
}
