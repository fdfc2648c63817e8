public import OctetDiagnostics
import OctetIR

/// Which algorithm gives the range of which tensor.
public struct CalibrationRules: Sendable {
  /// Of the tensors that no exception names.
  public var algorithm: CalibrationAlgorithm
  /// By pattern of the tensor's name; the last that matches counts.
  public var exceptions: [(pattern: NamePattern, algorithm: CalibrationAlgorithm)]
  /// Tensors whose ranges reach as far below zero as above it, so that their zero point is 0.
  public var symmetric: [NamePattern]

  public init(
    _ algorithm: CalibrationAlgorithm,
    exceptions: [(pattern: NamePattern, algorithm: CalibrationAlgorithm)] = [],
    symmetric: [NamePattern] = []
  ) {
    self.algorithm = algorithm
    self.exceptions = exceptions
    self.symmetric = symmetric
  }

  func algorithm(of name: String) -> CalibrationAlgorithm {
    exceptions.last { $0.pattern.matches(name) }?.algorithm ?? algorithm
  }

  func isSymmetric(_ name: String) -> Bool { symmetric.contains { $0.matches(name) } }

  /// `entropy`, or with exceptions `min-max conv1=percentile:99.9`.
  public var text: String {
    ([algorithm.text] + exceptions.map { "\($0.pattern.text)=\($0.algorithm.text)" })
      .joined(separator: " ")
  }

  package var needsCounts: Bool {
    algorithm.needsCounts || exceptions.contains { $0.algorithm.needsCounts }
  }
}
