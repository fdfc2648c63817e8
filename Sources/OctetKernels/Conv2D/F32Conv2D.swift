/// A float convolution prepared for this CPU: by Winograd's method where it costs less, else directly.
package final class F32Conv2D {
  package let kernel: String
  /// What each way was estimated to cost.
  package let estimates: [CostEstimate]
  private let makePhases: (ConvolutionImages<Float>, Int, Scratch) -> [Work]

  /// Nil for a convolution that only the reference can compute: its border is beyond 2^25 values.
  ///
  /// - Parameter pool: Packs the weights.
  package init?(_ convolution: F32Convolution, pool: WorkPool) {
    let directly = CostEstimate("direct", F32DirectConv2D.cost(convolution))
    var estimates = [directly]
    if let variant = F32Winograd.best, let cost = F32WinogradConv2D.cost(convolution) {
      estimates.append(CostEstimate("winograd", cost))
      if cost < directly.cost,
        let winograd = F32WinogradConv2D(convolution, pool: pool, variant: variant)
      {
        self.estimates = estimates
        kernel = winograd.kernel
        makePhases = { winograd.phases($0, threads: $1, scratch: $2) }
        return
      }
    }
    guard let direct = F32DirectConv2D(convolution, pool: pool) else { return nil }
    self.estimates = estimates
    kernel = direct.kernel
    makePhases = { direct.phases($0, threads: $1, scratch: $2) }
  }

  /// The work on `images`, whose scratch is asked for here.
  package func phases(
    _ images: ConvolutionImages<Float>, threads: Int, scratch: Scratch
  ) -> [Work] {
    makePhases(images, threads, scratch)
  }
}
