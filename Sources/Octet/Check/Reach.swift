import OctetIR
import OctetOps
import OctetQuantize

/// How far the values of a float graph reach for certain, as far as follows from bounded functions and constants alone: a
/// logistic function times 416 reaches 416.
struct Reach {
  private var ranges: [ClosedRange<Float>?]

  init(_ graph: Graph, _ producers: [Int?]) {
    ranges = graph.values.indices.map { index in
      graph.reals(ofConstant: ValueID(index)).flatMap { reals in
        guard let low = reals.min(), let high = reals.max(), low.isFinite, high.isFinite else {
          return nil
        }
        return low...high
      }
    }
    for node in graph.nodes {
      guard let output = node.outputs.first else { continue }
      let operands = node.inputs.map { $0.flatMap { ranges[$0.index] } }
      let range = Self.range(node, operands, isScore: graph.isScore(output, producers))
      for output in node.outputs { ranges[output.index] = range }
    }
  }

  /// The least int8 scale that a value needs; nil where nothing is known.
  func scale(of id: ValueID) -> Float? {
    ranges[id.index].map { (max($0.upperBound, 0) - min($0.lowerBound, 0)) / 255 }
  }

  private static func range(
    _ node: Node, _ operands: [ClosedRange<Float>?], isScore: Bool
  ) -> ClosedRange<Float>? {
    if isScore { return 0...1 }
    switch node.op {
    case is Tanh: return -1...1
    case is ReLU6: return 0...6
    case is Mul:
      guard let (a, b) = both(operands) else { return nil }
      let ends = [
        a.lowerBound * b.lowerBound, a.lowerBound * b.upperBound, a.upperBound * b.lowerBound,
        a.upperBound * b.upperBound,
      ]
      return hull(ends)
    case is Add:
      return both(operands).flatMap { a, b in
        hull([a.lowerBound + b.lowerBound, a.upperBound + b.upperBound])
      }
    case is Sub:
      return both(operands).flatMap { a, b in
        hull([a.lowerBound - b.upperBound, a.upperBound - b.lowerBound])
      }
    default:
      switch node.int8Rule?.output {
      case .likeInput:
        let data = node.int8Rule?.data ?? 0
        return operands.indices.contains(data) ? operands[data] : nil
      case .unified:
        return hull(operands.compactMap { $0 }.flatMap { [$0.lowerBound, $0.upperBound] })
      case .calibrated, .fixed, .trained, nil: return nil
      }
    }
  }

  private static func both(
    _ operands: [ClosedRange<Float>?]
  ) -> (ClosedRange<Float>, ClosedRange<Float>)? {
    guard operands.count == 2, let a = operands[0], let b = operands[1] else { return nil }
    return (a, b)
  }

  private static func hull(_ ends: [Float]) -> ClosedRange<Float>? {
    guard let low = ends.min(), let high = ends.max(), low.isFinite, high.isFinite else {
      return nil
    }
    return low...high
  }
}
