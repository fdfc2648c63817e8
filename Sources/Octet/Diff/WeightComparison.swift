import OctetIR

/// Compares the numbers of two layers of one shape.
enum WeightComparison {
  /// The largest difference of a weight as a part of A's largest weight, or of a bias as a part of A's largest
  /// bias, whichever is more; nil for types that are not compared.
  static func difference(
    _ a: (graph: Graph, weights: ModelStructure.Weights),
    _ b: (graph: Graph, weights: ModelStructure.Weights)
  ) -> Float? {
    guard let mine = a.graph.realNumbers(a.weights.filter),
      let theirs = b.graph.realNumbers(b.weights.filter), mine.count == theirs.count
    else { return nil }
    let ofWeights = relative(mine, theirs)
    guard let (mine, theirs) = biases(a, b) else { return ofWeights }
    return max(ofWeights, relative(mine, theirs))
  }

  /// The biases, where both models have them as floats.
  private static func biases(
    _ a: (graph: Graph, weights: ModelStructure.Weights),
    _ b: (graph: Graph, weights: ModelStructure.Weights)
  ) -> ([Float], [Float])? {
    func numbers(_ side: (graph: Graph, weights: ModelStructure.Weights)) -> [Float]? {
      guard let bias = side.weights.bias, side.graph[bias].type.element == .float32 else {
        return nil
      }
      return side.graph.realNumbers(bias)
    }
    guard let mine = numbers(a), let theirs = numbers(b), mine.count == theirs.count else {
      return nil
    }
    return (mine, theirs)
  }

  private static func relative(_ a: [Float], _ b: [Float]) -> Float {
    var (largest, difference): (Float, Float) = (0, 0)
    for (x, y) in zip(a, b) {
      largest = max(largest, abs(x))
      let distance = abs(x - y)
      difference = distance.isNaN ? .infinity : max(difference, distance)
    }
    return difference == 0 ? 0 : difference / largest
  }
}

extension Graph {
  /// The numbers of a constant of floats or of int8 codes; nil for other types.
  fileprivate func realNumbers(_ id: ValueID) -> [Float]? {
    [.float32, .int8].contains(self[id].type.element) ? reals(ofConstant: id) : nil
  }
}
