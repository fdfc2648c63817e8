import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  /// Three-dimensional convolution, and pools, which are one over the images of all depths and one over the depths.
  static let volume = OpMapping(
    tensorFlow: [
      // Its filters are stored as TFLite has them.
      "Conv3D": TensorFlowMapping(makes: ["conv_3d", "transpose"]) {
        node, builder throws(Diagnostic) in
        let volume = try builder.input(node, 0)
        let filter = try builder.input(node, 1, "weights")
        guard try builder.extents(volume).count == 5 else {
          throw Diagnostic(
            .shapeMismatch, "a volume of shape \(try builder.extents(volume)) has not 5 dimensions")
        }
        let padding = try node.padding()
        let (stride, dilation) = (
          try node.volumeSteps("strides"), try node.volumeSteps("dilations")
        )
        let op = Conv3D(stride: stride, dilation: dilation, padding: padding.rule)
        guard try node.isChannelsFirst() else {
          return [.computed(try builder.add(op, [volume, filter, nil]))]
        }
        let last = try builder.transpose(volume, Permutation([0, 2, 3, 4, 1]))
        let result = try builder.add(op, [last, filter, nil])
        return [.computed(try builder.transpose(result, Permutation([0, 4, 1, 2, 3])))]
      },
      "MaxPool3D": pool("max_pool_2d") { MaxPool2D(filter: $0, stride: $1, padding: $2) },
      // An average counts what lies inside for each direction alone, so it is exact at borders too.
      "AvgPool3D": pool("average_pool_2d") { AveragePool2D(filter: $0, stride: $1, padding: $2) },
    ])

  private static func pool(
    _ name: String, _ make: @escaping @Sendable (Steps, Steps, WindowPadding) -> any BuiltinOp
  ) -> TensorFlowMapping {
    TensorFlowMapping(makes: [name, "reshape", "transpose"]) { node, builder throws(Diagnostic) in
      var volume = try builder.input(node, 0)
      let isFirst = try node.isChannelsFirst()
      if isFirst { volume = try builder.transpose(volume, Permutation([0, 2, 3, 4, 1])) }
      let e = try builder.extents(volume)
      guard e.count == 5 else {
        throw Diagnostic(.shapeMismatch, "a volume of shape \(e) has not 5 dimensions")
      }
      let (size, strides) = (try node.volumeSteps("ksize"), try node.volumeSteps("strides"))
      let rule = try node.padding().rule
      let images = try builder.add(
        make(Steps(size[1], size[2]), Steps(strides[1], strides[2]), rule),
        [try builder.reshape(volume, [e[0] * e[1], e[2], e[3], e[4]])])
      let sides = try builder.extents(images)
      let depths = try builder.add(
        make(Steps(size[0], 1), Steps(strides[0], 1), rule),
        [try builder.reshape(images, [e[0], e[1], sides[1] * sides[2], e[4]])])
      let result = try builder.reshape(
        depths, [e[0], try builder.extents(depths)[1], sides[1], sides[2], e[4]])
      guard isFirst else { return [.computed(result)] }
      return [.computed(try builder.transpose(result, Permutation([0, 4, 1, 2, 3])))]
    }
  }
}

extension TensorFlowNode {
  /// Depth, height and width of a list of one number for each dimension of a volume.
  fileprivate func volumeSteps(_ name: String) throws(Diagnostic) -> [Int] {
    let values = try ints(name)
    if values.isEmpty { return [1, 1, 1] }
    let isFirst = try isChannelsFirst()
    guard values.count == 5, values[0] == 1, values[isFirst ? 1 : 4] == 1,
      values.allSatisfy({ $0 > 0 && $0 < 1 << 16 })
    else {
      throw Diagnostic(
        .unsupportedParameter, "'\(name)' \(values) moves over other than depth, height and width")
    }
    return Array(isFirst ? values[2...] : values[1...3])
  }
}
