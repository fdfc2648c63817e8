import OctetDiagnostics
import OctetIR
import OctetOps

extension TensorFlowNode {
  /// Elements of a list.
  private static let largestList = 1 << 16

  /// The results of an operator on lists of tensors, which are followed from one to the next and are no part
  /// of the graph; nil for other operators.
  func listResults(_ builder: inout GraphBuilder) throws(Diagnostic) -> [TensorFlowValue]? {
    let isList = type.hasPrefix("TensorList") || type.hasPrefix("TensorArray")
    guard isList || type == "EmptyTensorList" else { return nil }
    for case .missing in inputs { return [] }
    return type.hasPrefix("TensorArray") ? try arrayResults(&builder) : try results(&builder)
  }

  private func results(_ builder: inout GraphBuilder) throws(Diagnostic) -> [TensorFlowValue]? {
    switch type {
    case "TensorListReserve":
      return [.list([TensorFlowValue?](repeating: nil, count: try count(1)))]
    case "EmptyTensorList": return [.list([])]
    case "TensorListFromTensor": return [.list(try unpacked(&builder))]
    case "TensorListLength":
      return [.constant(Tensor([], int32: [Int32(try list().count)]))]
    case "TensorListGetItem":
      return [try item(try count(1), of: try list())]
    case "TensorListSetItem":
      return [.list(try setting(try count(1), to: try input(2), in: try list()))]
    case "TensorListPushBack": return [.list(try list() + [try input(1)])]
    case "TensorListPopBack":
      let list = try list()
      return [.list(Array(list.dropLast())), try item(list.count - 1, of: list)]
    case "TensorListResize":
      let size = try count(1)
      let list = try list().prefix(size)
      return [.list(list + [TensorFlowValue?](repeating: nil, count: size - list.count))]
    case "TensorListGather":
      let list = try list()
      return [
        try stacked(
          try places(1).map { index throws(Diagnostic) in
            try item(index, of: list)
          }, &builder)
      ]
    case "TensorListScatter", "TensorListScatterV2":
      let places = try places(1)
      let size = max((places.max() ?? -1) + 1, 0)
      return [
        .list(
          try scattered(places, into: [TensorFlowValue?](repeating: nil, count: size), &builder))
      ]
    case "TensorListScatterIntoExistingList":
      // Inputs: the list, the tensor, the places.
      let node = with(inputs: [try input(1)], "", false)
      return [.list(try node.scattered(try places(2), into: try list(), &builder))]
    case "TensorListStack": return [try stacked(try list(), &builder)]
    case "TensorListConcat", "TensorListConcatV2":
      return [try joined(try list(), &builder)]
    default: return nil
    }
  }

  /// The results of TensorFlow 1's lists: the flow that goes from one to the next is the list.
  private func arrayResults(
    _ builder: inout GraphBuilder
  ) throws(Diagnostic) -> [TensorFlowValue]? {
    switch type {
    case "TensorArrayV3":
      let list = TensorFlowValue.list([TensorFlowValue?](repeating: nil, count: try count(0)))
      return [list, list]
    case "TensorArrayWriteV3":
      return [.list(try setting(try count(1), to: try input(2), in: try list(3)))]
    case "TensorArrayReadV3": return [try item(try count(1), of: try list(2))]
    case "TensorArraySizeV3":
      return [.constant(Tensor([], int32: [Int32(try list(1).count)]))]
    case "TensorArrayGatherV3":
      let list = try list(2)
      return [
        try stacked(
          try places(1).map { index throws(Diagnostic) in
            try item(index, of: list)
          }, &builder)
      ]
    case "TensorArrayScatterV3":
      let node = with(inputs: [try input(2)], "", false)
      return [.list(try node.scattered(try places(1), into: try list(3), &builder))]
    case "TensorArrayConcatV3": return [try joined(try list(1), &builder)]
    case "TensorArrayCloseV3": return []
    default: return nil
    }
  }

  private func item(
    _ index: Int, of list: [TensorFlowValue?]
  ) throws(Diagnostic) -> TensorFlowValue {
    guard list.indices.contains(index) else { throw outside(index, list.count) }
    guard let item = list[index] else {
      throw Diagnostic(.unsupportedParameter, "element \(index) of the list is read and never set")
    }
    return item
  }

  /// The list with another element; it grows as far as that.
  private func setting(
    _ index: Int, to value: TensorFlowValue, in list: [TensorFlowValue?]
  ) throws(Diagnostic) -> [TensorFlowValue?] {
    guard index >= 0, index < Self.largestList else { throw outside(index, list.count) }
    var list = list
    while list.count <= index { list.append(nil) }
    list[index] = value
    return list
  }

  private func places(_ index: Int) throws(Diagnostic) -> [Int] {
    let places = try integers(index, "places")
    guard places.count <= Self.largestList else {
      throw Diagnostic(.unsupportedParameter, "a list has no \(places.count) places")
    }
    return places
  }

  /// `list` with the parts of the first input at `places`.
  private func scattered(
    _ places: [Int], into list: [TensorFlowValue?], _ builder: inout GraphBuilder
  ) throws(Diagnostic) -> [TensorFlowValue?] {
    let parts = try unpacked(&builder)
    guard parts.count == places.count else {
      throw Diagnostic(
        .shapeMismatch, "\(counted(parts.count, "part")) for \(counted(places.count, "place"))")
    }
    var list = list
    for (place, part) in zip(places, parts) { list = try setting(place, to: part, in: list) }
    return list
  }

  private func values(
    _ list: [TensorFlowValue?], _ builder: inout GraphBuilder
  ) throws(Diagnostic) -> [ValueID] {
    var items: [ValueID] = []
    for item in list {
      guard let item else {
        throw Diagnostic(.unsupportedParameter, "an element of the list is never set")
      }
      items.append(try builder.value(item))
    }
    return items
  }

  private func stacked(
    _ list: [TensorFlowValue?], _ builder: inout GraphBuilder
  ) throws(Diagnostic) -> TensorFlowValue {
    .computed(try builder.stack(try values(list, &builder), axis: 0))
  }

  private func joined(
    _ list: [TensorFlowValue?], _ builder: inout GraphBuilder
  ) throws(Diagnostic) -> TensorFlowValue {
    let items = try values(list, &builder)
    guard let first = items.first else {
      throw Diagnostic(.unsupportedParameter, "a list of no tensors cannot be joined")
    }
    return .computed(items.count == 1 ? first : try builder.add(Concatenation(axis: 0), items))
  }

  private func list(_ index: Int = 0) throws(Diagnostic) -> [TensorFlowValue?] {
    guard case .list(let items) = try input(index) else {
      throw Diagnostic(.invalidGraph, "the node reads what is no list of tensors")
    }
    return items
  }

  /// A constant input that counts elements.
  private func count(_ index: Int) throws(Diagnostic) -> Int {
    let values = try integers(index, "length or place")
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
