import OctetKernels

/// Copies n values and fills up to whole blocks of channels with zeros: a kernel's bias.
func padChannels(
  _ values: UnsafePointer<Float>, n: Int, into padded: UnsafeMutablePointer<Float>
) {
  for channel in 0..<F32GEMM.paddedChannels(n) {
    padded[channel] = channel < n ? values[channel] : 0
  }
}
