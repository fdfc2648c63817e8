package import OctetDiagnostics
import OctetIR

extension Cast {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    switch context.input(0).element {
    case .float32: step(context, Float.self)
    case .int64: step(context, Int64.self)
    case .int32: step(context, Int32.self)
    case .int8: step(context, Int8.self)
    case .uint8: step(context, UInt8.self)
    default: step(context, StoredBool.self)
    }
  }

  private func step<Source: CastNumber>(_ context: PrepareContext, _ from: Source.Type) -> Step {
    switch target {
    case .float32: step(context, from, to: Float.self)
    case .int64: step(context, from, to: Int64.self)
    case .int32: step(context, from, to: Int32.self)
    case .int8: step(context, from, to: Int8.self)
    case .uint8: step(context, from, to: UInt8.self)
    default: step(context, from, to: StoredBool.self)
    }
  }

  private func step<Source: CastNumber, Target: CastNumber>(
    _ context: PrepareContext, _ from: Source.Type, to: Target.Type
  ) -> Step {
    let (input, output) = (context.input(0), context.output)
    let (numbers, results) = (input.elements(from), output.elements(to))
    let kernel = "\(input.element.shortName)-\(target.shortName)-cast--reference"
    return Step(kernel: kernel, elements: output.count) { first, count in
      for i in first..<first + count { results[i] = numbers[i].cast(to: to) }
    }
  }
}
