import OctetIR
import OctetOps

/// What several copies of some nodes compute, value by value: a column is the list of what the copies have in one
/// place.
struct Copies {
  typealias Column = [ValueID]

  enum Part {
    /// All copies have the same there.
    case same(ValueID)
    /// The parts of a tensor along its first dimension, of equal extent, all and in order.
    case slices(of: ValueID)
    /// Constants of one type.
    case constants
    /// The results of equal operators; their indices.
    case nodes([Int])

    var differs: Bool {
      if case .same = self { return false }
      return true
    }
  }

  private(set) var parts: [Column: Part] = [:]
  /// The columns that nodes make, operands first.
  private(set) var order: [Column] = []
  private let view: GraphView
  /// Those of the columns that are more than views of slices, and the nodes that make them.
  private var computed: Set<Column> = []
  private var nodes: Set<Int> = []

  init(_ view: GraphView) {
    self.view = view
  }

  /// Finds out what a column and all that it is made from are; false where copies differ in other ways.
  mutating func find(_ root: Column) -> Bool {
    var pending = [(column: root, isComplete: false)]
    while let (column, isComplete) = pending.popLast() {
      if isComplete {
        complete(column)
        continue
      }
      if parts[column] != nil { continue }
      guard let part = part(column) else { return false }
      parts[column] = part
      guard case .nodes(let nodes) = part else { continue }
      pending.append((column, true))
      for operand in operands(nodes) { pending.append((operand, false)) }
    }
    return true
  }

  /// For each input that is there, what the nodes of the copies read.
  func operands(_ nodes: [Int]) -> [Column] {
    view.graph.nodes[nodes[0]].inputs.indices.compactMap { place in
      let column = nodes.compactMap { view.graph.nodes[$0].inputs[place] }
      return column.isEmpty ? nil : column
    }
  }

  /// A node that reads what the copies make and is neither one of them nor one of `joins`.
  ///
  /// - Returns: an index; that of a maker for an output of the graph.
  func reader(_ readers: [[Int]], otherThan joins: [BatchCopies.Join]) -> Int? {
    let known = nodes.union(joins.map { $0.index })
    for index in nodes {
      for output in view.graph.nodes[index].outputs {
        if view.isOutput(output) { return index }
        if let reader = readers[output.index].first(where: { !known.contains($0) }) {
          return reader
        }
      }
    }
    return nil
  }

  /// Nodes that all read the same make the same; views of slices are no work, so they may be read elsewhere.
  private mutating func complete(_ column: Column) {
    guard case .nodes(let indices)? = parts[column] else { return }
    let operands = operands(indices)
    guard operands.contains(where: { parts[$0]?.differs == true }) else {
      parts[column] = .same(column[0])
      return
    }
    order.append(column)
    let isView = OpCatalog.builtin(view.graph.nodes[indices[0]].op)?.traits.isView == true
    if !isView || operands.contains(where: { computed.contains($0) }) {
      computed.insert(column)
      nodes.formUnion(indices)
    }
  }

  private func part(_ column: Column) -> Part? {
    let graph = view.graph
    if column.allSatisfy({ $0 == column[0] }) { return .same(column[0]) }
    let type = graph[column[0]].type
    guard type.shape.extents != nil, column.allSatisfy({ graph[$0].type == type }) else {
      return nil
    }
    let constants = column.compactMap { graph[$0].constant }
    if constants.count == column.count {
      return column.allSatisfy({ view.areSame($0, column[0]) }) ? .same(column[0]) : .constants
    }
    let makers = column.compactMap { view.producerIndex(of: $0) }
    guard constants.isEmpty, makers.count == column.count else { return nil }
    if let source = source(column, makers) { return .slices(of: source) }
    let first = graph.nodes[makers[0]]
    let attributes = first.op.attributes
    let place = first.outputs.firstIndex(of: column[0])
    for (index, value) in zip(makers, column).dropFirst() {
      let node = graph.nodes[index]
      guard
        node.op === first.op || node.op.name == first.op.name && node.op.attributes == attributes,
        node.outputs.firstIndex(of: value) == place,
        node.inputs.map({ $0 == nil }) == first.inputs.map({ $0 == nil })
      else { return nil }
    }
    return .nodes(makers)
  }

  /// The tensor of which a column's values are the slices.
  private func source(_ column: Column, _ makers: [Int]) -> ValueID? {
    guard let source = view.graph.nodes[makers[0]].inputs.first ?? nil,
      let whole = view.extents(source), let part = view.extents(column[0]),
      whole.count == part.count, !part.isEmpty, whole[1...] == part[1...],
      whole[0] == part[0] * column.count
    else { return nil }
    for (place, index) in makers.enumerated() {
      let node = view.graph.nodes[index]
      guard node.op is Slice, node.inputs[0] == source, let begin = view.ints(node.inputs[1]),
        begin[0] == place * part[0], begin.dropFirst().allSatisfy({ $0 == 0 })
      else { return nil }
    }
    return source
  }
}
