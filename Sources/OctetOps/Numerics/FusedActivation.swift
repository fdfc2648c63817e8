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

  /// Bounds of the int32 result.
  var int32Bounds: (low: Int32, high: Int32) {
    let (low, high) = bounds
    return (
      low > -.greatestFiniteMagnitude ? Int32(low) : .min,
      high < .greatestFiniteMagnitude ? Int32(high) : .max
    )
  }

  /// Bounds of the int8 result: the real bounds quantized, within -128...127.
  ///
  /// Source: TFLite's `CalculateActivationRangeQuantized`.
  func int8Bounds(scale: Float, zeroPoint: Int32) -> (low: Int8, high: Int8) {
    func code(_ real: Float) -> Int32 {
      let steps = (real / scale).rounded(.toNearestOrAwayFromZero)
      return zeroPoint + Int32(max(-1000, min(1000, steps)))
    }
    let (low, high) = bounds
    let lowCode = low > -.greatestFiniteMagnitude ? max(-128, code(low)) : -128
    let highCode = high < .greatestFiniteMagnitude ? min(127, code(high)) : 127
    return (Int8(min(lowCode, 127)), Int8(max(highCode, -128)))
  }
}
