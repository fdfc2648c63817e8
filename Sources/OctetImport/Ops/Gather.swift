import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  /// Parts of a tensor by their indices, and rows from indices.
  static let gather = OpMapping(
    tensorFlow: [
      "Gather": TensorFlowMapping(makes: ["gather"]) { node, builder throws(Diagnostic) in
        try builder.gather(node, axis: 0)
      },
      // The importer puts the variable's value in the place of its handle.
      "ResourceGather": TensorFlowMapping(makes: ["gather"]) { node, builder throws(Diagnostic) in
        try builder.gather(node, axis: try node.int("batch_dims", default: 0))
      },
      "GatherV2": TensorFlowMapping(makes: ["gather"]) { node, builder throws(Diagnostic) in
        try builder.gather(node, axis: try node.integers(2, "axis").first ?? 0)
      },
      "GatherNd": gatherND,
      "ResourceGatherNd": gatherND,
      "OneHot": TensorFlowMapping(makes: ["one_hot"]) { node, builder throws(Diagnostic) in
        let indices = try builder.input(node, 0)
        guard let depth = try node.integers(1, "depth").first, (1..<1 << 31).contains(depth) else {
          throw Diagnostic(.unsupportedParameter, "the depth of the rows is not positive")
        }
        let op = OneHot(axis: try node.int("axis", default: -1))
        let count = builder.constant("depth", Tensor([], int32: [Int32(depth)]))
        let values = (try builder.input(node, 2, "on"), try builder.input(node, 3, "off"))
        return [.computed(try builder.add(op, [indices, count, values.0, values.1]))]
      },
    ])

  private static let gatherND = TensorFlowMapping(makes: ["gather_nd"]) {
    node, builder throws(Diagnostic) in
    let inputs = [try builder.input(node, 0), try builder.input(node, 1, "indices")]
    return [.computed(try builder.add(GatherND(), inputs))]
  }
}

extension GraphBuilder {
  fileprivate mutating func gather(
    _ node: TensorFlowNode, axis: Int
  ) throws(Diagnostic) -> [TensorFlowValue] {
    let inputs = [try input(node, 0), try input(node, 1, "indices")]
    let op = Gather(axis: axis, batchDims: try node.int("batch_dims", default: 0))
    return [.computed(try add(op, inputs))]
  }
}
