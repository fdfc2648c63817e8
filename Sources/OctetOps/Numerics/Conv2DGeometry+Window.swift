import OctetKernels

extension Conv2DGeometry {
  /// The geometry of a convolution that inference has accepted, over the image with zeros around it.
  init(
    _ image: TensorView, _ border: Border, kernel: Steps, outputChannels: Int, stride: Steps,
    dilation: Steps, padding: WindowPadding
  ) {
    guard
      let rows = padding.span(
        input: border.top + image.extents[1] + border.bottom, window: kernel.height,
        stride: stride.height, dilation: dilation.height),
      let columns = padding.span(
        input: border.left + image.extents[2] + border.right, window: kernel.width,
        stride: stride.width, dilation: dilation.width)
    else { preconditionFailure("inference has accepted the window") }
    self.init(
      inputHeight: image.extents[1], inputWidth: image.extents[2],
      inputChannels: image.extents[3], kernelHeight: kernel.height, kernelWidth: kernel.width,
      strideHeight: stride.height, strideWidth: stride.width, dilationHeight: dilation.height,
      dilationWidth: dilation.width, padTop: border.top + rows.before,
      padLeft: border.left + columns.before,
      outputHeight: rows.output, outputWidth: columns.output, outputChannels: outputChannels)
  }
}
