/// What Caffe's layers compute, as plain loops over blobs in Caffe's order. Sources:
/// conv_layer.cpp, pooling_layer.cpp, scale_layer.cpp and the like of BVLC Caffe.
enum CaffeFormula {
  struct Window {
    var kernel = (1, 1)
    var stride = (1, 1)
    var pad = (0, 0)
    var dilation = (1, 1)
  }

  static func convolution(
    _ x: Blob, _ weights: Blob, _ bias: Blob?, groups: Int, _ window: Window
  ) -> Blob {
    let (outputs, depth) = (weights.extents[0], weights.extents[1])
    func size(_ extent: Int, _ kernel: Int, _ stride: Int, _ pad: Int, _ dilation: Int) -> Int {
      (extent + 2 * pad - (dilation * (kernel - 1) + 1)) / stride + 1
    }
    let (kh, kw) = window.kernel
    let height = size(x.extents[2], kh, window.stride.0, window.pad.0, window.dilation.0)
    let width = size(x.extents[3], kw, window.stride.1, window.pad.1, window.dilation.1)
    return Blob(making: [x.extents[0], outputs, height, width]) { at in
      var sum = Double(bias?.values[at[1]] ?? 0)
      let first = at[1] / (outputs / groups) * depth
      for channel in 0..<depth {
        for i in 0..<kh {
          for j in 0..<kw {
            let y = at[2] * window.stride.0 - window.pad.0 + i * window.dilation.0
            let z = at[3] * window.stride.1 - window.pad.1 + j * window.dilation.1
            guard y >= 0, y < x.extents[2], z >= 0, z < x.extents[3] else { continue }
            sum += Double(x[at[0], first + channel, y, z] * weights[at[1], channel, i, j])
          }
        }
      }
      return Float(sum)
    }
  }

  static func pooling(
    _ x: Blob, isMax: Bool, _ window: Window, floor: Bool = false
  ) -> Blob {
    func size(_ extent: Int, _ kernel: Int, _ stride: Int, _ pad: Int) -> Int {
      let steps = Double(extent + 2 * pad - kernel) / Double(stride)
      var result = Int(steps.rounded(floor ? .down : .up)) + 1
      if window.pad != (0, 0), (result - 1) * stride >= extent + pad { result -= 1 }
      return result
    }
    let (height, width) = (x.extents[2], x.extents[3])
    let rows = size(height, window.kernel.0, window.stride.0, window.pad.0)
    let columns = size(width, window.kernel.1, window.stride.1, window.pad.1)
    return Blob(making: [x.extents[0], x.extents[1], rows, columns]) { at in
      let top = at[2] * window.stride.0 - window.pad.0
      let left = at[3] * window.stride.1 - window.pad.1
      let bottom = min(top + window.kernel.0, height + window.pad.0)
      let right = min(left + window.kernel.1, width + window.pad.1)
      let divisor = Float((bottom - top) * (right - left))
      var (sum, largest) = (Float(0), -Float.greatestFiniteMagnitude)
      for y in max(top, 0)..<min(bottom, height) {
        for z in max(left, 0)..<min(right, width) {
          sum += x[at[0], at[1], y, z]
          largest = max(largest, x[at[0], at[1], y, z])
        }
      }
      return isMax ? largest : sum / divisor
    }
  }

  /// `weights` are outputs by inputs.
  static func dense(
    _ x: Blob, _ weights: Blob, _ bias: Blob?, axis: Int = 1
  ) -> Blob {
    let depth = x.extents[axis...].reduce(1, *)
    let (rows, outputs) = (x.values.count / depth, weights.values.count / depth)
    var values: [Float] = []
    for row in 0..<rows {
      for output in 0..<outputs {
        var sum = Double(bias?.values[output] ?? 0)
        for i in 0..<depth {
          sum += Double(x.values[row * depth + i] * weights.values[output * depth + i])
        }
        values.append(Float(sum))
      }
    }
    return Blob(Array(x.extents[..<axis]) + [outputs], values)
  }

  static func batchNorm(
    _ x: Blob, mean: Blob, variance: Blob, factor: Float, epsilon: Float
  ) -> Blob {
    let scale = factor == 0 ? 0 : 1 / factor
    return Blob(making: x.extents) { at in
      let deviation = (variance.values[at[1]] * scale + epsilon).squareRoot()
      return (x[at] - mean.values[at[1]] * scale) / deviation
    }
  }

  /// `operation` of each element and the element of `y` that stands at `axis` and after.
  static func along(
    _ axis: Int, _ x: Blob, _ y: Blob, _ operation: (Float, Float) -> Float
  ) -> Blob {
    Blob(making: x.extents) { at in
      operation(x[at], y[Array(at[axis..<axis + y.extents.count])])
    }
  }

  static func concatenation(_ axis: Int, _ blobs: [Blob]) -> Blob {
    var extents = blobs[0].extents
    extents[axis] = blobs.map { $0.extents[axis] }.reduce(0, +)
    return Blob(making: extents) { at in
      var at = at
      for blob in blobs {
        if at[axis] < blob.extents[axis] { return blob[at] }
        at[axis] -= blob.extents[axis]
      }
      return .nan
    }
  }

  static func softmax(_ axis: Int, _ x: Blob) -> Blob {
    Blob(making: x.extents) { at in
      var sum = 0.0
      for index in 0..<x.extents[axis] {
        var other = at
        other[axis] = index
        sum += exponential(Double(x[other]))
      }
      return Float(exponential(Double(x[at])) / sum)
    }
  }

  static func sigmoid(_ x: Float) -> Float { Float(1 / (1 + exponential(-Double(x)))) }

  static func tanh(_ x: Float) -> Float { 2 * sigmoid(2 * x) - 1 }

  /// The series of e^x, for small x.
  static func exponential(_ x: Double) -> Double {
    var (term, sum) = (1.0, 1.0)
    for index in 1..<60 {
      term *= x / Double(index)
      sum += term
    }
    return sum
  }
}

extension Blob {
  /// A blob whose element at each place is what `element` gives for it.
  init(making extents: [Int], _ element: ([Int]) -> Float) {
    var values: [Float] = []
    var at = [Int](repeating: 0, count: extents.count)
    for _ in 0..<extents.reduce(1, *) {
      values.append(element(at))
      for axis in extents.indices.reversed() {
        at[axis] += 1
        if at[axis] < extents[axis] { break }
        at[axis] = 0
      }
    }
    self.init(extents, values)
  }

  subscript(at: [Int]) -> Float {
    var offset = 0
    for (place, extent) in zip(at, extents) { offset = offset * extent + place }
    return values[offset]
  }

  subscript(at: Int...) -> Float { self[at] }

  func map(_ element: (Float) -> Float) -> Blob { Blob(extents, values.map(element)) }

  func with(_ extents: [Int]) -> Blob { Blob(extents, values) }

  /// The blob with its dimensions reordered, as images are turned channels-last and back.
  func transposed(_ order: [Int]) -> Blob {
    Blob(making: order.map { extents[$0] }) { at in
      var source = at
      for (index, axis) in order.enumerated() { source[axis] = at[index] }
      return self[source]
    }
  }
}
