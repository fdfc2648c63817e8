import OctetDiagnostics
import OctetIR
import OctetOps

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension OpMapping {
  /// Complex numbers, which are two tensors of real ones, and the discrete Fourier transform, which is a product with
  /// cosines and sines.
  static let complex = OpMapping(
    tensorFlow: [
      "Complex": TensorFlowMapping(makes: []) { node, builder throws(Diagnostic) in
        [.complex(real: try builder.input(node, 0), imaginary: try builder.input(node, 1))]
      },
      "Real": TensorFlowMapping(makes: []) { node, builder throws(Diagnostic) in
        [.computed(try node.complex(0).real)]
      },
      "Imag": TensorFlowMapping(makes: []) { node, builder throws(Diagnostic) in
        [.computed(try node.complex(0).imaginary)]
      },
      "Conj": TensorFlowMapping(makes: ["neg"]) { node, builder throws(Diagnostic) in
        let (real, imaginary) = try node.complex(0)
        return [.complex(real: real, imaginary: try builder.add(Unary(.neg), [imaginary]))]
      },
      "ComplexAbs": TensorFlowMapping(makes: ["mul", "add", "sqrt"]) {
        node, builder throws(Diagnostic) in
        let (real, imaginary) = try node.complex(0)
        let squares = try builder.add(
          Add(),
          [
            try builder.add(Mul(), [real, real]), try builder.add(Mul(), [imaginary, imaginary]),
          ])
        return [.computed(try builder.add(Unary(.sqrt), [squares]))]
      },
      "RFFT": TensorFlowMapping(makes: ["fully_connected", "pad", "slice", "reshape"]) {
        node, builder throws(Diagnostic) in
        let length = try node.integers(1, "length").first ?? 0
        guard (1...1 << 13).contains(length) else {
          throw Diagnostic(
            .unsupportedParameter, "a Fourier transform of \(length) numbers is not supported")
        }
        try builder.reserve((length / 2 + 1) * length * 2)
        let input = try builder.fitted(try builder.input(node, 0), length)
        let (cosines, sines) = fourier(length)
        return [
          .complex(
            real: try builder.dense(input, cosines), imaginary: try builder.dense(input, sines))
        ]
      },
    ])

  /// Rows of cosines, and of sines with the sign that the transform gives them.
  private static func fourier(_ length: Int) -> (Tensor, Tensor) {
    let rows = length / 2 + 1
    var cosines: [Float] = []
    var sines: [Float] = []
    for row in 0..<rows {
      for column in 0..<length {
        let angle = 2 * Double.pi * Double(row * column % length) / Double(length)
        cosines.append(Float(cos(angle)))
        sines.append(Float(-sin(angle)))
      }
    }
    return (Tensor([rows, length], cosines), Tensor([rows, length], sines))
  }
}

extension TensorFlowNode {
  fileprivate func complex(
    _ index: Int
  ) throws(Diagnostic) -> (real: ValueID, imaginary: ValueID) {
    guard case .complex(let real, let imaginary) = try input(index) else {
      throw Diagnostic(.typeMismatch, "the node reads what is no tensor of complex numbers")
    }
    return (real, imaginary)
  }
}

extension GraphBuilder {
  /// The last dimension cut, or filled with zeros, to a length.
  fileprivate mutating func fitted(_ input: ValueID, _ length: Int) throws(Diagnostic) -> ValueID {
    var extents = try extents(input)
    guard let own = extents.last else { throw Diagnostic(.shapeMismatch, "a number has no rows") }
    if own == length { return input }
    let begin = [Int](repeating: 0, count: extents.count)
    extents[extents.count - 1] = min(own, length)
    let kept = own > length ? try slice(input, begin: begin, size: extents) : input
    if own > length { return kept }
    var borders = [Int32](repeating: 0, count: 2 * extents.count)
    borders[2 * extents.count - 1] = Int32(length - own)
    return try add(
      Pad(), [kept, constant("padding", Tensor([extents.count, 2], int32: borders))])
  }
}

extension TensorFlowNode {
  /// Operators that do the same to real and imaginary parts.
  private static let partwise: Set<String> = [
    "Add", "AddV2", "AddN", "Sub", "Neg", "Sum", "Mean", "Reshape", "Squeeze", "ExpandDims",
    "Transpose", "Slice", "StridedSlice", "Split", "ConcatV2", "Pack", "Unpack", "GatherV2", "Tile",
    "ReverseV2",
  ]

  /// The results of arithmetic with complex numbers and of what moves them; nil for other nodes.
  func complexResults(_ builder: inout GraphBuilder) throws(Diagnostic) -> [TensorFlowValue]? {
    if type == "Cast", try elementType("DstT") == .complex64 {
      let real = try builder.input(self, 0)
      let extents = try builder.extents(real)
      let count = Shape.elementCount(extents) ?? 0
      try builder.reserve(count)
      let zeros = Tensor(extents, [Float](repeating: 0, count: count))
      return [.complex(real: real, imaginary: builder.constant("imaginary", zeros))]
    }
    guard inputs.contains(where: { if case .complex = $0 { true } else { false } }) else {
      return nil
    }
    if type == "Mul" || type == "Square" {
      let (a, b) = try complex(0)
      let (c, d) = try complex(type == "Mul" ? 1 : 0)
      let parts = [(a, c), (b, d), (a, d), (b, c)]
      var products: [ValueID] = []
      for (left, right) in parts { products.append(try builder.add(Mul(), [left, right])) }
      return [
        .complex(
          real: try builder.add(Sub(), [products[0], products[1]]),
          imaginary: try builder.add(Add(), [products[2], products[3]]))
      ]
    }
    guard Self.partwise.contains(type), let mapping = OpMapping.tensorFlow[type] else { return nil }
    let reals = with(
      inputs: inputs.map { if case .complex(let real, _) = $0 { .computed(real) } else { $0 } })
    let others = with(
      inputs: inputs.map { if case .complex(_, let part) = $0 { .computed(part) } else { $0 } })
    let left = try mapping.build(reals, &builder)
    let right = try mapping.build(others, &builder)
    var results: [TensorFlowValue] = []
    for (real, imaginary) in zip(left, right) {
      results.append(
        .complex(real: try builder.value(real), imaginary: try builder.value(imaginary)))
    }
    return results
  }
}
