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
    case "TensorListFromTensor": return [.packedList(try builder.input(self, 0))]
    case "TensorListLength": return [try length(of: try input(0), builder)]
    case "TensorListGetItem": return [try item(try input(1), of: try input(0), &builder)]
    case "TensorListSetItem":
      return [try setting(try input(1), to: try input(2), in: try input(0), &builder)]
    case "TensorListPushBack": return [.list(try list(0, &builder) + [try input(1)])]
    case "TensorListPopBack":
      let list = try list(0, &builder)
      return [.list(Array(list.dropLast())), try item(list.count - 1, of: list)]
    case "TensorListResize":
      let size = try count(1)
      if case .packedList(let id) = try input(0), try builder.extents(id).first == size {
        return [.packedList(id)]
      }
      let list = try list(0, &builder).prefix(size)
      return [.list(list + [TensorFlowValue?](repeating: nil, count: size - list.count))]
    case "TensorListGather": return [try gathered(try input(0), 1, &builder)]
    case "TensorListScatter", "TensorListScatterV2":
      let places = try places(1)
      let size = max((places.max() ?? -1) + 1, 0)
      return [
        try scattered(places, into: [TensorFlowValue?](repeating: nil, count: size), &builder)
      ]
    case "TensorListScatterIntoExistingList":
      // Inputs: the list, the tensor, the places.
      let node = with(inputs: [try input(1)], "", false)
      return [try node.scattered(try places(2), into: try list(0, &builder), &builder)]
    case "TensorListStack": return [try stacked(try input(0), &builder)]
    case "TensorListConcat", "TensorListConcatV2":
      return [try joined(try list(0, &builder), &builder)]
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
      return [try setting(try input(1), to: try input(2), in: try input(3), &builder)]
    case "TensorArrayReadV3": return [try item(try input(1), of: try input(2), &builder)]
    case "TensorArraySizeV3": return [try length(of: try input(1), builder)]
    case "TensorArrayGatherV3": return [try gathered(try input(2), 1, &builder)]
    case "TensorArrayScatterV3":
      let node = with(inputs: [try input(2)], "", false)
      return [try node.scattered(try places(1), into: try list(3, &builder), &builder)]
    case "TensorArrayConcatV3": return [try joined(try list(1, &builder), &builder)]
    case "TensorArrayCloseV3": return []
    default: return nil
    }
  }

  private func length(
    of list: TensorFlowValue, _ builder: GraphBuilder
  ) throws(Diagnostic) -> TensorFlowValue {
    let count: Int
    switch list {
    case .packedList(let id): count = try builder.extents(id).first ?? 0
    case .list(let items): count = items.count
    default: throw noList
    }
    return .constant(Tensor([], int32: [Int32(count)]))
  }

  /// An element, whose place the graph may compute.
  private func item(
    _ index: TensorFlowValue, of list: TensorFlowValue, _ builder: inout GraphBuilder
  ) throws(Diagnostic) -> TensorFlowValue {
    switch (list, index) {
    case (.packedList(let id), .constant(let place)):
      guard let place = KnownNumbers(place)?.integers?.first else { throw noList }
      let part = try builder.part(id, place)
      return builder.known(.computed(part))
    case (.packedList(let id), _): return .computed(try builder.item(id, index))
    case (.list(let items), .constant(let place)):
      guard let place = KnownNumbers(place)?.integers?.first else { throw noList }
      return try item(place, of: items)
    case (.list(let items), _):
      guard let type = builder.itemType(items) else {
        throw Diagnostic(.unsupportedParameter, "an element of the list is read and never set")
      }
      return .computed(try builder.item(try builder.packed(items, type), index))
    default: throw noList
    }
  }

  /// The list with another element, whose place the graph may compute.
  private func setting(
    _ index: TensorFlowValue, to value: TensorFlowValue, in list: TensorFlowValue,
    _ builder: inout GraphBuilder
  ) throws(Diagnostic) -> TensorFlowValue {
    switch (list, index) {
    case (.packedList(let id), _):
      return .packedList(try builder.setting(id, index, to: value))
    case (.list(let items), .constant(let place)):
      guard let place = KnownNumbers(place)?.integers?.first else { throw noList }
      return .list(try setting(place, to: value, in: items))
    case (.list(let items), _):
      guard let type = builder.itemType(items + [value]) else { throw noList }
      return .packedList(
        try builder.setting(try builder.packed(items, type), index, to: value))
    default: throw noList
    }
  }

  /// Elements at the places that input `places` gives, along a new dimension.
  private func gathered(
    _ list: TensorFlowValue, _ places: Int, _ builder: inout GraphBuilder
  ) throws(Diagnostic) -> TensorFlowValue {
    guard case .packedList(let id) = list else {
      let items = try self.list(of: list, &builder)
      return try stacked(
        .list(
          try self.places(places).map { index throws(Diagnostic) in
            try item(index, of: items)
          }), &builder)
    }
    if case .constant(let tensor) = try input(places),
      KnownNumbers(tensor)?.integers == Array(0..<(try builder.extents(id).first ?? 0))
    {
      return builder.known(.computed(id))
    }
    return .computed(try builder.item(id, try input(places)))
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
  ) throws(Diagnostic) -> TensorFlowValue {
    let id = try builder.input(self, 0)
    let count = try builder.extents(id).first ?? 0
    guard count == places.count else {
      throw Diagnostic(
        .shapeMismatch, "\(counted(count, "part")) for \(counted(places.count, "place"))")
    }
    if places == Array(list.indices) { return .packedList(id) }
    var list = list
    for (place, part) in zip(places, try builder.unstack(id, axis: 0)) {
      list = try setting(place, to: .computed(part), in: list)
    }
    return .list(list)
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
    _ list: TensorFlowValue, _ builder: inout GraphBuilder
  ) throws(Diagnostic) -> TensorFlowValue {
    if case .packedList(let id) = list { return builder.known(.computed(id)) }
    return .computed(
      try builder.stack(try values(try self.list(of: list, &builder), &builder), axis: 0))
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

  private func list(
    _ index: Int, _ builder: inout GraphBuilder
  ) throws(Diagnostic) -> [TensorFlowValue?] {
    try list(of: try input(index), &builder)
  }

  /// The elements of a list.
  private func list(
    of value: TensorFlowValue, _ builder: inout GraphBuilder
  ) throws(Diagnostic) -> [TensorFlowValue?] {
    switch value {
    case .list(let items): return items
    case .packedList(let id): return try builder.unstack(id, axis: 0).map { .computed($0) }
    default: throw noList
    }
  }

  private var noList: Diagnostic {
    Diagnostic(.invalidGraph, "the node reads what is no list of tensors, or no place in one")
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
}
