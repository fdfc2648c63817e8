extension F32GEMM {
  /// n rounded up to the 16 channels of a block: the length of bias.
  package static func paddedChannels(_ n: Int) -> Int { (n + 15) / 16 * 16 }

  /// Floats that `packWeights` writes. Traps if the count overflows Int.
  package static func packedWeightCount(n: Int, k: Int) -> Int { paddedChannels(n) * k }

  /// Reorders weights [n][k] to [⌈n/16⌉][k][16], with zeros where a channel is missing. O(n · k);
  /// for prepare time.
  ///
  /// - Parameter packed: Room for `packedWeightCount(n:k:)` elements. Aligned to 32 bytes it is
  ///   read fastest.
  package static func packWeights(
    _ weights: UnsafePointer<Float>, n: Int, k: Int, into packed: UnsafeMutablePointer<Float>
  ) {
    var to = packed
    for firstChannel in stride(from: 0, to: n, by: 16) {
      for row in 0..<k {
        for channel in firstChannel..<firstChannel + 16 {
          to.pointee = channel < n ? weights[channel * k + row] : 0
          to += 1
        }
      }
    }
  }
}
