import OctetDiagnostics
import OctetIR
import OctetSchema

/// The clamp that some operators apply to their result.
package enum FusedActivation: String, Sendable, CaseIterable {
  case none
  case relu
  case relu1
  case relu6

  static let names = allCases.map { $0.rawValue }

  /// Reads attribute `activation`, `none` when it is absent.
  init(_ attributes: AttributeReader) throws(Diagnostic) {
    let name = try attributes.symbol("activation", among: Self.names, default: "none")
    self = FusedActivation(rawValue: name) ?? .none
  }

  var attribute: Attribute { Attribute("activation", .symbol(rawValue)) }

  /// Throws `OCT0205` for the activations that TFLite names but does not compute.
  init(_ type: ActivationFunctionType) throws(Diagnostic) {
    switch type {
    case .none: self = .none
    case .relu: self = .relu
    case .reluN1To1: self = .relu1
    case .relu6: self = .relu6
    default:
      throw Diagnostic(
        .invalidAttribute, "fused activation \(type.name ?? "\(type.rawValue)") has no kernel")
    }
  }

  var schema: ActivationFunctionType {
    switch self {
    case .none: .none
    case .relu: .relu
    case .relu1: .reluN1To1
    case .relu6: .relu6
    }
  }

  /// Bounds of the real result. As in TFLite the largest finite numbers bound it where nothing else does.
  package var bounds: (low: Float, high: Float) {
    switch self {
    case .none: (-.greatestFiniteMagnitude, .greatestFiniteMagnitude)
    case .relu: (0, .greatestFiniteMagnitude)
    case .relu1: (-1, 1)
    case .relu6: (0, 6)
    }
  }

  /// Bounds of a result of whole numbers.
  func wholeBounds<Number: FixedWidthInteger>() -> (low: Number, high: Number) {
    let (low, high) = bounds
    return (
      low > -.greatestFiniteMagnitude ? Number(low) : .min,
      high < .greatestFiniteMagnitude ? Number(high) : .max
    )
  }

  /// Bounds of the quantized result: the real bounds quantized, within the type's codes.
  ///
  /// Source: TFLite's `CalculateActivationRangeQuantized`.
  func codeBounds<Code: FixedWidthInteger>(
    _ type: Code.Type, scale: Float, zeroPoint: Int32
  ) -> (low: Code, high: Code) {
    func code(_ real: Float) -> Code {
      let steps = (real / scale).rounded(.toNearestOrAwayFromZero)
      return Code(clamping: zeroPoint + Int32(max(-100_000, min(100_000, steps))))
    }
    let (low, high) = bounds
    return (
      low > -.greatestFiniteMagnitude ? code(low) : .min,
      high < .greatestFiniteMagnitude ? code(high) : .max
    )
  }
}
