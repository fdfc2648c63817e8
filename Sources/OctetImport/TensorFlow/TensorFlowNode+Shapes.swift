import OctetDiagnostics
import OctetIR

extension TensorFlowNode {
  /// The results of operators that only look at their input's shape; nil for other operators.
  func shapeResults(_ builder: GraphBuilder) throws(Diagnostic) -> [TensorFlowValue]? {
    guard ["Shape", "ShapeN", "Rank", "Size"].contains(type) else { return nil }
    let element = try elementType("out_type", default: .int32)
    var results: [TensorFlowValue] = []
    for input in inputs {
      let extents: [Int]
      switch input {
      case .computed(let id): extents = try builder.extents(id)
      case .constant(let tensor): extents = tensor.extents
      case .complex(let id, _): extents = try builder.extents(id)
      case .random(let numbers): extents = numbers.mean.extents
      case .list, .packedList, .variable, .dead, .missing: return []
      }
      let numbers =
        switch type {
        case "Rank": KnownNumbers(.int32, [], [Double(extents.count)])
        case "Size": KnownNumbers(element, [], [Double(extents.reduce(1, *))])
        default: KnownNumbers(element, [extents.count], extents.map { Double($0) })
        }
      guard let tensor = numbers.tensor else {
        throw Diagnostic(.tensorTooLarge, "the shape \(extents) does not fit \(element.name)")
      }
      results.append(.constant(tensor))
    }
    return results
  }

  private func elementType(
    _ name: String, default fallback: ElementType
  ) throws(Diagnostic) -> ElementType {
    contains(name) ? try elementType(name) ?? fallback : fallback
  }
}
