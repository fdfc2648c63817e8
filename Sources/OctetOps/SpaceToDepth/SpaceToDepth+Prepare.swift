package import OctetDiagnostics
import OctetIR

extension SpaceToDepth {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    if context.output.type.quantization != nil { try context.requireOneScale() }
    return try Self.walk(
      context.input(0).extents, context.output.extents, blockSize: blockSize
    ).step("space-to-depth", .scatter, context)
  }
}

extension DepthToSpace {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    if context.output.type.quantization != nil { try context.requireOneScale() }
    return try SpaceToDepth.walk(
      context.output.extents, context.input(0).extents, blockSize: blockSize
    ).step("depth-to-space", .gather, context)
  }
}
