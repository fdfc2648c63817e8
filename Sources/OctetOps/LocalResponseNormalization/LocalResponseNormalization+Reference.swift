package import OctetDiagnostics

extension LocalResponseNormalization {
  /// Source: TensorFlow's definition, whose window has `2 * radius + 1` channels.
  static func reference(
    _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, rows: Int, channels: Int,
    radius: Int, bias: Float, alpha: Float, beta: Float
  ) {
    for row in 0..<rows {
      let first = row * channels
      for channel in 0..<channels {
        var sum: Float = 0
        for i in max(0, channel - radius)..<min(channels, channel + radius + 1) {
          sum += input[first + i] * input[first + i]
        }
        output[first + channel] =
          input[first + channel] * RealFunctions.power(bias + alpha * sum, -beta)
      }
    }
  }
}

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
