package import OctetDiagnostics
import OctetIR

extension Cumsum {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, output) = (context.input(0), context.output)
    let axis = try axis(Int(context.input(1).int32[0]), of: input.extents.count)
    let extents = (
      outer: input.extents[..<axis].reduce(1, *), summed: input.extents[axis],
      inner: input.extents[(axis + 1)...].reduce(1, *)
    )
    switch input.element {
    case .float32:
      let (source, target) = (input.float32, output.float32)
      return Step(kernel: "f32-cumsum--reference") { [self] in
        reference(source, target, extents, zero: 0) { $0 + $1 }
      }
    default:
      let (source, target) = (input.int32, output.int32)
      return Step(kernel: "s32-cumsum--reference") { [self] in
        reference(source, target, extents, zero: 0) { $0 &+ $1 }
      }
    }
  }
}
