/// An order of dimensions: dimension `i` of the result is dimension `order[i]` of the operand.
package struct Permutation: Equatable, Sendable {
  package let order: [Int]

  package init(_ order: [Int]) {
    self.order = order
  }

  package static let toChannelsLast = Permutation([0, 2, 3, 1])
  package static let toChannelsFirst = Permutation([0, 3, 1, 2])

  package var isIdentity: Bool { order == Array(order.indices) }

  package var inverse: Permutation {
    var result = order
    for (index, source) in order.enumerated() { result[source] = index }
    return Permutation(result)
  }

  @inlinable package func apply<Element>(_ elements: [Element]) -> [Element] {
    order.map { elements[$0] }
  }

  /// `other` applied to the result of this one.
  package func then(_ other: Permutation) -> Permutation { Permutation(other.apply(order)) }

  /// The elements of a row-major tensor in the order of the permuted one.
  @inlinable package func apply<Element>(_ elements: [Element], extents: [Int]) -> [Element] {
    guard !extents.isEmpty, !elements.isEmpty else { return elements }
    var strides = [Int](repeating: 1, count: extents.count)
    for i in extents.indices.dropLast().reversed() { strides[i] = strides[i + 1] * extents[i + 1] }
    let target = apply(extents)
    let steps = apply(strides)
    var index = [Int](repeating: 0, count: target.count)
    var offset = 0
    var result: [Element] = []
    result.reserveCapacity(elements.count)
    for _ in elements.indices {
      result.append(elements[offset])
      for dimension in target.indices.reversed() {
        index[dimension] += 1
        offset += steps[dimension]
        if index[dimension] < target[dimension] { break }
        offset -= steps[dimension] * target[dimension]
        index[dimension] = 0
      }
    }
    return result
  }

  /// The order as the constant input of a transpose.
  package var tensor: Tensor { Tensor([order.count], int32: order.map { Int32($0) }) }
}
