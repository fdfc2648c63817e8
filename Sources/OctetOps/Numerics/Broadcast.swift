import OctetDiagnostics
import OctetIR

/// Two shapes brought to one, as NumPy does: aligned at the end, an extent of 1 repeats.
package struct Broadcast {
  package let output: [Int]
  /// Step in elements of each operand along each output dimension; 0 where it repeats.
  package let leftStrides: [Int]
  package let rightStrides: [Int]
  package let isElementwise: Bool

  /// - Precondition: the shapes broadcast.
  package init(_ left: [Int], _ right: [Int]) {
    let rank = max(left.count, right.count)
    let a = [Int](repeating: 1, count: rank - left.count) + left
    let b = [Int](repeating: 1, count: rank - right.count) + right
    var output = [Int](repeating: 1, count: rank)
    for i in 0..<rank { output[i] = a[i] == 1 ? b[i] : a[i] }
    self.output = output
    leftStrides = Broadcast.strides(a)
    rightStrides = Broadcast.strides(b)
    isElementwise = a == b
  }

  /// Calls `body` with the element offsets of both operands and of the result, in result order.
  @inline(__always)
  package func forEach(_ body: (_ left: Int, _ right: Int, _ output: Int) -> Void) {
    let count = output.reduce(1, *)
    guard count > 0 else { return }
    var left = 0
    var right = 0
    withUnsafeTemporaryAllocation(of: Int.self, capacity: max(output.count, 1)) { index in
      index.initialize(repeating: 0)
      for position in 0..<count {
        body(left, right, position)
        var dimension = output.count - 1
        while dimension >= 0 {
          index[dimension] += 1
          left += leftStrides[dimension]
          right += rightStrides[dimension]
          if index[dimension] < output[dimension] { break }
          left -= leftStrides[dimension] * output[dimension]
          right -= rightStrides[dimension] * output[dimension]
          index[dimension] = 0
          dimension -= 1
        }
      }
    }
  }

  private static func strides(_ extents: [Int]) -> [Int] {
    var strides = [Int](repeating: 0, count: extents.count)
    var step = 1
    for i in extents.indices.reversed() {
      strides[i] = extents[i] == 1 ? 0 : step
      step *= extents[i]
    }
    return strides
  }
}

/// The broadcast of two shapes, of which extents may be unknown. Throws `OCT0201`.
func broadcastShape(_ left: Shape, _ right: Shape) throws(Diagnostic) -> Shape {
  let rank = max(left.rank, right.rank)
  var result: [Dimension] = []
  for i in 0..<rank {
    let a = i < rank - left.rank ? .known(1) : left.dimensions[i - (rank - left.rank)]
    let b = i < rank - right.rank ? .known(1) : right.dimensions[i - (rank - right.rank)]
    switch (a, b) {
    case (.known(1), _): result.append(b)
    case (_, .known(1)): result.append(a)
    case (.known(let x), .known(let y)):
      guard x == y else {
        throw Diagnostic(
          .shapeMismatch, "shapes [\(left.text)] and [\(right.text)] do not broadcast")
      }
      result.append(a)
    case (.known, .unknown): result.append(a)
    case (.unknown, .known), (.unknown, .unknown): result.append(b)
    }
  }
  return Shape(result)
}

/// Whether operands of unlike shapes have more than four dimensions, which has an operator version of its own
/// in TFLite.
func isWideBroadcast(_ operands: Operands, _ results: [TensorType]) -> Bool {
  results[0].shape.rank > 4 && operands.types[0]?.shape != operands.types[1]?.shape
}

/// Requires both operands to be of one type among `elements` and gives the broadcast type.
///
/// - Parameter widest: the most dimensions that operands of unlike shapes may have.
func inferBinary(
  _ operands: Operands, among elements: [ElementType], widest: Int = .max
) throws(Diagnostic) -> [TensorType] {
  try operands.require(count: 2...2)
  let left = try operands.type(0, among: elements)
  let right = try operands.type(1, among: elements)
  guard left.element == right.element else {
    throw Diagnostic(
      .typeMismatch, "operands are \(left.element.name) and \(right.element.name)")
  }
  let shape = try broadcastShape(left.shape, right.shape)
  guard shape.rank <= widest || left.shape == right.shape else { throw tooWide(shape, widest) }
  return [TensorType(left.element, shape)]
}

/// The refusal of a broadcast of more dimensions than TFLite's kernel walks.
func tooWide(_ shape: Shape, _ widest: Int) -> Diagnostic {
  Diagnostic(
    .shapeMismatch, "TFLite broadcasts at most \(widest) dimensions here, not \(shape.rank)")
}
