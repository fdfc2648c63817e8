/// An int8 convolution prepared for this CPU: by Winograd's method where that is exact and costs less,
/// else directly.
package final class QS8Conv2D {
  package let kernel: String
  /// What each way was estimated to cost.
  package let estimates: [CostEstimate]
  private let makePhases: (ConvolutionImages<Int8>, Int, Scratch) -> [Work]

  /// Nil for a convolution that only the reference can compute: its border is beyond 2^25 values.
  ///
  /// - Parameter pool: Packs the weights.
  package init?(_ convolution: QS8Convolution, pool: WorkPool) {
    let directly = CostEstimate("direct", QS8DirectConv2D.cost(convolution))
    var estimates = [directly]
    if let variant = QS8Winograd.best, let cost = QS8WinogradConv2D.cost(convolution) {
      estimates.append(CostEstimate("winograd", cost))
      if cost < directly.cost,
        let winograd = QS8WinogradConv2D(convolution, pool: pool, variant: variant)
      {
        self.estimates = estimates
        kernel = winograd.kernel
        makePhases = { winograd.phases($0, threads: $1, scratch: $2) }
        return
      }
    }
    guard let direct = QS8DirectConv2D(convolution, pool: pool) else { return nil }
    self.estimates = estimates
    kernel = direct.kernel
    makePhases = { direct.phases($0, threads: $1, scratch: $2) }
  }

  /// The work on `images`, whose scratch is asked for here.
  package func phases(
    _ images: ConvolutionImages<Int8>, threads: Int, scratch: Scratch
  ) -> [Work] {
    makePhases(images, threads, scratch)
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
