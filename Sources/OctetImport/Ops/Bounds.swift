import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  /// Places among ordered bounds: how many of them a number is not below, or above.
  static let bounds = OpMapping(
    tensorFlow: [
      "Bucketize": TensorFlowMapping(makes: made) { node, builder throws(Diagnostic) in
        let bounds = try node.numbers("boundaries")
        return [
          .computed(try builder.count(try builder.input(node, 0), .greaterEqual, bounds, .int32))
        ]
      },
      "LowerBound": search(.greater),
      "UpperBound": search(.greaterEqual),
    ])

  private static let made = ["cast", "greater", "greater_equal", "reshape", "sum"]

  private static func search(_ kind: Comparison.Kind) -> TensorFlowMapping {
    TensorFlowMapping(makes: made) { node, builder throws(Diagnostic) in
      let sorted = try node.constant(0, "sorted numbers")
      guard sorted.extents.count == 2, sorted.extents[0] == 1 else {
        throw Diagnostic(.unsupportedParameter, "several rows of sorted numbers are not supported")
      }
      let bounds = try node.floats(0, "sorted numbers")
      let type = node.contains("out_type") ? try node.elementType("out_type") : .int32
      return [
        .computed(
          try builder.count(try builder.input(node, 1), kind, bounds, type ?? .int32))
      ]
    }
  }
}

extension GraphBuilder {
  /// For each element the number of `bounds` to which it stands so.
  fileprivate mutating func count(
    _ input: ValueID, _ kind: Comparison.Kind, _ bounds: [Float], _ type: ElementType
  ) throws(Diagnostic) -> ValueID {
    guard !bounds.isEmpty, bounds.count <= 1 << 16 else {
      throw Diagnostic(.unsupportedParameter, "\(counted(bounds.count, "bound")) cannot be counted")
    }
    let extents = try extents(input)
    let column = try reshape(input, extents + [1])
    let passed = try add(
      Comparison(kind), [column, constant("bounds", Tensor([bounds.count], bounds))])
    let ones = try add(Cast(to: .float32), [passed])
    let axis = constant("axis", Tensor([1], int32: [Int32(extents.count)]))
    return try add(Cast(to: type), [try add(Reduce(.sum), [ones, axis])])
  }
}
