import OctetDiagnostics

/// A change of what a model computes that it needs its user's consent for: `--fix NAME`.
package enum Fix: String, Sendable, CaseIterable {
  case movingStatistics = "bn-moving-statistics"
  case batchStatistics = "bn-batch-statistics"
  case training = "training=false"
  case randomMean = "random=mean"
  case storedVariables = "stored-variables"
  case noFakeQuantization = "fake-quantization=off"

  /// One line for people.
  package var summary: String {
    switch self {
    case .movingStatistics:
      "batch normalization that was exported as it trains uses the stored moving mean and variance"
    case .batchStatistics:
      "batch normalization that was exported as it trains computes mean and variance of its input"
    case .training: "inputs that say whether the model is trained are false"
    case .randomMean: "random numbers, as of dropout and noise, become their mean"
    case .noFakeQuantization:
      "what quantization-aware training rounds is not rounded and its ranges are forgotten, so that it is quantized anew"
    case .storedVariables: "variables that the model changes while it runs keep their stored values"
    }
  }

  /// A way out by this fix.
  func help(_ text: String) -> Diagnostic.Help {
    Diagnostic.Help(text, arguments: ["--fix", rawValue])
  }
}
