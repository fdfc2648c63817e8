import OctetDiagnostics
import OctetIR
import OctetOps

/// Parts of formulas. Constants are called after what they are in the formula.
extension GraphBuilder {
  /// A float32 constant without dimensions.
  mutating func scalar(_ name: String, _ value: Float) -> ValueID {
    constant(name, Tensor([], [value]))
  }

  mutating func sum(_ id: ValueID, _ term: Float, _ name: String) throws(Diagnostic) -> ValueID {
    try add(Add(), [id, scalar(name, term)])
  }

  mutating func product(
    _ id: ValueID, _ factor: Float, _ name: String
  ) throws(Diagnostic) -> ValueID {
    try add(Mul(), [id, scalar(name, factor)])
  }

  mutating func quotient(
    _ dividend: Float, _ id: ValueID, _ name: String
  ) throws(Diagnostic) -> ValueID {
    try add(Div(), [scalar(name, dividend), id])
  }
}
