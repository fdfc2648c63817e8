extension QS8GEMM {
  /// n rounded up to the 16 channels of a block: the length of bias, multiplier and shift.
  package static func paddedChannels(_ n: Int) -> Int { (n + 15) / 16 * 16 }

  /// k rounded up to a pair: the least distance of rows that do not share an element.
  package static func paddedDepth(_ k: Int) -> Int { (k + 1) / 2 * 2 }

  /// Int16 elements that `packWeights` writes. Traps if the count overflows Int.
  package static func packedWeightCount(n: Int, k: Int) -> Int {
    paddedChannels(n) * paddedDepth(k)
  }

  /// Reorders int8 weights [n][k] to int16 [⌈n/16⌉][⌈k/2⌉][16][2], with zeros where a row or a
  /// channel is missing. O(n · k); for prepare time.
  ///
  /// - Parameter packed: Room for `packedWeightCount(n:k:)` elements. Aligned to 32 bytes it is
  ///   read fastest.
  package static func packWeights(
    _ weights: UnsafePointer<Int8>, n: Int, k: Int, into packed: UnsafeMutablePointer<Int16>
  ) {
    var to = packed
    for firstChannel in stride(from: 0, to: n, by: 16) {
      for firstRow in stride(from: 0, to: k, by: 2) {
        for channel in firstChannel..<firstChannel + 16 {
          for row in firstRow..<firstRow + 2 {
            let isPresent = channel < n && row < k
            to.pointee = isPresent ? Int16(weights[channel * k + row]) : 0
            to += 1
          }
        }
      }
    }
  }
}
