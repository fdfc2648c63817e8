import OctetDiagnostics
import OctetIR
import OctetOps

/// Builds the patch that computes copies at once.
struct Batch {
  /// An operand of a node of the first copy.
  struct Operand {
    let id: ValueID
    let extents: [Int]
    /// The elements of all copies, one copy's after the other's, in any shape; nil where they have the same.
    let all: ValueID?
  }

  let view: GraphView
  let count: Int
  private(set) var build: GraphPatch
  private var copies: Copies
  private var all: [Copies.Column: ValueID] = [:]
  private var replaced: [ValueID: ValueID] = [:]
  private var operatorCount = 0
  private let place: Location

  /// - Parameter joins: of the results of the same copies, in order.
  init(_ view: GraphView, _ joins: [BatchCopies.Join]) {
    self.view = view
    count = joins[0].parts.count
    copies = Copies(view)
    let nodes = joins.map { view.graph.nodes[$0.index] }
    place = nodes[0].location
    let name = view.graph[joins[0].output].name
    build = GraphPatch(view.graph, "\(count) copies of \(name) become one", replacing: nodes)
  }

  /// The patch; it tells of copies that were more than slices.
  var patch: GraphPatch {
    var result = build
    if operatorCount > 0 {
      result.remark = Diagnostic(
        .copiesJoined,
        "\(count) copies of \(counted(operatorCount, "operator")) became one that computes all of them",
        at: place)
    }
    return result
  }

  /// Computes what `join` joins at once; false where an operator cannot.
  mutating func replace(_ join: BatchCopies.Join) -> Bool {
    let known = copies.order.count
    guard copies.find(join.parts) else { return false }
    do throws(Diagnostic) {
      for column in copies.order[known...] where all[column] == nil {
        guard try add(column) else { return false }
      }
      guard let extents = view.extents(join.output), let joined = allOf(join.parts) else {
        return false
      }
      let result = try reshaped(joined, extents, name: view.graph[join.output].name)
      guard canReplace(join.output, by: result) else { return false }
      replaced[join.output] = result
      build.replace(join.output, with: result)
      return true
    } catch {
      return false
    }
  }

  private func canReplace(_ output: ValueID, by result: ValueID) -> Bool {
    if replaced.values.contains(result) { return !view.isOutput(output) }
    return result.index >= view.graph.values.count || view.canReplace(output, by: result)
  }

  /// The value with these extents, behind a reshape where it has others.
  mutating func reshaped(
    _ id: ValueID, _ extents: [Int], name: String? = nil
  ) throws(Diagnostic) -> ValueID {
    try build.reshaped(id, extents, name: name ?? build[id].name)
  }

  /// A value that all copies have, once for each of them.
  mutating func repeated(_ id: ValueID, _ extents: [Int]) throws(Diagnostic) -> ValueID {
    let name = build[id].name
    let shape = try build.addList("\(name)/shape", [count] + extents)
    return try build.add(BroadcastTo(), inputs: [id, shape], name: name)
  }

  mutating func constant(
    _ name: String, _ extents: [Int], _ values: [Int]
  ) throws(Diagnostic) -> ValueID {
    try build.addList(name, values, extents: extents)
  }

  /// All that a column has; nil where the copies have the same.
  private mutating func allOf(_ column: Copies.Column) -> ValueID? {
    if let known = all[column] { return known }
    switch copies.parts[column] {
    case .slices(let source)?: all[column] = replaced[source] ?? source
    case .constants?: all[column] = stacked(column)
    case .same?, .nodes?, nil: break
    }
    return all[column]
  }

  private mutating func stacked(_ column: Copies.Column) -> ValueID? {
    let first = view.graph[column[0]]
    guard let extents = first.type.shape.extents else { return nil }
    let bytes = column.flatMap { id in view.graph[id].constant.map { Array($0.bytes) } ?? [] }
    let type = TensorType(first.type.element, [count] + extents)
    guard type.byteCount == bytes.count else { return nil }
    return build.addConstant(first.name, Tensor(type, Storage(bytes)))
  }

  /// Adds the operator that makes a column; false where it cannot.
  private mutating func add(_ column: Copies.Column) throws(Diagnostic) -> Bool {
    guard case .nodes(let indices)? = copies.parts[column] else { return false }
    let node = view.graph.nodes[indices[0]]
    guard let op = OpCatalog.builtin(node.op),
      let operands = operands(of: indices),
      case let results = node.outputs.compactMap({ view.extents($0) }),
      results.count == node.outputs.count
    else { return false }
    var made: [ValueID]
    if op.traits.isView {
      made = operands[0].flatMap { $0.all }.map { [$0] } ?? []
    } else {
      guard let form = try form(op, operands, results) else { return false }
      made = try build.add(
        form.op, inputs: form.inputs, names: node.outputs.map { view.graph[$0].name },
        provenance: node.provenance)
      operatorCount += 1
      let isAsExpected = zip(made, form.results).allSatisfy { build[$0].type.shape == Shape($1) }
      guard isAsExpected else { return false }
    }
    guard made.count == node.outputs.count else { return false }
    for (place, value) in made.enumerated() {
      all[indices.map { view.graph.nodes[$0].outputs[place] }] = value
    }
    return true
  }

  /// What the nodes of the copies read; nil where an extent is not known.
  private mutating func operands(of indices: [Int]) -> [Operand?]? {
    var result: [Operand?] = []
    for (place, input) in view.graph.nodes[indices[0]].inputs.enumerated() {
      guard let input else {
        result.append(nil)
        continue
      }
      guard let extents = view.extents(input) else { return nil }
      let column = indices.compactMap { view.graph.nodes[$0].inputs[place] }
      result.append(
        Operand(id: replaced[input] ?? input, extents: extents, all: allOf(column)))
    }
    return result
  }
}
