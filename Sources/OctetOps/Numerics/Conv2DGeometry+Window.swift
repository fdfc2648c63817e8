import OctetKernels

extension Conv2DGeometry {
  /// The geometry of a convolution that inference has accepted.
  init(
    _ image: TensorView, kernel: Steps, outputChannels: Int, stride: Steps, dilation: Steps,
    padding: WindowPadding
  ) {
    guard
      let rows = padding.span(
        input: image.extents[1], window: kernel.height, stride: stride.height,
        dilation: dilation.height),
      let columns = padding.span(
        input: image.extents[2], window: kernel.width, stride: stride.width,
        dilation: dilation.width)
    else { preconditionFailure("inference has accepted the window") }
    self.init(
      inputHeight: image.extents[1], inputWidth: image.extents[2],
      inputChannels: image.extents[3], kernelHeight: kernel.height, kernelWidth: kernel.width,
      strideHeight: stride.height, strideWidth: stride.width, dilationHeight: dilation.height,
      dilationWidth: dilation.width, padTop: rows.before, padLeft: columns.before,
      outputHeight: rows.output, outputWidth: columns.output, outputChannels: outputChannels)
  }
}
