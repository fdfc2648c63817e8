/// Sources: deconv_layer.cpp, lrn_layer.cpp and crop_layer.cpp of BVLC Caffe, upsample_layer.cpp and
/// shuffle_channel_layer.cpp of its forks.
extension CaffeFormula {
  /// `weights` are inputs by outputs of a group. Each result gathers what the kernel spreads to it.
  static func deconvolution(
    _ x: Blob, _ weights: Blob, _ bias: Blob?, groups: Int, _ window: Window
  ) -> Blob {
    let (inputs, depth) = (weights.extents[0] / groups, weights.extents[1])
    let (kernel, stride, pad) = (window.kernel, window.stride, window.pad)
    let height = stride.0 * (x.extents[2] - 1) + kernel.0 - 2 * pad.0
    let width = stride.1 * (x.extents[3] - 1) + kernel.1 - 2 * pad.1
    return Blob(making: [x.extents[0], depth * groups, height, width]) { at in
      var sum = Double(bias?.values[at[1]] ?? 0)
      let group = at[1] / depth
      for i in 0..<kernel.0 {
        for j in 0..<kernel.1 {
          let (row, column) = (at[2] + pad.0 - i, at[3] + pad.1 - j)
          guard row >= 0, column >= 0, row % stride.0 == 0, column % stride.1 == 0 else { continue }
          let (y, z) = (row / stride.0, column / stride.1)
          guard y < x.extents[2], z < x.extents[3] else { continue }
          for channel in group * inputs..<(group + 1) * inputs {
            sum += Double(x[at[0], channel, y, z] * weights[channel, at[1] % depth, i, j])
          }
        }
      }
      return Float(sum)
    }
  }

  /// The scales `k + alpha / size * sum of squares` whose power -beta a blob is multiplied by.
  static func responseScales(
    _ x: Blob, size: Int, alpha: Float, k: Float
  ) -> Blob {
    Blob(making: x.extents) { at in
      var sum = 0.0
      for channel in at[1] - size / 2...at[1] + size / 2 where (0..<x.extents[1]).contains(channel)
      {
        sum += Double(x[at[0], channel, at[2], at[3]] * x[at[0], channel, at[2], at[3]])
      }
      return Float(Double(k) + Double(alpha) / Double(size) * sum)
    }
  }

  /// The box of `extents` at `begin`.
  static func box(_ x: Blob, at begin: [Int], _ extents: [Int]) -> Blob {
    Blob(making: extents) { at in x[zip(at, begin).map { $0 + $1 }] }
  }

  static func upsample(_ x: Blob, by height: Int, _ width: Int) -> Blob {
    Blob(
      making: [x.extents[0], x.extents[1], x.extents[2] * height, x.extents[3] * width]
    ) { at in x[at[0], at[1], at[2] / height, at[3] / width] }
  }

  /// Channel `i` of group `g` goes to place `i * groups + g`.
  static func shuffle(_ x: Blob, groups: Int) -> Blob {
    Blob(making: x.extents) { at in
      let size = x.extents[1] / groups
      return x[at[0], at[1] % groups * size + at[1] / groups, at[2], at[3]]
    }
  }
}
