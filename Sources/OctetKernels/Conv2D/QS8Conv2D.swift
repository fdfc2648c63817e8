/// An int8 convolution prepared for this CPU: by Winograd's method where that is exact and costs less,
/// else directly.
package final class QS8Conv2D {
  private enum Implementation {
    case direct(QS8DirectConv2D)
    case winograd(QS8WinogradConv2D)
  }

  private let implementation: Implementation
  /// What each way was estimated to cost.
  package let estimates: [CostEstimate]

  /// Nil for a convolution that only the reference can compute: its border is beyond 2^26 bytes.
  ///
  /// - Parameter pool: Packs the weights.
  package init?(_ convolution: QS8Convolution, pool: WorkPool) {
    var estimates = [CostEstimate("direct", QS8DirectConv2D.cost(convolution))]
    if let variant = QS8Winograd.best, let cost = QS8WinogradConv2D.cost(convolution) {
      estimates.append(CostEstimate("winograd", cost))
      if cost < estimates[0].cost,
        let winograd = QS8WinogradConv2D(convolution, pool: pool, variant: variant)
      {
        implementation = .winograd(winograd)
        self.estimates = estimates
        return
      }
    }
    guard let direct = QS8DirectConv2D(convolution, pool: pool) else { return nil }
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
    _ images: ConvolutionImages<Int8>, threads: Int, scratch: Scratch
  ) -> [Work] {
    switch implementation {
    case .direct(let direct): direct.phases(images, threads: threads, scratch: scratch)
    case .winograd(let winograd): winograd.phases(images, threads: threads, scratch: scratch)
    }
  }
}

/// What one way to compute a layer is estimated to cost, in units of a vector multiply-add.
package struct CostEstimate: Sendable {
  package let name: String
  package let cost: Int

  package init(_ name: String, _ cost: Int) {
    self.name = name
    self.cost = cost
  }
}
