package import OctetDiagnostics
import OctetIR

extension ComplexPart {
  /// Source: TFLite's `complex_support.cc`; the magnitude is the C++ library's, without overflow between.
  static func reference(_ number: Complex<Float>, _ kind: Kind) -> Float {
    switch kind {
    case .real: return number.real
    case .imaginary: return number.imaginary
    case .magnitude:
      let (a, b) = (Double(number.real), Double(number.imaginary))
      return Float((a * a + b * b).squareRoot())
    }
  }

  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (source, target) = (
      context.input(0).elements(Complex<Float>.self), context.output.float32
    )
    let kind = kind
    return Step(kernel: "c64-\(kind.rawValue)--reference", elements: context.output.count) {
      first, count in
      for i in first..<first + count { target[i] = Self.reference(source[i], kind) }
    }
  }
}
