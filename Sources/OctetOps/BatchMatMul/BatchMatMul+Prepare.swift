package import OctetDiagnostics
import OctetIR
import OctetKernels

extension BatchMatMul {
  /// Threads share the rows of all products.
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (left, right, output) = (context.input(0), context.input(1), context.output)
    let rows = output.extents[output.extents.count - 2]
    let columns = output.extents[output.extents.count - 1]
    let depth = left.extents[left.extents.count - (adjX ? 2 : 1)]
    let a = Matrix(rows: rows, columns: depth, isTransposed: adjX)
    let b = Matrix(rows: depth, columns: columns, isTransposed: adjY)
    let batches = Broadcast(Array(left.extents.dropLast(2)), Array(right.extents.dropLast(2)))
    var pairs: [(left: Int, right: Int)] = []
    batches.forEach { left, right, _ in pairs.append((left * a.count, right * b.count)) }
    let (x, y, target) = (left.float32, right.float32, output.float32)
    let work = Work(count: pairs.count * rows) { [pairs] item, _ in
      let pair = pairs[item / rows]
      Self.reference(
        x + pair.left + item % rows * a.rowStride, step: a.columnStride, depth: depth,
        y + pair.right, b, target + item * columns, columns: columns)
    }
    return Step(
      kernel: "f32-batch-matmul--reference", multiplications: pairs.count * a.count * columns,
      phases: [work])
  }
}
