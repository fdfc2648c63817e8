import OctetDiagnostics
import OctetIR
import OctetOps

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension OpMapping {
  /// Sizes of images for which TFLite has no operator: each row, and then each column, is a sum of some of the old ones,
  /// which is a product with a constant matrix.
  static let resampling = OpMapping(
    tensorFlow: [
      "ResizeBicubic": resize { size, target, node throws(Diagnostic) in
        try cubic(
          size, target, alignsCorners: try node.bool("align_corners", default: false),
          halfPixels: try node.bool("half_pixel_centers", default: false))
      },
      "ResizeArea": resize { size, target, node throws(Diagnostic) in
        guard try !node.bool("align_corners", default: false) else {
          throw Diagnostic(.unsupportedParameter, "areas with align_corners are not supported")
        }
        return area(size, target)
      },
    ])

  private static func resize(
    _ weights:
      @escaping @Sendable (Int, Int, TensorFlowNode) throws(Diagnostic) -> [Float]
  ) -> TensorFlowMapping {
    TensorFlowMapping(makes: ["batch_matmul", "fully_connected", "reshape", "transpose"]) {
      node, builder throws(Diagnostic) in
      let image = try builder.image(node, 0)
      let e = try builder.extents(image)
      let size = try node.integers(1, "size")
      guard size.count == 2, size.allSatisfy({ (1...1 << 14).contains($0) }),
        max(e[1], e[2]) <= 1 << 14
      else {
        throw Diagnostic(.unsupportedParameter, "the size \(size) is no height and width")
      }
      try builder.reserve(size[0] * e[1] + size[1] * e[2])
      let rows = Tensor([size[0], e[1]], try weights(e[1], size[0], node))
      let columns = Tensor([size[1], e[2]], try weights(e[2], size[1], node))
      // [N,H,W,C] -> [N,W,C,H] -> [N,W,C,H'] -> [N,H',C,W] -> [N,H',C,W'] -> [N,H',W',C]
      var result = try builder.transpose(image, Permutation([0, 2, 3, 1]))
      result = try builder.dense(result, rows)
      result = try builder.transpose(result, Permutation([0, 3, 2, 1]))
      result = try builder.dense(result, columns)
      return [.computed(try builder.transpose(result, Permutation([0, 1, 3, 2])))]
    }
  }

  /// Source: TensorFlow's `resize_bicubic_op.cc`: a table of 1024 steps, with the coefficient -0.75 (-0.5 for
  /// half-pixel centres, where pixels beyond the edge do not count).
  private static func cubic(
    _ size: Int, _ target: Int, alignsCorners: Bool, halfPixels: Bool
  ) throws(Diagnostic) -> [Float] {
    guard !(alignsCorners && halfPixels) else {
      throw Diagnostic(
        .unsupportedParameter, "align_corners and half_pixel_centers contradict each other")
    }
    let a = halfPixels ? -0.5 : -0.75
    let scale =
      alignsCorners && target > 1
      ? Float(size - 1) / Float(target - 1) : Float(size) / Float(target)
    func near(_ x: Double) -> Float { Float(((a + 2) * x - (a + 3)) * x * x + 1) }
    func far(_ x: Double) -> Float { Float(((a * x - 5 * a) * x + 8 * a) * x - 4 * a) }
    var result = [Float](repeating: 0, count: size * target)
    for row in 0..<target {
      let place = halfPixels ? (Float(row) + 0.5) * scale - 0.5 : Float(row) * scale
      let first = Int(place.rounded(.down))
      let step = Double(lrintf((place - Float(first)) * 1024)) / 1024
      let weights = [far(step + 1), near(step), near(1 - step), far(2 - step)]
      let places = (0..<4).map { first - 1 + $0 }
      let inside = places.map { (0..<size).contains($0) }
      if halfPixels {
        let total = zip(weights, inside).reduce(0 as Float) { $1.1 ? $0 + $1.0 : $0 }
        for (index, place) in places.enumerated() where inside[index] {
          result[row * size + place] += abs(total) >= 1e-3 ? weights[index] / total : 0
        }
      } else {
        for (index, place) in places.enumerated() {
          result[row * size + min(max(place, 0), size - 1)] += weights[index]
        }
      }
    }
    return result
  }

  /// The mean of the pixels that a new one covers, by how much of each it does.
  private static func area(_ size: Int, _ target: Int) -> [Float] {
    let scale = Float(size) / Float(target)
    var result = [Float](repeating: 0, count: size * target)
    for row in 0..<target {
      let (start, end) = (Float(row) * scale, Float(row + 1) * scale)
      for place in Int(start)..<min(size, Int(end.rounded(.up))) {
        let covered = min(end, Float(place + 1)) - max(start, Float(place))
        if covered > 0 { result[row * size + place] = covered / scale }
      }
    }
    return result
  }
}

extension GraphBuilder {
  /// The product of the last dimension with the rows of a matrix.
  mutating func dense(_ input: ValueID, _ matrix: Tensor) throws(Diagnostic) -> ValueID {
    let extents = try extents(input)
    guard let depth = extents.last else { throw Diagnostic(.shapeMismatch, "a number has no rows") }
    let flat = try reshape(input, [extents.dropLast().reduce(1, *), depth])
    let product = try add(FullyConnected(), [flat, constant("weights", matrix), nil])
    return try reshape(product, extents.dropLast() + [matrix.extents[0]])
  }
}
