/// How a tensor's range follows from its values.
///
/// With every algorithm, before an activation that shrinks negative numbers the lower end is the one with the
/// least error after it.
public enum CalibrationAlgorithm: Sendable, Hashable {
  /// The smallest and the largest value.
  case minMax
  /// The threshold with the least loss of information (Kullback-Leibler divergence) between the
  /// values and their quantized form; TensorRT's 'entropy calibration 2'. A tensor of which fewer than
  /// 2048 values are seen gets its extremes.
  case entropy
  /// The range that this many percent of the values lie in, half of the others beyond each end.
  /// 0 < percent <= 100.
  case percentile(Double)
  /// The range with the least mean squared error, of rounding within it and of clipping beyond it.
  case meanSquaredError

  public static let defaultPercentile = 99.99

  /// The names that `init(_:)` takes, without a percentile's number.
  public static let names = ["min-max", "entropy", "percentile", "mse"]

  /// Reads `min-max`, `entropy`, `mse`, `percentile` (of 99.99) or `percentile:99.9`; nil for anything else.
  public init?(_ text: String) {
    switch text {
    case "min-max": self = .minMax
    case "entropy": self = .entropy
    case "mse": self = .meanSquaredError
    case "percentile": self = .percentile(Self.defaultPercentile)
    default:
      let parts = text.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 2, parts[0] == "percentile", let percent = Double(parts[1]),
        percent > 0, percent <= 100
      else { return nil }
      self = .percentile(percent)
    }
  }

  /// What `init(_:)` reads back.
  public var text: String {
    switch self {
    case .minMax: "min-max"
    case .entropy: "entropy"
    case .percentile(let percent): "percentile:\(percent)"
    case .meanSquaredError: "mse"
    }
  }

  /// Whether it needs to know how the values are distributed, not only their extremes.
  var needsCounts: Bool { self != .minMax }
}
