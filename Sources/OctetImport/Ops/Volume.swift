import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  /// Three-dimensional convolution.
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
      }
    ])
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
