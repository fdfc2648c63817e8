/// A float convolution prepared for this CPU: by Winograd's method where it costs less, else directly.
package final class F32Conv2D {
  private enum Implementation {
    case direct(F32DirectConv2D)
    case winograd(F32WinogradConv2D)
  }

  private let implementation: Implementation
  /// What each way was estimated to cost.
  package let estimates: [CostEstimate]

  /// Nil for a convolution that only the reference can compute: its border is beyond 2^27 bytes.
  ///
  /// - Parameter pool: Packs the weights.
  package init?(_ convolution: F32Convolution, pool: WorkPool) {
    var estimates = [CostEstimate("direct", F32DirectConv2D.cost(convolution))]
    if let variant = F32Winograd.best, let cost = F32WinogradConv2D.cost(convolution) {
      estimates.append(CostEstimate("winograd", cost))
      if cost < estimates[0].cost,
        let winograd = F32WinogradConv2D(convolution, pool: pool, variant: variant)
      {
        implementation = .winograd(winograd)
        self.estimates = estimates
        return
      }
    }
    guard let direct = F32DirectConv2D(convolution, pool: pool) else { return nil }
    implementation = .direct(direct)
    self.estimates = estimates
  }

  package var kernel: String {
    switch implementation {
    case .direct(let direct): direct.kernel
    case .winograd(let winograd): winograd.kernel
    }
  }

  /// The work on `images`, whose scratch is asked for here.
  package func phases(
    _ images: ConvolutionImages<Float>, threads: Int, scratch: Scratch
  ) -> [Work] {
    switch implementation {
    case .direct(let direct): direct.phases(images, threads: threads, scratch: scratch)
    case .winograd(let winograd): winograd.phases(images, threads: threads, scratch: scratch)
    }
  }
}
