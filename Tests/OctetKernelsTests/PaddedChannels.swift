import OctetKernels

/// Copies n values and fills up to whole blocks of channels with zeros: a kernel's bias, multiplier or shift.
func padChannels<Value: Numeric>(
  _ values: UnsafePointer<Value>, n: Int, into padded: UnsafeMutablePointer<Value>
) {
  for channel in 0..<QS8GEMM.paddedChannels(n) {
    padded[channel] = channel < n ? values[channel] : 0
  }
}
