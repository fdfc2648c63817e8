package import OctetDiagnostics
import OctetIR

extension LogSoftmax {
  static func reference(
    _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, rows: Int, depth: Int
  ) {
    for row in 0..<rows {
      let (source, target) = (input + row * depth, output + row * depth)
      var largest = -Float.greatestFiniteMagnitude
      for i in 0..<depth { largest = max(largest, source[i]) }
      var sum: Float = 0
      for i in 0..<depth { sum += RealFunctions.exp(source[i] - largest) }
      let logarithm = RealFunctions.log(sum)
      for i in 0..<depth { target[i] = source[i] - largest - logarithm }
    }
  }
}

extension LogSoftmax {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, output) = (context.input(0), context.output)
    let depth = input.extents.last ?? 1
    let rows = input.count / max(depth, 1)
    let (source, target) = (input.float32, output.float32)
    return Step(kernel: "f32-log_softmax--reference") {
      Self.reference(source, target, rows: rows, depth: depth)
    }
  }
}
