/// Convolution of a float32 NHWC image as a matrix product: the patches that output pixels see are
/// gathered strip by strip. A pointwise convolution reads the image where it lies.
///
/// Padding enters the sum as zero times weight, so an infinite or NaN weight makes border pixels
/// NaN.
///
/// ```swift
/// let convolution = F32Conv2D(geometry: geometry)
/// F32GEMM.packWeights(
///   weights, n: geometry.outputChannels, k: geometry.patchCount, into: packed)  // OHWI
/// convolution.run(
///   input: image, weights: packed, output: F32GEMM.Output(bias: bias, minimum: 0),
///   result: result, scratch: scratch)  // F32Conv2D.scratchBytes(geometry) bytes
/// ```
package struct F32Conv2D: Sendable {
  package let geometry: Conv2DGeometry
  package let gemm: F32GEMM.Variant
  private let stripPixels: Int

  package init(geometry: Conv2DGeometry, gemm: F32GEMM.Variant = F32GEMM.best) {
    self.geometry = geometry
    self.gemm = gemm
    stripPixels = Self.stripPixels(geometry)
  }

  /// Bytes of scratch that one `run` at a time needs, 0 if it needs none. Threads need one each.
  package static func scratchBytes(_ geometry: Conv2DGeometry) -> Int {
    if geometry.isPointwise { return 0 }
    return stripPixels(geometry) * geometry.patchCount * MemoryLayout<Float>.stride
  }

  /// Computes the output pixels in `pixels` (all if nil) of one image, without allocating. Sizes
  /// and ranges are the caller's to prove, when the model is prepared.
  ///
  /// - Parameters:
  ///   - input: float [inputHeight][inputWidth][inputChannels].
  ///   - weights: `F32GEMM.packWeights` of [outputChannels][patchCount].
  ///   - result: float [outputHeight][outputWidth][outputChannels], the whole image.
  ///   - scratch: `scratchBytes(geometry)` bytes, aligned to 4 or, faster, 32; not touched if that
  ///     is 0.
  ///   - pixels: Row-major range of output pixels, for splitting work over threads.
  package func run(
    input: UnsafePointer<Float>, weights: UnsafePointer<Float>, output: F32GEMM.Output,
    result: UnsafeMutablePointer<Float>, scratch: UnsafeMutableRawPointer,
    pixels: Range<Int>? = nil
  ) {
    let pixels = pixels ?? 0..<geometry.outputPixels
    let channels = geometry.outputChannels
    let depth = geometry.patchCount
    if geometry.isPointwise {
      if pixels.isEmpty { return }
      gemm.run(
        m: pixels.count, n: channels, k: depth, a: input + pixels.lowerBound * depth,
        aStride: depth, weights: weights, output: output,
        c: result + pixels.lowerBound * channels,
        cStrideBytes: channels * MemoryLayout<Float>.stride)
      return
    }
    // Scratch is raw memory of the caller's that other kernels use in turn.
    let patches = scratch.bindMemory(to: Float.self, capacity: stripPixels * depth)
    var first = pixels.lowerBound
    while first < pixels.upperBound {
      let count = min(stripPixels, pixels.upperBound - first)
      gather(from: input, pixels: first..<first + count, to: patches)
      gemm.run(
        m: count, n: channels, k: depth, a: patches, aStride: depth, weights: weights,
        output: output, c: result + first * channels,
        cStrideBytes: channels * MemoryLayout<Float>.stride)
      first += count
    }
  }

  /// Writes the patch of each pixel, zeros where it leaves the image.
  private func gather(
    from input: UnsafePointer<Float>, pixels: Range<Int>, to patches: UnsafeMutablePointer<Float>
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
        patch.initialize(repeating: 0, count: g.patchCount)
      }
      if rows.count > 0 && columns.count > 0 {
        let sourceRow = (top + rows.lower * g.dilationHeight) * g.inputWidth + left
        let to = patch + rows.lower * kernelRow
        if g.dilationWidth == 1 {
          copy(
            rows: rows.count, count: columns.count * channels,
            from: input + (sourceRow + columns.lower) * channels, fromStride: sourceStride,
            to: to + columns.lower * channels, toStride: kernelRow)
        } else {
          for column in columns.lower..<columns.upper {
            copy(
              rows: rows.count, count: channels,
              from: input + (sourceRow + column * g.dilationWidth) * channels,
              fromStride: sourceStride, to: to + column * channels, toStride: kernelRow)
          }
        }
      }
      patch += g.patchCount
      x += 1
      if x == g.outputWidth {
        x = 0
        y += 1
      }
    }
  }

  /// Copies rows that lie `fromStride` and `toStride` floats apart. Short ones are common (one
  /// channel, kernel five wide) and cheaper without a call: vectors of four, the last of which ends
  /// at the row's end and overlaps the one before.
  @inline(__always)
  private func copy(
    rows: Int, count: Int, from: UnsafePointer<Float>, fromStride: Int,
    to: UnsafeMutablePointer<Float>, toStride: Int
  ) {
    var from = from
    var to = to
    for _ in 0..<rows {
      if count >= 32 {
        to.update(from: from, count: count)
      } else if count >= 4 {
        let last = count &- 4
        var i = 0
        while i < last {
          copyFour(from + i, to + i)
          i &+= 4
        }
        copyFour(from + last, to + last)
      } else {
        for i in 0..<count { to[i] = from[i] }
      }
      from += fromStride
      to += toStride
    }
  }

  @inline(__always)
  private func copyFour(_ from: UnsafePointer<Float>, _ to: UnsafeMutablePointer<Float>) {
    // Both stay in bounds of the run; floats need not be aligned to the vector.
    let four = UnsafeRawPointer(from).loadUnaligned(as: SIMD4<Float>.self)
    UnsafeMutableRawPointer(to).storeBytes(of: four, as: SIMD4<Float>.self)
  }

  private static func stripPixels(_ geometry: Conv2DGeometry) -> Int {
    let bytes = geometry.patchCount * MemoryLayout<Float>.stride
    return min(geometry.outputPixels, geometry.stripPixels(patchBytes: bytes))
  }
}
