package import OctetDiagnostics

extension LocalResponseNormalization {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (source, target) = (context.input(0).float32, context.output.float32)
    let channels = context.output.extents[3]
    let rows = channels == 0 ? 0 : context.output.count / channels
    return Step(kernel: "f32-local-response-normalization--reference") { [self] in
      Self.reference(
        source, target, rows: rows, channels: channels, radius: radius, bias: bias, alpha: alpha,
        beta: beta)
    }
  }
}
