import COctetKernels

/// How int64 sums become int16 outputs, channel by channel: `clamp(scale(sum + bias))`. Kernels read it while they
/// run, so steps keep it alive.
package final class QS16Output {
  /// How sums are scaled.
  package enum Scaling {
    /// Q15 multipliers in 0...2^15 − 1, and by how much products are shifted right, rounded to nearest with ties
    /// up; 8...46.
    case fixedPoint(multipliers: [Int32], shifts: [Int32])
    /// One product in double precision, rounded to nearest with ties away from zero.
    case real([Double])
  }

  package let channels: Int
  private let bias: UnsafeMutablePointer<Int64>
  private let integers: UnsafeMutablePointer<Int32>
  private let reals: UnsafeMutablePointer<Double>?
  private let bounds: (low: Int16, high: Int16)

  /// - Parameter bias: added to the sums modulo 2^64; nil for none.
  package init(
    channels: Int, bias source: UnsafePointer<Int64>?, scaling: Scaling,
    bounds: (low: Int16, high: Int16)
  ) {
    self.channels = channels
    self.bounds = bounds
    bias = .aligned(channels)
    bias.initialize(repeating: 0, count: channels)
    if let source { bias.update(from: source, count: channels) }
    integers = .aligned(2 * channels)
    integers.initialize(repeating: 0, count: 2 * channels)
    switch scaling {
    case .fixedPoint(let multipliers, let shifts):
      reals = nil
      for i in 0..<channels { (integers[i], integers[channels + i]) = (multipliers[i], shifts[i]) }
    case .real(let multipliers):
      let reals = UnsafeMutablePointer<Double>.aligned(channels)
      for i in 0..<channels { reals[i] = multipliers[i] }
      self.reals = reals
    }
  }

  deinit {
    bias.deallocate()
    integers.deallocate()
    reals?.deallocate()
  }

  /// The same for channels from `first` on.
  func from(_ first: Int) -> octet_qs16_output {
    octet_qs16_output(
      bias: bias + first, multiplier: integers + first, shift: integers + channels + first,
      real_multiplier: reals.map { UnsafePointer($0 + first) }, minimum: Int32(bounds.low),
      maximum: Int32(bounds.high))
  }
}
