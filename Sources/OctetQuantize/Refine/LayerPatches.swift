import OctetIR
import OctetKernels
import OctetOps

/// What a layer's output elements see of its input, as rows of a matrix: codes less the zero point, in the
/// order of the layer's weights.
struct LayerPatches {
  /// Weights an output channel has.
  let depth: Int
  /// Row after row of `depth` numbers; one matrix for all output channels, or one for each.
  let matrices: [[Float]]

  /// More numbers are not kept.
  private static let largest = 1 << 26

  /// Nil for a layer whose products are of another kind.
  ///
  /// - Parameter rows: how many rows to take, evenly spaced over all samples.
  init?(_ node: Node, in graph: Graph, contents: [Storage], rows wanted: Int) {
    guard let data = node.int8Data, let (position, axis) = node.int8Rule?.weights,
      let filter = node.inputs[position].flatMap({ graph[$0].type.shape.extents }),
      let image = graph[data].type.shape.extents,
      [.int8, .int16].contains(graph[data].type.element)
    else { return nil }
    let isWide = graph[data].type.element == .int16
    let zero = Float(graph[data].type.quantization?.zeroPoint ?? 0)
    if filter.count == 2, axis == 0 {
      depth = filter[1]
      let wide = contents.map { Codes($0, isWide: isWide) }
      matrices = [Self.dense(wide, depth, zero, min(wanted, Self.largest / depth))]
      return
    }
    guard filter.count == 4, image.count == 4,
      let window = OpCatalog.builtin(node.op)?.traits.window, window.extent == nil,
      let height = window.padding.span(
        input: image[1], window: filter[1], stride: window.stride.height,
        dilation: window.dilation.height),
      let width = window.padding.span(
        input: image[2], window: filter[2], stride: window.stride.width,
        dilation: window.dilation.width)
    else { return nil }
    let contents = contents.map { Codes($0, isWide: isWide) }
    let walk = Walk(
      image: image, filter: filter, rows: height, columns: width, window: window, zero: zero)
    let pixels = image[0] * height.output * width.output * contents.count
    if axis == 0, filter[3] == image[3] {
      depth = filter[1] * filter[2] * filter[3]
      let count = min(wanted, pixels, Self.largest / depth)
      matrices = [walk.matrix(contents, count, channels: 0..<image[3])]
    } else if axis == 3, filter[3] % image[3] == 0 {
      depth = filter[1] * filter[2]
      let count = min(wanted, pixels, Self.largest / depth / filter[3])
      let perOutput = filter[3] / image[3]
      matrices = (0..<filter[3]).map {
        walk.matrix(contents, count, channels: $0 / perOutput..<$0 / perOutput + 1)
      }
    } else {
      return nil
    }
  }

  private static func dense(
    _ contents: [Codes], _ depth: Int, _ zero: Float, _ wanted: Int
  ) -> [Float] {
    let rows = contents.map { $0.count / depth }.reduce(0, +)
    let count = min(wanted, rows)
    let each = (contents.first?.count ?? 0) / depth
    var result: [Float] = []
    result.reserveCapacity(count * depth)
    for index in 0..<count {
      let row = index * rows / count
      let start = row % each * depth
      for place in start..<start + depth { result.append(contents[row / each][place] - zero) }
    }
    return result
  }

  /// A window's way over NHWC images.
  private struct Walk {
    let image: [Int]
    let filter: [Int]
    let rows: WindowSpan
    let columns: WindowSpan
    let window: WindowRule
    let zero: Float

