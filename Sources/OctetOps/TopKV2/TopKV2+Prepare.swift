package import OctetDiagnostics
import OctetIR

extension TopKV2 {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, values) = (context.input(0), context.output)
    guard let width = input.extents.last, let count = values.extents.last else {
      preconditionFailure("inference lets no scalar pass")
    }
    let (rows, places) = (input.count / width, context.outputs[1].int32)
    switch input.element {
    case .float32:
      let (source, target) = (input.float32, values.float32)
      return Step(kernel: "f32-topk-v2--reference") {
        Self.reference(source, target, places, rows: rows, width: width, count: count)
      }
    default:
      let (source, target) = (input.int32, values.int32)
      return Step(kernel: "s32-topk-v2--reference") {
        Self.reference(source, target, places, rows: rows, width: width, count: count)
      }
    }
  }
}
