package import OctetDiagnostics
import OctetIR

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
