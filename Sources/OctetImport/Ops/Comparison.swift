import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  /// Comparisons, what follows from them, and choices by them.
  static let comparison = OpMapping(
    tensorFlow: [
      "Equal": binary("equal") { Comparison(.equal) },
      "Greater": binary("greater") { Comparison(.greater) },
      "GreaterEqual": binary("greater_equal") { Comparison(.greaterEqual) },
      "Less": binary("less") { Comparison(.less) },
      "LessEqual": binary("less_equal") { Comparison(.lessEqual) },
      "NotEqual": binary("not_equal") { Comparison(.notEqual) },
      "LogicalAnd": binary("logical_and") { Logical(.and) },
      "LogicalOr": binary("logical_or") { Logical(.or) },
      "LogicalNot": TensorFlowMapping(makes: ["logical_not"]) { node, builder throws(Diagnostic) in
        [.computed(try builder.add(LogicalNot(), [try builder.input(node, 0)]))]
      },
      "SelectV2": TensorFlowMapping(makes: ["select_v2"]) { node, builder throws(Diagnostic) in
        [.computed(try select(try builder.input(node, 0), node, &builder))]
      },
      // Source: tf.compat.v1.where: a condition of one dimension chooses rows.
      "Select": TensorFlowMapping(makes: ["reshape", "select_v2"]) {
        node, builder throws(Diagnostic) in
        var condition = try builder.input(node, 0)
        let extents = try builder.extents(condition)
        let rank = try builder.extents(try builder.input(node, 1)).count
        if extents.count == 1, rank > 1 {
          condition = try builder.reshape(
            condition, extents + [Int](repeating: 1, count: rank - 1))
        }
        return [.computed(try select(condition, node, &builder))]
      },
    ])
}

private func select(
  _ condition: ValueID, _ node: TensorFlowNode, _ builder: inout GraphBuilder
) throws(Diagnostic) -> ValueID {
  let (left, right) = (try builder.input(node, 1), try builder.input(node, 2))
  return try builder.add(SelectV2(), [condition, left, right])
}
