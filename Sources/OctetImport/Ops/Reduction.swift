import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  /// One number for all along some dimensions.
  static let reduction = OpMapping(
    tensorFlow: [
      "Mean": TensorFlowMapping(makes: ["mean"]) { node, builder throws(Diagnostic) in
        let input = try builder.input(node, 0)
        let rank = try builder.extents(input).count
        var axes: [Int32] = []
        for axis in try node.integers(1, "axes") {
          axes.append(Int32(try canonicalAxis(axis, rank: rank)))
        }
        let constant = builder.constant("axes", Tensor([axes.count], int32: axes))
        let op = Mean(keepDims: try node.bool("keep_dims", default: false))
        return [.computed(try builder.add(op, [input, constant]))]
      }
    ])
}
