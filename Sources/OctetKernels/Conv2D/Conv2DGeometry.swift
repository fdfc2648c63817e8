/// Sizes of a two-dimensional convolution of one NHWC image, without groups.
///
/// Output pixel (y, x) sees input rows `y · strideHeight − padTop + i · dilationHeight` for
/// i < kernelHeight, and columns likewise; what lies outside the image counts as zero. Padding at
/// the bottom and right follows from the output size. Strides, dilations and sizes are at least 1,
/// padding at least 0; whoever builds this has checked that the products of sizes fit Int.
package struct Conv2DGeometry: Sendable, Equatable {
  package var inputHeight: Int
  package var inputWidth: Int
  package var inputChannels: Int
  package var kernelHeight: Int
  package var kernelWidth: Int
  package var strideHeight: Int
  package var strideWidth: Int
  package var dilationHeight: Int
  package var dilationWidth: Int
  package var padTop: Int
  package var padLeft: Int
  package var outputHeight: Int
  package var outputWidth: Int
  package var outputChannels: Int

  package init(
    inputHeight: Int, inputWidth: Int, inputChannels: Int, kernelHeight: Int, kernelWidth: Int,
    strideHeight: Int = 1, strideWidth: Int = 1, dilationHeight: Int = 1, dilationWidth: Int = 1,
    padTop: Int = 0, padLeft: Int = 0, outputHeight: Int, outputWidth: Int, outputChannels: Int
  ) {
    self.inputHeight = inputHeight
    self.inputWidth = inputWidth
    self.inputChannels = inputChannels
    self.kernelHeight = kernelHeight
    self.kernelWidth = kernelWidth
    self.strideHeight = strideHeight
    self.strideWidth = strideWidth
    self.dilationHeight = dilationHeight
    self.dilationWidth = dilationWidth
    self.padTop = padTop
    self.padLeft = padLeft
    self.outputHeight = outputHeight
    self.outputWidth = outputWidth
    self.outputChannels = outputChannels
  }

  /// Elements of one input image.
  package var inputCount: Int { inputHeight * inputWidth * inputChannels }

  /// Output pixels of one image, and rows of the matrix product.
  package var outputPixels: Int { outputHeight * outputWidth }

  /// Values an output pixel sees, in the order [kernelHeight][kernelWidth][inputChannels] of
  /// TensorFlow Lite's weights: the depth of the matrix product.
  package var patchCount: Int { kernelHeight * kernelWidth * inputChannels }

  /// Output channels of each input channel of a depthwise convolution.
  var channelMultiplier: Int { outputChannels / inputChannels }

  /// Multiplications of one image by the definition, border included, without groups.
  package var multiplications: Int { outputPixels * outputChannels * patchCount }

  /// Whether each output pixel sees just the input pixel at its own place, so that the input is
  /// the matrix as it stands.
  var isPointwise: Bool {
    kernelHeight == 1 && kernelWidth == 1 && strideHeight == 1 && strideWidth == 1
      && padTop == 0 && padLeft == 0
      && outputHeight == inputHeight && outputWidth == inputWidth
  }

  /// The side of a square kernel of stride and dilation 1, else nil.
  var squareKernel: Int? {
    kernelHeight == kernelWidth && strideHeight == 1 && strideWidth == 1 && dilationHeight == 1
      && dilationWidth == 1 ? kernelHeight : nil
  }
}
