import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  /// One number for all along some dimensions.
  static let reduction = OpMapping(
    tensorFlow: [
      "Mean": reduction("mean") { Mean(keepDims: $0) },
      "All": reduction("reduce_all") { Reduce(.all, keepDims: $0) },
      "Any": reduction("reduce_any") { Reduce(.any, keepDims: $0) },
      "Max": reduction("reduce_max") { Reduce(.max, keepDims: $0) },
      "Min": reduction("reduce_min") { Reduce(.min, keepDims: $0) },
      "Prod": reduction("reduce_prod") { Reduce(.product, keepDims: $0) },
      "Sum": reduction("sum") { Reduce(.sum, keepDims: $0) },
      "ArgMax": place("arg_max", .max),
      "ArgMin": place("arg_min", .min),
    ])

  private static func reduction(
    _ name: String, _ make: @escaping @Sendable (_ keepDims: Bool) -> any BuiltinOp
  ) -> TensorFlowMapping {
    TensorFlowMapping(makes: [name]) { node, builder throws(Diagnostic) in
      let input = try builder.input(node, 0)
      let rank = try builder.extents(input).count
      var axes: [Int32] = []
      for axis in try node.integers(1, "axes") {
        axes.append(Int32(try canonicalAxis(axis, rank: rank)))
      }
      let constant = builder.constant("axes", Tensor([axes.count], int32: axes))
      let op = make(try node.bool("keep_dims", default: false))
      return [.computed(try builder.add(op, [input, constant]))]
    }
  }

  private static func place(_ name: String, _ kind: ArgMax.Kind) -> TensorFlowMapping {
    TensorFlowMapping(makes: [name]) { node, builder throws(Diagnostic) in
      let type =
        node.contains("output_type") ? try node.elementType("output_type") : ElementType.int64
      guard let type, type == .int32 || type == .int64 else {
        throw Diagnostic(
          .unsupportedParameter, "places are int32 or int64, not \(type?.name ?? "another type")")
      }
      let input = try builder.input(node, 0)
      let axis = try builder.axis(try node.integers(1, "dimension").first ?? 0, of: input)
      return [.computed(try builder.add(ArgMax(kind, type: type), [input, axis]))]
    }
  }
}

extension GraphBuilder {
  /// A dimension of `id` as a constant without dimensions.
  mutating func axis(_ axis: Int, of id: ValueID) throws(Diagnostic) -> ValueID {
    let rank = try extents(id).count
    return constant("axis", Tensor([], int32: [Int32(try canonicalAxis(axis, rank: rank))]))
  }
}
