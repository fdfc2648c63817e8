package import OctetDiagnostics
import OctetIR

extension Softmax {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, output) = (context.input(0), context.output)
    let depth = input.extents[input.extents.count - 1]
    let rows = input.count / depth
    switch input.element {
    case .float32:
      let (source, target, beta) = (input.float32, output.float32, beta)
      return Step(kernel: "f32-softmax--reference") {
        Self.reference(source, target, rows: rows, depth: depth, beta: beta)
      }
    case .int16:
      let tables = try Int16Tables(input.type, output.type, beta: beta, depth: depth)
      let (source, target) = (input.int16, output.int16)
      return Step(kernel: "qs16-softmax--reference") {
        Self.reference(source, target, rows: rows, depth: depth, tables)
      }
    default:
      let to = try output.perTensor()
      let least: Int32 = input.element == .uint8 ? 0 : -128
      guard to.scale == 1 / 256, to.zeroPoint == least else {
        throw context.noKernel(
          "an \(input.element.name) softmax needs output scale 1/256 and zero point \(least)")
      }
      let scaling = Int8Scaling(beta: beta, inputScale: try input.perTensor().scale)
      if input.element == .uint8 {
        let (source, target) = (input.uint8, output.uint8)
        return Step(kernel: "qu8-softmax--reference") {
          Self.reference(source, target, rows: rows, depth: depth, scaling)
        }
      }
      let (source, target) = (input.int8, output.int8)
      return Step(kernel: "qs8-softmax--reference") {
        Self.reference(source, target, rows: rows, depth: depth, scaling)
      }
    }
  }
}
