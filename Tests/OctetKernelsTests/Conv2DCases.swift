import OctetIR
import OctetKernels

/// Geometries both convolution drivers are held to.
enum Conv2DCases {
  /// Output sizes that TensorFlow's VALID (or, with `same`, SAME) padding gives.
  static func geometry(
    input: (Int, Int, Int), kernel: (Int, Int), stride: (Int, Int) = (1, 1),
    dilation: (Int, Int) = (1, 1), same: Bool = false, channels: Int
  ) -> Conv2DGeometry {
    let (top, outputHeight) = axis(input.0, kernel.0, stride.0, dilation.0, same)
    let (left, outputWidth) = axis(input.1, kernel.1, stride.1, dilation.1, same)
    return Conv2DGeometry(
      inputHeight: input.0, inputWidth: input.1, inputChannels: input.2,
      kernelHeight: kernel.0, kernelWidth: kernel.1, strideHeight: stride.0,
      strideWidth: stride.1, dilationHeight: dilation.0, dilationWidth: dilation.1,
      padTop: top, padLeft: left, outputHeight: outputHeight, outputWidth: outputWidth,
      outputChannels: channels)
  }

  private static func axis(
    _ size: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, _ same: Bool
  ) -> (pad: Int, output: Int) {
    let extent = (kernel - 1) * dilation + 1
    if !same { return (0, (size - extent) / stride + 1) }
    let output = (size + stride - 1) / stride
    return (max(0, (output - 1) * stride + extent - size) / 2, output)
  }

  static let all: [Conv2DGeometry] = [
    geometry(input: (1, 1, 1), kernel: (1, 1), channels: 1),
    geometry(input: (5, 7, 3), kernel: (1, 1), channels: 17),
    geometry(input: (14, 13, 8), kernel: (1, 1), channels: 5),
    geometry(input: (9, 8, 4), kernel: (1, 1), stride: (2, 2), channels: 6),
    geometry(input: (28, 28, 1), kernel: (5, 5), same: true, channels: 6),
    geometry(input: (14, 14, 6), kernel: (5, 5), channels: 16),
    geometry(input: (11, 9, 3), kernel: (3, 3), stride: (2, 1), same: true, channels: 8),
    geometry(input: (12, 10, 2), kernel: (3, 2), stride: (3, 2), channels: 33),
    geometry(input: (10, 11, 5), kernel: (3, 3), dilation: (2, 2), same: true, channels: 7),
    geometry(input: (9, 13, 1), kernel: (2, 4), dilation: (3, 2), channels: 3),
    geometry(
      input: (6, 6, 1), kernel: (3, 3), stride: (2, 2), dilation: (1, 3), same: true,
      channels: 2),
    geometry(input: (3, 2, 2), kernel: (7, 7), same: true, channels: 4),
    geometry(input: (2, 3, 3), kernel: (3, 3), dilation: (4, 4), same: true, channels: 4),
    geometry(input: (4, 4, 700), kernel: (3, 3), same: true, channels: 3),
    // More padding than kernel: some patches miss the image altogether.
    Conv2DGeometry(
      inputHeight: 3, inputWidth: 3, inputChannels: 2, kernelHeight: 2, kernelWidth: 2,
      padTop: 4, padLeft: 5, outputHeight: 11, outputWidth: 12, outputChannels: 3),
    // A pointwise kernel whose output is padded.
    Conv2DGeometry(
      inputHeight: 2, inputWidth: 2, inputChannels: 3, kernelHeight: 1, kernelWidth: 1,
      padTop: 1, padLeft: 1, outputHeight: 4, outputWidth: 4, outputChannels: 2),
  ]

  static func random(using generator: inout SplitMix64) -> Conv2DGeometry {
    func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
    return Conv2DGeometry(
      inputHeight: pick(1...9), inputWidth: pick(1...9), inputChannels: pick(1...20),
      kernelHeight: pick(1...4), kernelWidth: pick(1...4), strideHeight: pick(1...3),
      strideWidth: pick(1...3), dilationHeight: pick(1...3), dilationWidth: pick(1...3),
      padTop: pick(0...3), padLeft: pick(0...3), outputHeight: pick(1...12),
      outputWidth: pick(1...12), outputChannels: pick(1...20))
  }

  /// Input index of each tap of the patch at an output pixel in [kernel height][kernel width]
  /// order, nil where it lies outside the image.
  static func taps(_ g: Conv2DGeometry, pixel: Int) -> [Int?] {
    let (y, x) = (pixel / g.outputWidth, pixel % g.outputWidth)
    var taps: [Int?] = []
    for i in 0..<g.kernelHeight {
      for j in 0..<g.kernelWidth {
        let row = y * g.strideHeight - g.padTop + i * g.dilationHeight
        let column = x * g.strideWidth - g.padLeft + j * g.dilationWidth
        let isInside = (0..<g.inputHeight).contains(row) && (0..<g.inputWidth).contains(column)
        taps.append(isInside ? (row * g.inputWidth + column) * g.inputChannels : nil)
      }
    }
    return taps
  }
}
