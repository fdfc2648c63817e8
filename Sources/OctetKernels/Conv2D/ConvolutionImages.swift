/// Where a convolution's images come from and go to.
package struct ConvolutionImages<Element> {
  /// [batches][inputHeight][inputWidth][inputChannels].
  package let input: UnsafePointer<Element>
  /// [batches][outputHeight][outputWidth][outputChannels], pixels `pixelStride` elements apart.
  package let result: UnsafeMutablePointer<Element>
  package let pixelStride: Int
  package let batches: Int

  package init(
    input: UnsafePointer<Element>, result: UnsafeMutablePointer<Element>, pixelStride: Int,
    batches: Int
  ) {
    self.input = input
    self.result = result
    self.pixelStride = pixelStride
    self.batches = batches
  }
}

extension ConvolutionImages<UInt8> {
  /// The same bytes as int8.
  package var asInt8: ConvolutionImages<Int8> {
    ConvolutionImages<Int8>(
      input: UnsafeRawPointer(input).assumingMemoryBound(to: Int8.self),
      result: UnsafeMutableRawPointer(result).assumingMemoryBound(to: Int8.self),
      pixelStride: pixelStride, batches: batches)
  }
}

extension ConvolutionImages<Int8> {
  /// The same bytes as uint8.
  var asUInt8: ConvolutionImages<UInt8> {
    ConvolutionImages<UInt8>(
      input: UnsafeRawPointer(input).assumingMemoryBound(to: UInt8.self),
      result: UnsafeMutableRawPointer(result).assumingMemoryBound(to: UInt8.self),
      pixelStride: pixelStride, batches: batches)
  }
}
