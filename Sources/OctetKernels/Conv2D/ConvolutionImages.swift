/// Where a convolution's images come from and go to, in elements of one type.
package typealias ConvolutionImages<Element> = ConvolutionTensors<Element, Element>

/// The same of two types.
package struct ConvolutionTensors<Element, Result> {
  /// [batches][inputHeight][inputWidth][inputChannels].
  package let input: UnsafePointer<Element>
  /// [batches][outputHeight][outputWidth][outputChannels], pixels `pixelStride` elements apart.
  package let result: UnsafeMutablePointer<Result>
  package let pixelStride: Int
  package let batches: Int

  package init(
    input: UnsafePointer<Element>, result: UnsafeMutablePointer<Result>, pixelStride: Int,
    batches: Int
  ) {
    self.input = input
    self.result = result
    self.pixelStride = pixelStride
    self.batches = batches
  }
}

extension ConvolutionTensors<UInt8, UInt8> {
  /// The same bytes as int8.
  package var asInt8: ConvolutionImages<Int8> {
    ConvolutionImages<Int8>(
      input: UnsafeRawPointer(input).assumingMemoryBound(to: Int8.self),
      result: UnsafeMutableRawPointer(result).assumingMemoryBound(to: Int8.self),
      pixelStride: pixelStride, batches: batches)
  }
}
