import OctetDiagnostics

/// Why numbers differ from a reference's, in words.
public struct Cause: Sendable, Equatable {
  public enum Kind: String, Sendable, CaseIterable {
    /// Numbers that are NaN or infinite.
    case unreal = "not-a-number"
    /// Weights are the reference's in another order.
    case permutedWeights = "permuted-weights"
    /// Weights are others than the reference's by more than rounding.
    case otherWeights = "other-weights"
    /// A bias does not fit int32 at its scale.
    case saturatedBias = "saturated-bias"
    case otherBias = "other-bias"
    /// A scale does not fit those of the tensors around it.
    case otherScale = "other-scale"
    /// An operator reads other tensors than the reference's.
    case otherInput = "other-input"
    /// An operator or a clamp of the reference is missing.
    case missingOperator = "missing-operator"
    /// An operator has other settings than the reference's.
    case otherSettings = "other-settings"
    /// The error lies at the border of the picture.
    case padding
    /// The data go beyond the range.
    case clipped
    /// The range has the data's width and lies beside them.
    case zeroPoint = "zero-point"
    /// The range is wider than the data need.
    case wideRange = "wide-range"
    /// The range is that of a concatenation whose other operands are wider.
    case concatenation
    /// A channel needs a range many times that of the others.
    case outlierChannel = "outlier-channel"
    /// Channels use few codes of their weights.
    case fewCodes = "few-weight-codes"
    /// The operator's scale is fixed, and its numbers are small.
    case fixedScale = "fixed-scale"
    /// What is calibrated fits other data.
    case calibrationData = "calibration-data"
    /// What eight bits cost anyway.
    case rounding

    /// Whether the part computes something else than the reference's.
    var isOfOperator: Bool {
      [
        .unreal, .permutedWeights, .otherWeights, .saturatedBias, .otherBias, .missingOperator,
        .otherSettings, .otherScale, .otherInput, .padding,
      ].contains(self)
    }

    /// Whether it is a fault whatever it costs.
    var isCertain: Bool {
      [.unreal, .permutedWeights, .saturatedBias, .otherScale, .zeroPoint].contains(self)
    }
  }

  public let kind: Kind
  /// The tensor that the cause lies in, where that is another than the one whose error it explains.
  public let tensor: String?
  /// A sentence without a full stop.
  public let text: String
  /// What to do; empty where there is nothing to mend.
  public let fix: String

  init(_ kind: Kind, _ text: String, fix: String = "", of tensor: String? = nil) {
    (self.kind, self.text, self.fix, self.tensor) = (kind, text, fix, tensor)
  }

  var json: JSON {
    .members([
      ("kind", .string(kind.rawValue)), ("text", .string(text)),
      ("fix", fix.isEmpty ? nil : .string(fix)),
    ])
  }
}
