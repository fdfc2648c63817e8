import OctetData
import OctetDiagnostics
public import OctetQuantize

/// What a model of several precisions is to reach.
public enum PrecisionGoal: Sendable, Equatable {
  /// Beside the float model, on samples that were held back.
  case metric(TargetMetric)
  /// As a program of the user's measures it.
  case command(MetricCommand)

  func isReached(by value: Double) -> Bool {
    switch self {
    case .metric(let metric): metric.isReached(by: value)
    case .command(let command): !isBetter(command.target, than: value)
    }
  }

  func isBetter(_ value: Double, than other: Double) -> Bool {
    isLowerBetter ? value < other : value > other
  }

  private var isLowerBetter: Bool {
    switch self {
    case .metric(.sqnr): false
    case .metric(.top1Drop): true
    case .command(let command): command.lowerIsBetter
    }
  }

  var text: String {
    switch self {
    case .metric(let metric): metric.text
    case .command(let command):
      "a metric of at \(command.lowerIsBetter ? "most" : "least") \(shortDecimal(command.target))"
    }
  }

  /// A value in words.
  func text(_ value: Double) -> String {
    switch self {
    case .metric(let metric): metric.text(value)
    case .command: shortDecimal(value)
    }
  }

  /// What is measured, whatever its target is.
  var measure: String {
    switch self {
    case .metric(.sqnr): "signal to noise of the outputs, dB"
    case .metric(.top1Drop): "best classes changed, %"
    case .command(let command): "what '\(command.command)' prints"
    }
  }

  /// What is to be reached, in the unit of `measure`.
  var target: Double {
    switch self {
    case .metric(.sqnr(let decibels)): decibels
    case .metric(.top1Drop(let part)): part * 100
    case .command(let command): command.target
    }
  }

  /// A value for a table, in the unit of `measure`.
  func cell(_ value: Double) -> String {
    if case .command = self { return shortDecimal(value) }
    return decimals(number(value), 3)
  }

  /// A value in the unit of `measure`.
  func number(_ value: Double) -> Double {
    if case .metric(.top1Drop) = self { return value * 100 }
    return value
  }
}
