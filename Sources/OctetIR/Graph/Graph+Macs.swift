extension Node {
  /// Multiply-accumulates of one run, for the operators that have weights; nil where the shapes are not
  /// known.
  package func macs(in graph: Graph) -> Int? {
    guard case .int8(let rule) = op.quantization, let (position, _) = rule.weights else {
      return 0
    }
    guard position < inputs.count, let weights = inputs[position], let output = outputs.first,
      rule.data < inputs.count, let data = inputs[rule.data],
      let count = graph[weights].type.shape.elementCount,
      let pixels = graph.places(data), let results = graph.places(output)
    else { return nil }
    // Each weight meets each pixel of the smaller side once: a transposed convolution's input.
    let (macs, overflow) = min(pixels, results).multipliedReportingOverflow(by: count)
    return overflow ? nil : macs
  }
}

extension Graph {
  /// Multiply-accumulates of one run, as far as they are known; saturates.
  package var macs: Int { saturatingSum(nodes.map { $0.macs(in: self) ?? 0 }) }

  /// The elements of a value but for its last dimension; nil where they are not known.
  fileprivate func places(_ id: ValueID) -> Int? {
    let extents = self[id].type.shape.extents
    return extents.flatMap { Shape.elementCount(Array($0.dropLast())) }
  }
}

/// The sum of numbers from 0, or the largest `Int`.
package func saturatingSum(_ numbers: [Int]) -> Int {
  numbers.reduce(0) { sum, number in
    let (result, overflow) = sum.addingReportingOverflow(number)
    return overflow ? .max : result
  }
}
