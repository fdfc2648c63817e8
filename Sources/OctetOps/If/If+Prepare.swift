package import OctetDiagnostics
import OctetIR

extension If {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let arguments = context.inputs.indices.dropFirst().map { context.input($0) }
    let condition = context.input(0).uint8
    let first = try context.subgraph(then, arguments, .kept)
    let second = try context.subgraph(otherwise, arguments, .kept)
    let results = (
      first.delivery(to: context.outputs, context.faults),
      second.delivery(to: context.outputs, context.faults)
    )
    let pool = context.pool
    return Step(kernel: "if of \(first.steps.count) or \(second.steps.count) steps") {
      if condition.pointee != 0 {
        first.run(on: pool)
        _ = results.0()
      } else {
        second.run(on: pool)
        _ = results.1()
      }
    }
  }
}
