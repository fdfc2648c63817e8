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
