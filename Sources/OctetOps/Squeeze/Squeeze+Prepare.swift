package import OctetDiagnostics
import OctetIR

extension Squeeze {
  /// As a reshape.
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    try Reshape(shape: []).prepare(context)
  }
}
