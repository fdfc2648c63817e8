import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  /// Products of matrices.
  static let product = OpMapping(
    tensorFlow: [
      "MatMul": TensorFlowMapping(makes: products) { node, builder throws(Diagnostic) in
        try builder.product(node, "transpose_a", "transpose_b")
      },
      "BatchMatMul": batchMatMul,
      "BatchMatMulV2": batchMatMul,
      "BatchMatMulV3": batchMatMul,
    ])

  private static let products = ["fully_connected", "batch_matmul", "reshape", "transpose"]

  private static let batchMatMul = TensorFlowMapping(makes: products) {
    node, builder throws(Diagnostic) in try builder.product(node, "adj_x", "adj_y")
  }
}

extension GraphBuilder {
  fileprivate mutating func product(
    _ node: TensorFlowNode, _ left: String, _ right: String
  ) throws(Diagnostic) -> [TensorFlowValue] {
    let result = try multiply(
      try input(node, 0), try input(node, 1, "weights"),
      adjX: try node.bool(left, default: false), adjY: try node.bool(right, default: false))
    return [.computed(result)]
  }

  /// Products of the matrices in the last two dimensions of float32 tensors; `adjX` and `adjY` take their transposes. A
  /// constant matrix on the right is that of a dense layer.
  mutating func multiply(
    _ left: ValueID, _ right: ValueID, adjX: Bool = false, adjY: Bool = false
  ) throws(Diagnostic) -> ValueID {
    let matrix = try extents(right)
    guard let weights = graph[right].constant, matrix.count == 2, !adjX,
      graph[right].type.element == .float32, matrix[0] * matrix[1] > 0
    else {
      return try add(BatchMatMul(adjX: adjX, adjY: adjY), [left, right])
    }
    let filter =
      adjY
      ? right
      : constant(
        "weights", Tensor(graph[right].type, weights).permuted(Permutation([1, 0])))
    let rows = try extents(left).dropLast()
    let (outputs, depth) = adjY ? (matrix[0], matrix[1]) : (matrix[1], matrix[0])
    let flat = try reshape(left, [rows.reduce(1, *), depth])
    let product = try add(FullyConnected(), [flat, filter, nil])
    return try reshape(product, rows + [outputs])
  }
}
