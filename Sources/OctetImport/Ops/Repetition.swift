import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  /// Tensors that repeat others, or one number.
  static let repetition = OpMapping(
    tensorFlow: [
      "Tile": TensorFlowMapping(makes: ["tile"]) { node, builder throws(Diagnostic) in
        let input = try builder.input(node, 0)
        let times = try node.integers(1, "multiples")
        guard times.allSatisfy({ (1..<1 << 31).contains($0) }) else {
          throw Diagnostic(.unsupportedParameter, "a tensor cannot be repeated \(times) times")
        }
        let constant = builder.constant(
          "multiples", Tensor([times.count], int32: times.map { Int32($0) }))
        return [.computed(try builder.add(Tile(), [input, constant]))]
      },
      "BroadcastTo": TensorFlowMapping(makes: ["broadcast_to"]) {
        node, builder throws(Diagnostic) in
        let input = try builder.input(node, 0)
        return [.computed(try builder.broadcast(input, to: try node.integers(1, "shape")))]
      },
      "Fill": TensorFlowMapping(makes: ["broadcast_to"]) { node, builder throws(Diagnostic) in
        let value = try builder.input(node, 1)
        return [.computed(try builder.broadcast(value, to: try node.integers(0, "shape")))]
      },
      "ZerosLike": full(of: 0),
      "OnesLike": full(of: 1),
    ])

  /// A tensor of one number with the shape of the input.
  private static func full(of number: Double) -> TensorFlowMapping {
    TensorFlowMapping(makes: ["broadcast_to"]) { node, builder throws(Diagnostic) in
      let input = try builder.input(node, 0)
      let extents = try builder.extents(input)
      let scalar = KnownNumbers(builder.graph[input].type.element, [], [number])
      if let tensor = scalar.broadcast(to: extents)?.tensor { return [.constant(tensor)] }
      guard let tensor = scalar.tensor else {
        throw Diagnostic(
          .typeMismatch, "no \(builder.graph[input].type.element.name) number is \(number)")
      }
      let value = builder.constant("value", tensor)
      return [.computed(try builder.broadcast(value, to: extents))]
    }
  }
}

extension GraphBuilder {
  /// A tensor repeated to a shape as NumPy does it.
  mutating func broadcast(_ id: ValueID, to extents: [Int]) throws(Diagnostic) -> ValueID {
    guard extents.allSatisfy({ (1..<1 << 31).contains($0) }) else {
      throw Diagnostic(.unsupportedParameter, "a tensor of shape \(extents) has no elements")
    }
    if graph[id].type.shape == Shape(extents) { return id }
    let shape = constant("shape", Tensor([extents.count], int32: extents.map { Int32($0) }))
    return try add(BroadcastTo(), [id, shape])
  }
}
