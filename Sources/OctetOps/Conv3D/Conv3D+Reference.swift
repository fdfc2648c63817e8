extension Conv3D {
  /// One of a volume's three dimensions.
  struct Axis {
    let input: Int
    let output: Int
    let window: Int
    let stride: Int
    let dilation: Int
    let before: Int

    /// The element of the input under element `tap` of the window at `place`; nil outside of the volume.
    @inline(__always)
    func source(_ place: Int, _ tap: Int) -> Int? {
      let index = place * stride - before + tap * dilation
      return index >= 0 && index < input ? index : nil
    }
  }

  /// One row of the output, along the width.
  ///
  /// - Parameters:
  ///   - row: its number among all rows.
  ///   - axes: depth, height and width.
  static func reference(
    row: Int, _ axes: (Axis, Axis, Axis), inputs: Int, outputs: Int, input: UnsafePointer<Float>,
    filter: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    bounds: (low: Float, high: Float), output: UnsafeMutablePointer<Float>
  ) {
    let (depth, height, width) = axes
    let (y, plane) = (row % height.output, row / height.output)
    let (z, batch) = (plane % depth.output, plane / depth.output)
    for x in 0..<width.output {
      let target = output + (row * width.output + x) * outputs
      target.update(repeating: 0, count: outputs)
      for i in 0..<depth.window {
        guard let slice = depth.source(z, i) else { continue }
        for j in 0..<height.window {
          guard let line = height.source(y, j) else { continue }
          for k in 0..<width.window {
            guard let column = width.source(x, k) else { continue }
            let volume = (batch * depth.input + slice) * height.input + line
            let pixel = input + (volume * width.input + column) * inputs
            let weights = filter + ((i * height.window + j) * width.window + k) * inputs * outputs
            for channel in 0..<inputs {
              let (factor, own) = (pixel[channel], weights + channel * outputs)
              for result in 0..<outputs { target[result] += factor * own[result] }
            }
          }
        }
      }
      for result in 0..<outputs {
        let total = target[result] + (bias?[result] ?? 0)
        target[result] = min(max(total, bounds.low), bounds.high)
      }
    }
  }
}
