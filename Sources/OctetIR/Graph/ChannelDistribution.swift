import OctetDiagnostics

/// What a batch normalization makes of the channels of its input: over the data of its training, each has a mean and a
/// standard deviation.
package struct ChannelDistribution: Sendable {
  package let means: [Float]
  package let deviations: [Float]

  package init(means: [Float], deviations: [Float]) {
    self.means = means
    self.deviations = deviations
  }
}
