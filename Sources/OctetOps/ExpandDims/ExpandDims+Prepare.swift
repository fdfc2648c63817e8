package import OctetDiagnostics

extension ExpandDims {
  /// As a reshape.
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    try Reshape(shape: []).prepare(context)
  }
}
