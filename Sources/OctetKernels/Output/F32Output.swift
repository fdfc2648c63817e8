import COctetKernels

/// What becomes of float sums, channel by channel: `leaky(clamp(sum + bias))`. Kernels read it while they
/// run, so steps keep it alive.
package final class F32Output {
  package let channels: Int
  let raw: UnsafeMutablePointer<octet_f32_output>
  private let bias: UnsafeMutablePointer<Float>

  /// - Parameters:
  ///   - bias: nil for none.
  ///   - bounds: infinite ones do not clamp.
  ///   - slope: what numbers below zero are multiplied by, 0...1; 1 for none.
  package init(
    channels: Int, bias source: UnsafePointer<Float>?,
    bounds: (low: Float, high: Float) = (-.infinity, .infinity), slope: Float = 1
  ) {
    self.channels = channels
    // Room for a block of 16 from any channel on.
    bias = .aligned(channels + 16)
    bias.initialize(repeating: 0, count: channels + 16)
    if let source { bias.update(from: source, count: channels) }
    raw = .allocate(capacity: 1)
    raw.initialize(
      to: octet_f32_output(
        bias: bias, minimum: bounds.low, maximum: bounds.high, slope: slope))
  }

  deinit {
    raw.deallocate()
    bias.deallocate()
  }

  /// The same for channels from `first` on.
  func from(_ first: Int) -> octet_f32_output {
    var part = raw.pointee
    part.bias += first
    return part
  }
}
