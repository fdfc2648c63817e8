package import OctetDiagnostics
import OctetIR
import OctetKernels

extension Conv3D {
  /// Threads share the rows of the output.
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (volume, filter, output) = (context.input(0), context.input(1), context.output)
    var axes: [Axis] = []
    for axis in 0..<3 {
      let span = padding.span(
        input: volume.extents[axis + 1], window: filter.extents[axis], stride: stride[axis],
        dilation: dilation[axis])
      axes.append(
        Axis(
          input: volume.extents[axis + 1], output: output.extents[axis + 1],
          window: filter.extents[axis], stride: stride[axis], dilation: dilation[axis],
          before: span?.before ?? 0))
    }
    let all = (axes[0], axes[1], axes[2])
    let (inputs, outputs) = (filter.extents[3], filter.extents[4])
    let (source, weights, target) = (volume.float32, filter.float32, output.float32)
    let (bias, bounds) = (context.optionalInput(2)?.float32, activation.bounds)
    let rows = output.extents[..<3].reduce(1, *)
    let work = Work(count: rows) { row, _ in
      Self.reference(
        row: row, all, inputs: inputs, outputs: outputs, input: source, filter: weights,
        bias: bias, bounds: bounds, output: target)
    }
    return Step(
      kernel: "f32-conv-3d--reference",
      multiplications: output.count / max(1, outputs) * filter.count, phases: [work])
  }
}
