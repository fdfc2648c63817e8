package import OctetDiagnostics
package import OctetIR
import OctetOps

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension KnownNumbers {
  /// Computes the outputs of one operator; nil where it is left to the graph.
  typealias Operator =
    @Sendable (TensorFlowNode, [KnownNumbers]) throws(Diagnostic) -> [KnownNumbers]?

  /// The results of a node whose inputs are all known; nil for an operator that is not computed here, or for
  /// operands that do not fit it.
  package static func results(of node: TensorFlowNode) throws(Diagnostic) -> [Tensor]? {
    guard let compute = operators[node.type] else { return nil }
    var inputs: [KnownNumbers] = []
    for input in node.inputs {
      guard case .constant(let tensor) = input, let numbers = KnownNumbers(tensor) else {
        return nil
      }
      inputs.append(numbers)
    }
    guard let results = try compute(node, inputs) else { return nil }
    var tensors: [Tensor] = []
    for result in results {
      guard let tensor = result.tensor else { return nil }
      tensors.append(tensor)
    }
    return tensors
  }

  private static let operators: [String: Operator] = arithmetic.merging(structure) { first, _ in
    first
  }

  // MARK: Numbers

  private static func binary(
    _ element: ElementType? = nil, _ operation: @escaping @Sendable (Double, Double) -> Double
  ) -> Operator {
    { _, inputs throws(Diagnostic) in
      guard inputs.count == 2 else { return nil }
      return combine(inputs[0], inputs[1], element, operation).map { [$0] }
    }
  }

  private static func unary(_ operation: @escaping @Sendable (Double) -> Double) -> Operator {
    { _, inputs throws(Diagnostic) in inputs.count == 1 ? [inputs[0].map(nil, operation)] : nil }
  }

  /// Only for a divisor without zeros: whole numbers have no infinity.
  private static func division(
    _ operation: @escaping @Sendable (Double, Double) -> Double
  ) -> Operator {
    { _, inputs throws(Diagnostic) in
      guard inputs.count == 2, !(inputs[1].isWhole && inputs[1].values.contains(0)) else {
        return nil
      }
      return combine(inputs[0], inputs[1], nil, operation).map { [$0] }
    }
  }

  private static let arithmetic: [String: Operator] = [
    "Add": binary { $0 + $1 }, "AddV2": binary { $0 + $1 }, "Sub": binary { $0 - $1 },
    "Mul": binary { $0 * $1 }, "Minimum": binary { min($0, $1) }, "Maximum": binary { max($0, $1) },
    "RealDiv": division { $0 / $1 },
    // Whole numbers are rounded towards zero when they are stored.
    "Div": division { $0 / $1 },
    "FloorDiv": division { ($0 / $1).rounded(.down) },
    "FloorMod": division { $0 - $1 * ($0 / $1).rounded(.down) },
    "TruncateDiv": division { ($0 / $1).rounded(.towardZero) },
    "TruncateMod": division { $0.truncatingRemainder(dividingBy: $1) },
    "Mod": division { $0.truncatingRemainder(dividingBy: $1) },
    "SquaredDifference": binary { ($0 - $1) * ($0 - $1) },
    "Pow": binary { pow($0, $1) },
    "Less": binary(.bool) { $0 < $1 ? 1 : 0 }, "LessEqual": binary(.bool) { $0 <= $1 ? 1 : 0 },
    "Greater": binary(.bool) { $0 > $1 ? 1 : 0 },
    "GreaterEqual": binary(.bool) { $0 >= $1 ? 1 : 0 },
    "Equal": binary(.bool) { $0 == $1 ? 1 : 0 }, "NotEqual": binary(.bool) { $0 != $1 ? 1 : 0 },
    "LogicalAnd": binary(.bool) { $0 * $1 }, "LogicalOr": binary(.bool) { max($0, $1) },
    "LogicalNot": unary { 1 - $0 }, "Neg": unary { -$0 }, "Abs": unary { abs($0) },
    "Floor": unary { $0.rounded(.down) }, "Ceil": unary { $0.rounded(.up) },
    "Round": unary { $0.rounded(.toNearestOrEven) }, "Sqrt": unary { $0.squareRoot() },
    "Square": unary { $0 * $0 }, "Exp": unary { exp($0) }, "Log": unary { log($0) },
    "Sign": unary { $0 > 0 ? 1 : $0 < 0 ? -1 : $0 }, "Rint": unary { $0.rounded(.toNearestOrEven) },
    "Rsqrt": unary { 1 / $0.squareRoot() }, "Reciprocal": unary { 1 / $0 }, "Inv": unary { 1 / $0 },
    "Sin": unary { sin($0) }, "Cos": unary { cos($0) },
    "ZerosLike": unary { _ in 0 }, "OnesLike": unary { _ in 1 },
    "Cast": { node, inputs throws(Diagnostic) in
      guard let element = try node.elementType("DstT"), inputs.count == 1 else { return nil }
      return [inputs[0].map(element) { $0 }]
    },
    "Prod": reduction(1) { $0 * $1 }, "Sum": reduction(0) { $0 + $1 },
    "Max": reduction(-.infinity) { max($0, $1) }, "Min": reduction(.infinity) { min($0, $1) },
    "All": reduction(1) { $0 * $1 }, "Any": reduction(0) { max($0, $1) },
    "Select": selection, "SelectV2": selection,
  ]

  private static let selection: Operator = { _, inputs throws(Diagnostic) in
    guard inputs.count == 3,
      let left = combine(inputs[0], inputs[1], inputs[1].element, { $0 * $1 }),
      let right = combine(inputs[0], inputs[2], inputs[2].element, { (1 - $0) * $1 }),
      inputs[1].values.allSatisfy({ $0.isFinite }), inputs[2].values.allSatisfy({ $0.isFinite })
    else { return nil }
    return combine(left, right) { $0 + $1 }.map { [$0] }
  }

  private static func reduction(
    _ initial: Double, _ operation: @escaping @Sendable (Double, Double) -> Double
  ) -> Operator {
    { node, inputs throws(Diagnostic) in
      guard inputs.count == 2 else { return nil }
      var axes: Set<Int> = []
      guard let listed = inputs[1].integers, !inputs[0].values.isEmpty else { return nil }
      for axis in listed { axes.insert(try canonicalAxis(axis, rank: inputs[0].extents.count)) }
      let keeps = try node.bool("keep_dims", default: false)
      return inputs[0].reduced(axes, keepsDimensions: keeps, from: initial, operation).map { [$0] }
    }
  }

  // MARK: Shapes

  private static let structure: [String: Operator] = [
    "Pack": { node, inputs throws(Diagnostic) in
      guard let first = inputs.first else { return nil }
      let axis = try canonicalAxis(
        try node.int("axis", default: 0), rank: first.extents.count + 1)
      var parts: [KnownNumbers] = []
      for input in inputs {
        var extents = input.extents
        guard extents == first.extents else { return nil }
        extents.insert(1, at: axis)
        guard let part = input.reshaped(extents) else { return nil }
        parts.append(part)
      }
      return joined(parts, axis: axis).map { [$0] }
    },
    "ConcatV2": { node, inputs throws(Diagnostic) in
      guard inputs.count > 1, let axis = inputs.last?.integers?.first else { return nil }
      let place = try canonicalAxis(axis, rank: inputs[0].extents.count)
      return joined(inputs.dropLast(), axis: place).map { [$0] }
    },
    "Reshape": { node, inputs throws(Diagnostic) in
      guard inputs.count == 2, let wanted = inputs[1].integers else { return nil }
      let shape = try filled(wanted, count: inputs[0].values.count)
      return inputs[0].reshaped(shape).map { [$0] }
    },
    "ExpandDims": { node, inputs throws(Diagnostic) in
      guard inputs.count == 2, let axis = inputs[1].integers?.first else { return nil }
      var extents = inputs[0].extents
      extents.insert(1, at: try canonicalAxis(axis, rank: extents.count + 1))
      return inputs[0].reshaped(extents).map { [$0] }
    },
    "Squeeze": { node, inputs throws(Diagnostic) in
      guard inputs.count == 1 else { return nil }
      return inputs[0].reshaped(try node.squeezed(inputs[0].extents)).map { [$0] }
    },
    "StridedSlice": { node, inputs throws(Diagnostic) in
      guard inputs.count == 4 else { return nil }
      let bounds = inputs[1...].compactMap { $0.integers }
      guard bounds.count == 3 else { return nil }
      let specification = try SliceSpecification(
        inputs[0].extents, begin: bounds[0], end: bounds[1], strides: bounds[2],
        try node.sliceMasks())
      return inputs[0].sliced(specification).map { [$0] }
    },
    "Gather": gather, "GatherV2": gather,
    "Range": { _, inputs throws(Diagnostic) in
      guard inputs.count == 3, let start = inputs[0].values.first,
        let limit = inputs[1].values.first, let delta = inputs[2].values.first, delta != 0
      else { return nil }
      let count = ((limit - start) / delta).rounded(.up)
      guard count <= Double(largest) else { return nil }
      let values = (0..<Int(max(0, count))).map { start + Double($0) * delta }
      return [KnownNumbers(inputs[0].element, [values.count], values)]
    },
    "BroadcastArgs": { _, inputs throws(Diagnostic) in
      guard inputs.count == 2, let a = inputs[0].integers, let b = inputs[1].integers else {
        return nil
      }
      let rank = max(a.count, b.count)
      let left = [Int](repeating: 1, count: rank - a.count) + a
      let right = [Int](repeating: 1, count: rank - b.count) + b
      let extents = zip(left, right).map { $0 == 1 ? $1 : $0 }
      return [KnownNumbers(inputs[0].element, [rank], extents.map { Double($0) })]
    },
    "LinSpace": { _, inputs throws(Diagnostic) in
      guard inputs.count == 3, let first = inputs[0].values.first,
        let last = inputs[1].values.first, let count = inputs[2].integers?.first,
        (1...largest).contains(count)
      else { return nil }
      let step = count > 1 ? (last - first) / Double(count - 1) : 0
      return [
        KnownNumbers(inputs[0].element, [count], (0..<count).map { first + Double($0) * step })
      ]
    },
    "InvertPermutation": { _, inputs throws(Diagnostic) in
      guard inputs.count == 1, let order = inputs[0].integers,
        order.sorted() == Array(0..<order.count)
      else { return nil }
      var inverse = [Double](repeating: 0, count: order.count)
      for (place, index) in order.enumerated() { inverse[index] = Double(place) }
      return [KnownNumbers(inputs[0].element, [order.count], inverse)]
    },
    "Fill": { _, inputs throws(Diagnostic) in
      guard inputs.count == 2, let extents = inputs[0].integers else { return nil }
      return inputs[1].broadcast(to: extents).map { [$0] }
    },
    "BroadcastTo": { _, inputs throws(Diagnostic) in
      guard inputs.count == 2, let extents = inputs[1].integers else { return nil }
      return inputs[0].broadcast(to: extents).map { [$0] }
    },
    "Tile": { _, inputs throws(Diagnostic) in
      guard inputs.count == 2, let repeats = inputs[1].integers,
        repeats.count == inputs[0].extents.count
      else { return nil }
      var result: KnownNumbers? = inputs[0]
      for (axis, times) in repeats.enumerated() where times != 1 {
        guard let part = result, times > 0, times <= largest else { return nil }
        result = joined([KnownNumbers](repeating: part, count: times), axis: axis)
      }
      return result.map { [$0] }
    },
    "ReverseV2": { _, inputs throws(Diagnostic) in
      guard inputs.count == 2, let axes = inputs[1].integers else { return nil }
      var result: KnownNumbers? = inputs[0]
      for axis in axes {
        let place = try canonicalAxis(axis, rank: inputs[0].extents.count)
        let order = (0..<inputs[0].extents[place]).reversed().map { Double($0) }
        result = result?.gathered(KnownNumbers(.int32, [order.count], order), axis: place)
      }
      return result.map { [$0] }
    },
    "Transpose": { _, inputs throws(Diagnostic) in
      guard inputs.count == 2, let order = inputs[1].integers else { return nil }
      return inputs[0].transposed(order).map { [$0] }
    },
  ]

  private static let gather: Operator = { node, inputs throws(Diagnostic) in
    guard inputs.count >= 2, let axes = inputs.count > 2 ? inputs[2].integers : [0],
      let first = axes.first, try node.int("batch_dims", default: 0) == 0
    else { return nil }
    let axis = try canonicalAxis(first, rank: inputs[0].extents.count)
    return inputs[0].gathered(inputs[1], axis: axis).map { [$0] }
  }
}

