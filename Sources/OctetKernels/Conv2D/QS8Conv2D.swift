/// Convolution of an int8 NHWC image as a matrix product: the patches that output pixels see are
/// gathered, widened to int16 minus the input zero point, strip by strip.
///
/// ```swift
/// let convolution = QS8Conv2D(geometry: geometry)
/// QS8GEMM.packWeights(
///   weights, n: geometry.outputChannels, k: geometry.patchCount, into: packed)  // OHWI
/// convolution.run(
///   input: image, inputZeroPoint: -128, weights: packed, output: output, result: result,
///   scratch: scratch)  // QS8Conv2D.scratchBytes(geometry) bytes
/// ```
package struct QS8Conv2D: Sendable {
  package let geometry: Conv2DGeometry
  package let gemm: QS8GEMM.Variant
  package let widen: QS8Widen.Variant
  private let patchStride: Int
  private let stripPixels: Int

  package init(
    geometry: Conv2DGeometry, gemm: QS8GEMM.Variant = QS8GEMM.best,
    widen: QS8Widen.Variant = QS8Widen.best
  ) {
    self.geometry = geometry
    self.gemm = gemm
    self.widen = widen
    patchStride = Self.patchStride(geometry)
    stripPixels = Self.stripPixels(geometry)
  }

  /// Bytes of scratch that one `run` at a time needs. Threads need one each.
  package static func scratchBytes(_ geometry: Conv2DGeometry) -> Int {
    (stripPixels(geometry) * patchStride(geometry) + 1) * MemoryLayout<Int16>.stride
  }

  /// Computes the output pixels in `pixels` (all if nil) of one image, without allocating. Sizes
  /// and ranges are the caller's to prove, when the model is prepared.
  ///
  /// - Parameters:
  ///   - input: int8 [inputHeight][inputWidth][inputChannels].
  ///   - inputZeroPoint: −128...127. Padding has this value, so it adds nothing to a sum.
  ///   - weights: `QS8GEMM.packWeights` of [outputChannels][patchCount].
  ///   - result: int8 [outputHeight][outputWidth][outputChannels], the whole image.
  ///   - scratch: `scratchBytes(geometry)` bytes, aligned to 2 or, faster, 32.
  ///   - pixels: Row-major range of output pixels, for splitting work over threads.
  package func run(
    input: UnsafePointer<Int8>, inputZeroPoint: Int32, weights: UnsafePointer<Int16>,
    output: QS8GEMM.Output, result: UnsafeMutablePointer<Int8>,
    scratch: UnsafeMutableRawPointer, pixels: Range<Int>? = nil
  ) {
    let pixels = pixels ?? 0..<geometry.outputPixels
    let channels = geometry.outputChannels
    // Scratch is raw memory of the caller's that other kernels use in turn.
    let patches = scratch.bindMemory(to: Int16.self, capacity: stripPixels * patchStride + 1)
    var first = pixels.lowerBound
    while first < pixels.upperBound {
      let count = min(stripPixels, pixels.upperBound - first)
      if geometry.isPointwise {
        widen.run(
          rows: 1, count: count * patchStride, from: input + first * patchStride, fromStride: 0,
          zeroPoint: inputZeroPoint, to: patches, toStride: 0)
      } else {
        gather(
          from: input, zeroPoint: inputZeroPoint, pixels: first..<first + count, to: patches)
      }
      gemm.run(
        m: count, n: channels, k: geometry.patchCount, a: patches, aStride: patchStride,
        weights: weights, output: output, c: result + first * channels, cStrideBytes: channels)
      first += count
    }
  }

  /// Writes the patch of each pixel, zeros where it leaves the image.
  private func gather(
    from input: UnsafePointer<Int8>, zeroPoint: Int32, pixels: Range<Int>,
    to patches: UnsafeMutablePointer<Int16>
  ) {
    let g = geometry
    let channels = g.inputChannels
    let kernelRow = g.kernelWidth * channels
    let taps = g.kernelHeight * g.kernelWidth
    let sourceStride = g.dilationHeight * g.inputWidth * channels
    var y = pixels.lowerBound / g.outputWidth
    var x = pixels.lowerBound % g.outputWidth
    var patch = patches
    for _ in pixels {
      let top = y * g.strideHeight - g.padTop
      let left = x * g.strideWidth - g.padLeft
      let rows = KernelSpan(
        origin: top, size: g.inputHeight, taps: g.kernelHeight, dilation: g.dilationHeight)
      let columns = KernelSpan(
        origin: left, size: g.inputWidth, taps: g.kernelWidth, dilation: g.dilationWidth)
      if rows.count * columns.count < taps {
        patch.initialize(repeating: 0, count: patchStride)
      }
      if rows.count > 0 && columns.count > 0 {
        let sourceRow = (top + rows.lower * g.dilationHeight) * g.inputWidth + left
        let to = patch + rows.lower * kernelRow
        if g.dilationWidth == 1 {
          widen.run(
            rows: rows.count, count: columns.count * channels,
            from: input + (sourceRow + columns.lower) * channels, fromStride: sourceStride,
            zeroPoint: zeroPoint, to: to + columns.lower * channels, toStride: kernelRow)
        } else {
          for column in columns.lower..<columns.upper {
            widen.run(
              rows: rows.count, count: channels,
              from: input + (sourceRow + column * g.dilationWidth) * channels,
              fromStride: sourceStride, zeroPoint: zeroPoint, to: to + column * channels,
              toStride: kernelRow)
          }
        }
      }
      patch += patchStride
      x += 1
      if x == g.outputWidth {
        x = 0
        y += 1
      }
    }
  }

  /// Elements from one patch to the next. A pointwise convolution widens all pixels in one run, so
  /// an odd patch meets the first element of the next one in its last pair.
  private static func patchStride(_ geometry: Conv2DGeometry) -> Int {
    geometry.isPointwise
      ? geometry.inputChannels : QS8GEMM.paddedDepth(geometry.patchCount)
  }

  private static func stripPixels(_ geometry: Conv2DGeometry) -> Int {
    let bytes = patchStride(geometry) * MemoryLayout<Int16>.stride
    return min(geometry.outputPixels, geometry.stripPixels(patchBytes: bytes))
  }
}
