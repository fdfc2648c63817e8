import OctetDiagnostics
import OctetIR
import OctetOps

extension TensorFlowNode {
  /// Elements of a list.
  private static let largestList = 1 << 16

  /// The results of an operator on lists of tensors, which are followed from one to the next and are no part
  /// of the graph; nil for other operators.
  func listResults(_ builder: inout GraphBuilder) throws(Diagnostic) -> [TensorFlowValue]? {
    switch type {
    case "TensorListReserve":
      return [.list([TensorFlowValue?](repeating: nil, count: try count(1)))]
    case "EmptyTensorList": return [.list([])]
    case "TensorListFromTensor": return [.list(try unpacked(&builder))]
    case "TensorListLength":
      return [.constant(Tensor([], int32: [Int32(try list().count)]))]
    case "TensorListGetItem":
      let (list, index) = (try list(), try count(1))
      guard list.indices.contains(index) else { throw outside(index, list.count) }
      guard let item = list[index] else {
        throw Diagnostic(
          .unsupportedParameter, "element \(index) of the list is read and never set")
      }
      return [item]
    case "TensorListSetItem":
      var list = try list()
      let index = try count(1)
      guard list.indices.contains(index) else { throw outside(index, list.count) }
      list[index] = try input(2)
      return [.list(list)]
    case "TensorListPushBack": return [.list(try list() + [try input(1)])]
    case "TensorListStack":
      var items: [ValueID] = []
      for item in try list() {
        guard let item else {
          throw Diagnostic(.unsupportedParameter, "an element of the list is never set")
        }
        items.append(try builder.value(item))
      }
      return [.computed(try builder.stack(items, axis: 0))]
    default: return nil
    }
  }

  private func list() throws(Diagnostic) -> [TensorFlowValue?] {
    guard case .list(let items) = try input(0) else {
      throw Diagnostic(.invalidGraph, "the node reads what is no list of tensors")
    }
    return items
  }

  /// A constant input that counts elements.
  private func count(_ index: Int) throws(Diagnostic) -> Int {
    let values = try integers(index, index == 1 ? "length or place" : "place")
    guard let value = values.first, value >= 0, value <= Self.largestList else {
      throw Diagnostic(.unsupportedParameter, "a list has no place \(values)")
    }
    return value
  }

  private func outside(_ index: Int, _ count: Int) -> Diagnostic {
    Diagnostic(.shapeMismatch, "the list of \(counted(count, "tensor")) has no element \(index)")
  }

  /// The parts of a tensor along its first dimension.
  private func unpacked(_ builder: inout GraphBuilder) throws(Diagnostic) -> [TensorFlowValue] {
    let id = try builder.input(self, 0)
    return try builder.unstack(id, axis: 0).map { .computed($0) }
  }
}

extension GraphBuilder {
  /// Tensors of one shape, joined along a new dimension.
  mutating func stack(_ items: [ValueID], axis: Int) throws(Diagnostic) -> ValueID {
    var parts: [ValueID] = []
    for item in items {
      var extents = try extents(item)
      extents.insert(1, at: axis)
      parts.append(try reshape(item, extents))
    }
    guard let first = parts.first else {
      throw Diagnostic(.unsupportedParameter, "a list of no tensors cannot be stacked")
    }
    return parts.count == 1 ? first : try add(Concatenation(axis: axis), parts)
  }

  /// The parts of a tensor along a dimension, which they do without.
  mutating func unstack(_ id: ValueID, axis: Int) throws(Diagnostic) -> [ValueID] {
    let extents = try extents(id)
    guard extents.indices.contains(axis), extents[axis] <= 1 << 16 else {
      throw Diagnostic(.shapeMismatch, "the shape \(extents) has no parts")
    }
    var size = extents
    size[axis] = 1
    var own = extents
    own.remove(at: axis)
    var parts: [ValueID] = []
    for index in 0..<extents[axis] {
      var begin = [Int](repeating: 0, count: extents.count)
      begin[axis] = index
      parts.append(try reshape(try slice(id, begin: begin, size: size), own))
    }
    return parts
  }
}
