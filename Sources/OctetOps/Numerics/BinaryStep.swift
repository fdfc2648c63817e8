import OctetIR

/// The loop of an operator over two operands that broadcast.
enum BinaryStep {
  /// A step that computes `result[i] = combine(left[j], right[k])`.
  static func step<Element>(
    kernel: String, _ left: TensorView, _ right: TensorView,
    _ pointers: (
      UnsafeMutablePointer<Element>, UnsafeMutablePointer<Element>, UnsafeMutablePointer<Element>
    ),
    combine: @escaping (Element, Element) -> Element
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
