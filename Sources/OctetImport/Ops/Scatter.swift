import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  /// Rows put at constant places, which is the same as rows taken from all that there are.
  static let scatter = OpMapping(
    tensorFlow: [
      "ScatterNd": TensorFlowMapping(makes: made) { node, builder throws(Diagnostic) in
        let extents = try node.integers(2, "shape")
        guard let count = extents.first, count > 0, extents.allSatisfy({ $0 > 0 }),
          GraphBuilder.isTensor(extents)
        else { throw Diagnostic(.shapeMismatch, "the shape \(extents) is none") }
        let updates = try builder.input(node, 1)
        let rest = Array(extents.dropFirst())
        try builder.reserve(rest.reduce(1, *) + count)
        let zero: Tensor
        switch builder.graph[updates].type.element {
        case .int32:
          zero = Tensor(
            [1] + rest, int32: [Int32](repeating: 0, count: rest.reduce(1, *)))
        default: zero = Tensor([1] + rest, [Float](repeating: 0, count: rest.reduce(1, *)))
        }
        let places = try rows(node, 0, of: count, unique: true)
        // Row 0 is zeros, and the updates follow.
        var order = [Int32](repeating: 0, count: count)
        for (row, place) in places.enumerated() { order[place] = Int32(row) + 1 }
        return [
          .computed(try builder.rows([builder.constant("zeros", zero), updates], rest, order))
        ]
      },
      "TensorScatterUpdate": TensorFlowMapping(makes: made) { node, builder throws(Diagnostic) in
        let input = try builder.input(node, 0)
        let extents = try builder.extents(input)
        guard let count = extents.first else {
          throw Diagnostic(.shapeMismatch, "a number has no rows")
        }
        let places = try rows(node, 1, of: count, unique: false)
        var order = (0..<count).map { Int32($0) }
        for (row, place) in places.enumerated() { order[place] = Int32(count + row) }
        return [
          .computed(
            try builder.rows(
              [input, try builder.input(node, 2)], Array(extents.dropFirst()), order))
        ]
      },
      // What is kept of a matrix is known: the rest is multiplied by zero.
      "MatrixBandPart": TensorFlowMapping(makes: ["select_v2"]) {
        node, builder throws(Diagnostic) in
        let input = try builder.input(node, 0)
        let extents = try builder.extents(input)
        guard let lower = try node.integers(1, "lower").first,
          let upper = try node.integers(2, "upper").first, extents.count >= 2,
          let rows = extents.dropLast().last, let columns = extents.last, rows * columns <= 1 << 24
        else { throw Diagnostic(.shapeMismatch, "the shape \(extents) is no matrix") }
        try builder.reserve(rows * columns)
        var kept: [UInt8] = []
        for row in 0..<rows {
          for column in 0..<columns {
            let isKept =
              (lower < 0 || row - column <= lower) && (upper < 0 || column - row <= upper)
            kept.append(isKept ? 1 : 0)
          }
        }
        let mask = builder.constant(
          "band", Tensor(TensorType(.bool, [rows, columns]), Storage(kept)))
        return [
          .computed(try builder.add(SelectV2(), [mask, input, builder.scalar("zero", 0)]))
        ]
      },
      "DynamicStitch": stitch, "ParallelDynamicStitch": stitch,
    ])

  private static let made = ["concatenation", "gather", "reshape"]

  private static let stitch = TensorFlowMapping(makes: made) { node, builder throws(Diagnostic) in
    let half = node.inputs.count / 2
    guard half > 0 else { throw Diagnostic(.invalidGraph, "the node reads nothing") }
    var order: [Int32] = []
    var parts: [ValueID] = []
    var rest: [Int] = []
    var next: Int32 = 0
    for part in 0..<half {
      let rank = try node.constant(part, "places").extents.count
      let places = try node.integers(part, "places")
      let data = try builder.input(node, half + part)
      rest = Array(try builder.extents(data).dropFirst(rank))
      for place in places {
        guard (0..<1 << 20).contains(place) else {
          throw Diagnostic(.unsupportedParameter, "there is no place \(place)")
        }
        while order.count <= place { order.append(-1) }
        order[place] = next
        next += 1
      }
      parts.append(try builder.reshape(data, [places.count] + rest))
    }
    guard !order.contains(-1) else {
      throw Diagnostic(.unsupportedParameter, "some places of the result are never set")
    }
    return [.computed(try builder.rows(parts, rest, order))]
  }

  /// Constant places of rows, each an index of one number.
  private static func rows(
    _ node: TensorFlowNode, _ input: Int, of count: Int, unique: Bool
  ) throws(Diagnostic) -> [Int] {
    let indices = try node.constant(input, "places")
    let places = try node.integers(input, "places")
    guard indices.extents.last == 1, count <= 1 << 24 else {
      throw Diagnostic(
        .unsupportedParameter, "places of more than one number each are not supported")
    }
    guard places.allSatisfy({ (0..<count).contains($0) }),
      !unique || Set(places).count == places.count
    else {
      throw Diagnostic(
        .unsupportedParameter,
        "the places \(places.prefix(8)) are beyond \(counted(count, "row"))"
          + " or the same twice")
    }
    return places
  }
}

extension GraphBuilder {
  /// The rows at `order` of all rows of `parts`, which have the shape `rest` each.
  fileprivate mutating func rows(
    _ parts: [ValueID], _ rest: [Int], _ order: [Int32]
  ) throws(Diagnostic) -> ValueID {
    var flat: [ValueID] = []
    for part in parts {
      let count = try extents(part).reduce(1, *)
      let size = rest.reduce(1, *)
      guard size > 0, count % size == 0 else {
        throw Diagnostic(.shapeMismatch, "\(count) elements are no rows of the shape \(rest)")
      }
      flat.append(try reshape(part, [count / size] + rest))
    }
    let all = flat.count == 1 ? flat[0] : try add(Concatenation(axis: 0), flat)
    return try add(Gather(), [all, constant("order", Tensor([order.count], int32: order))])
  }
}