/// A shape with its one extent of -1 made to fit `count` elements. Throws `OCT0201` where none does.
func filled(_ shape: [Int], count: Int) throws(Diagnostic) -> [Int] {
  var shape = shape
  guard let free = shape.firstIndex(of: -1) else { return shape }
  let known = Shape.elementCount(shape.filter { $0 != -1 }) ?? 0
  guard known > 0, count % known == 0 else {
    throw Diagnostic(.shapeMismatch, "\(count) elements do not fit the shape \(shape)")
  }
  shape[free] = count / known
  return shape
}

extension TensorFlowNode {
  /// The masks of a StridedSlice.
  func sliceMasks() throws(Diagnostic) -> SliceMasks {
    var masks = SliceMasks()
    masks.begin = try int("begin_mask", default: 0)
    masks.end = try int("end_mask", default: 0)
    masks.ellipsis = try int("ellipsis_mask", default: 0)
    masks.newAxis = try int("new_axis_mask", default: 0)
    masks.shrinkAxis = try int("shrink_axis_mask", default: 0)
    return masks
  }

  /// What a Squeeze leaves of `extents`.
  func squeezed(_ extents: [Int]) throws(Diagnostic) -> [Int] {
    var axes: Set<Int> = []
    for axis in try ints("squeeze_dims") {
      axes.insert(try canonicalAxis(axis, rank: extents.count))
    }
    return extents.indices.filter { axes.isEmpty ? extents[$0] != 1 : !axes.contains($0) }.map {
      extents[$0]
    }
  }
}
