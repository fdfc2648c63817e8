import OctetDiagnostics
import OctetIR
import OctetOps

/// Tensors stacked and taken apart, and lists of tensors in one tensor [count, item…], as loops that stay loops hand them
/// on.
extension GraphBuilder {
  /// A list of which the graph computes an element, in one tensor; other values as they are.
  mutating func packedIfComputed(_ value: TensorFlowValue) throws(Diagnostic) -> TensorFlowValue {
    guard case .list(let items) = value, let type = itemType(items),
      items.contains(where: { if case .computed? = $0 { true } else { false } })
    else { return value }
    return .packedList(try packed(items, type))
  }

  /// The type of the tensor that holds a list like `items`, by the elements of these or of `result`, which has as many; nil
  /// where that does not say.
  func packedType(_ result: TensorFlowValue, _ items: [TensorFlowValue?]) -> TensorType? {
    switch result {
    case .packedList(let id):
      return graph[id].type.shape.extents?.first == items.count ? graph[id].type : nil
    case .list(let others):
      guard others.count == items.count, let type = itemType(others) else { return nil }
      return type.packed(items.count)
    default: return nil
    }
  }

  /// A value of the graph: with a type, of a variable that has it in a loop.
  mutating func value(
    _ value: TensorFlowValue, as type: TensorType?, isList: Bool
  ) throws(Diagnostic) -> ValueID {
    switch value {
    case .packedList(let id) where isList || type == nil: return id
    case .list(let items) where isList:
      guard let extents = type?.shape.extents, let element = type?.element else { break }
      return try packed(items, TensorType(element, Array(extents.dropFirst())))
    case .computed, .constant, .random:
      if !isList { return try self.value(value) }
    default: break
    }
    throw Diagnostic(.unsupportedParameter, "a variable is a list in some turns only")
  }

  /// A list in one tensor, with zeros for elements that are not set. Throws `OCT0201` for elements that differ in shape
  /// or type.
  mutating func packed(
    _ items: [TensorFlowValue?], _ item: TensorType
  ) throws(Diagnostic) -> ValueID {
    let type = item.packed(items.count)
    guard let count = item.shape.elementCount, let bytes = item.byteCount, !items.isEmpty,
      let extents = type.shape.extents, Self.isTensor(extents)
    else { throw Diagnostic(.tensorTooLarge, "a list of type \(type.text) is no tensor") }
    if items.allSatisfy({ $0 == nil }) {
      try reserve(count * items.count)
      return constant("list", Tensor(type, try Storage.zeros(byteCount: bytes * items.count)))
    }
    var parts: [ValueID] = []
    for value in items {
      let id =
        try value.map { value throws(Diagnostic) in try self.value(value) }
        ?? constant("element", Tensor(item, Storage(byteCount: bytes)))
      guard graph[id].type.element == item.element, graph[id].type.shape == item.shape else {
        throw Diagnostic(.shapeMismatch, "the list's tensors differ in shape or type")
      }
      parts.append(id)
    }
    return try stack(parts, axis: 0)
  }

  /// The type of the first element that is set.
  func itemType(_ items: [TensorFlowValue?]) -> TensorType? {
    for case let item? in items {
      switch item {
      case .computed(let id): return graph[id].type
      case .constant(let tensor): return (tensor.inSinglePrecision ?? tensor).type
      default: return nil
      }
    }
    return nil
  }

  /// What a value of the graph holds, if that is a constant.
  func constant(_ value: TensorFlowValue) -> Tensor? {
    switch value {
    case .computed(let id), .packedList(let id):
      graph[id].constant.map { Tensor(graph[id].type, $0) }
    default: nil
    }
  }

  /// Element `index` of a list.
  mutating func item(_ list: ValueID, _ index: TensorFlowValue) throws(Diagnostic) -> ValueID {
    try add(Gather(axis: 0), [list, try value(index, "index")])
  }

  /// The list with another element.
  mutating func setting(
    _ list: ValueID, _ index: TensorFlowValue, to item: TensorFlowValue
  ) throws(Diagnostic) -> ValueID {
    let extents = try extents(list)
    let item = try value(item)
    guard try [1] + self.extents(item) == [1] + extents.dropFirst() else {
      throw Diagnostic(
        .shapeMismatch, "the list's elements have the shape \(Array(extents.dropFirst()))",
        tensors: [graph[item].text])
    }
    let place = try reshape(try value(index, "index"), [1])
    let others = [Int32](repeating: 0, count: extents.count - 1)
    let element = graph[place].type.element
    let zeros = constant(
      "zeros",
      element == .int64
        ? Tensor(TensorType(.int64, [others.count]), Storage(others.map { Int64($0) }))
        : Tensor([others.count], int32: others))
    let start = others.isEmpty ? place : try add(Concatenation(axis: 0), [place, zeros])
    return try add(
      DynamicUpdateSlice(), [list, try reshape(item, [1] + extents.dropFirst()), start])
  }

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
    return try (0..<extents[axis]).map { index throws(Diagnostic) in
      try part(id, index, axis: axis)
    }
  }

  /// The part at `index` along a dimension, without that.
  mutating func part(_ id: ValueID, _ index: Int, axis: Int = 0) throws(Diagnostic) -> ValueID {
    let extents = try extents(id)
    guard extents.indices.contains(axis), (0..<extents[axis]).contains(index) else {
      throw Diagnostic(.shapeMismatch, "the shape \(extents) has no part \(index)")
    }
    var (size, own) = (extents, extents)
    size[axis] = 1
    own.remove(at: axis)
    var begin = [Int](repeating: 0, count: extents.count)
    begin[axis] = index
    return try reshape(try slice(id, begin: begin, size: size), own)
  }
}

extension TensorType {
  /// The type of a tensor that holds as many of this.
  fileprivate func packed(_ count: Int) -> TensorType {
    TensorType(element, Shape([.known(count)] + shape.dimensions))
  }
}