    func matrix(_ contents: [Codes], _ count: Int, channels: Range<Int>) -> [Float] {
      let each = image[0] * rows.output * columns.output
      let pixels = each * contents.count
      let size = filter[1] * filter[2] * channels.count
      var result = [Float](repeating: 0, count: count * size)
      for index in 0..<count {
        let pixel = index * pixels / count
        let codes = contents[pixel / each]
        let inside = pixel % each
        let (batch, place) = inside.quotientAndRemainder(dividingBy: rows.output * columns.output)
        let (y, x) = place.quotientAndRemainder(dividingBy: columns.output)
        var target = index * size
        for dy in 0..<filter[1] {
          let row = y * window.stride.height - rows.before + dy * window.dilation.height
          for dx in 0..<filter[2] {
            let column = x * window.stride.width - columns.before + dx * window.dilation.width
            if row >= 0, row < image[1], column >= 0, column < image[2] {
              let start = ((batch * image[1] + row) * image[2] + column) * image[3]
              for channel in channels {
                result[target + channel - channels.lowerBound] =
                  codes[start + channel] - zero
              }
            }
            target += channels.count
          }
        }
      }
      return result
    }
  }
}

/// The codes of a tensor, int8 or int16.
private struct Codes {
  private let storage: Storage
  private let isWide: Bool

  init(_ storage: Storage, isWide: Bool) {
    self.storage = storage
    self.isWide = isWide
  }

  var count: Int { storage.bytes.count / (isWide ? 2 : 1) }

  @inline(__always)
  subscript(_ index: Int) -> Float {
    let bytes = storage.bytes
    return isWide
      ? Float(bytes.bindMemory(to: Int16.self)[index])
      : Float(bytes.bindMemory(to: Int8.self)[index])
  }
}

/// The covariances of a matrix's columns: [depth, depth], symmetric.
struct Covariance {
  let depth: Int
  private(set) var values: [Float]

  /// - Parameter rows: row after row of `depth` numbers.
  init(_ rows: [Float], depth: Int, pool: WorkPool) {
    self.depth = depth
    let count = rows.count / depth
    var means = [Float](repeating: 0, count: depth)
    for row in 0..<count { for column in 0..<depth { means[column] += rows[row * depth + column] } }
    for column in means.indices { means[column] /= Float(max(count, 1)) }
    var centred = rows
    for row in 0..<count {
      for column in 0..<depth { centred[row * depth + column] -= means[column] }
    }
    var values = [Float](repeating: 0, count: depth * depth)
    let tile = 32
    values.withUnsafeMutableBufferPointer { values in
      centred.withUnsafeBufferPointer { matrix in
        guard let values = values.baseAddress, let matrix = matrix.baseAddress else { return }
        pool.run(
          Work(count: (depth + tile - 1) / tile) { [depth] item, _ in
            let rows = item * tile..<min(depth, (item + 1) * tile)
            Self.accumulate(matrix, count, depth, rows, into: values)
          })
      }
    }
    let scale = 1 / Float(max(count, 1))
    for index in values.indices { values[index] *= scale }
    // What few rows leave open counts a little: weights must not move freely there.
    let damping =
      0.01 * (0..<depth).reduce(Float(0)) { $0 + values[$1 * depth + $1] } / Float(depth)
    for index in 0..<depth { values[index * depth + index] += damping }
    self.values = values
  }

  /// Rows `targets` of the product of the matrix's transpose with it.
  private static func accumulate(
    _ matrix: UnsafePointer<Float>, _ count: Int, _ depth: Int, _ targets: Range<Int>,
    into values: UnsafeMutablePointer<Float>
  ) {
    let whole = count / 4 * 4
    for row in stride(from: 0, to: whole, by: 4) {
      let (a, b) = (matrix + row * depth, matrix + (row + 1) * depth)
      let (c, d) = (matrix + (row + 2) * depth, matrix + (row + 3) * depth)
      for target in targets {
        let (p, q, r, s) = (a[target], b[target], c[target], d[target])
        let sum = values + target * depth
        for column in 0..<depth {
          sum[column] += (p * a[column] + q * b[column]) + (r * c[column] + s * d[column])
        }
      }
    }
    for row in whole..<count {
      let a = matrix + row * depth
      for target in targets {
        let sum = values + target * depth
        for column in 0..<depth { sum[column] += a[target] * a[column] }
      }
    }
  }
}
