import OctetIR

/// The loop of an operator over two operands that broadcast.
enum BinaryStep {
  /// A step that computes `result[i] = combine(left[j], right[k])`.
  @inline(__always)
  static func step<Operand, Result>(
    kernel: String, _ left: TensorView, _ right: TensorView,
    _ pointers: (
      UnsafeMutablePointer<Operand>, UnsafeMutablePointer<Operand>, UnsafeMutablePointer<Result>
    ),
    combine: @escaping (Operand, Operand) -> Result
  ) -> Step {
    let (a, b, result) = pointers
    let shape = Broadcast(left.extents, right.extents)
    if shape.isElementwise {
      let count = left.count
      return Step(kernel: kernel) {
        for i in 0..<count { result[i] = combine(a[i], b[i]) }
      }
    }
    return Step(kernel: kernel) {
      shape.forEach { left, right, output in result[output] = combine(a[left], b[right]) }
    }
  }
}
