package import OctetDiagnostics
import OctetIR

extension Tile {
  /// Where the elements of a result lie in the tensor that it repeats, once or more along each dimension.
  static func walk(_ input: [Int], _ output: [Int]) throws(Diagnostic) -> IndexedWalk {
    let missing = output.count - input.count
    let strides = IndexedWalk.strides(input)
    return try IndexedWalk(output) { axis, index in
      axis < missing ? 0 : index % input[axis - missing] * strides[axis - missing]
    }
  }
}

extension Tile {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    try Self.step(context, "tile")
  }

  fileprivate static func step(
    _ context: PrepareContext, _ name: String
  ) throws(Diagnostic) -> Step {
    if context.output.type.quantization != nil { try context.requireOneScale(besides: [1]) }
    return try walk(context.input(0).extents, context.output.extents).step(name, .gather, context)
  }
}

extension BroadcastTo {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    try Tile.step(context, "broadcast-to")
  }
}
