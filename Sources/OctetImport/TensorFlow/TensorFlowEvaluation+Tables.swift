import OctetDiagnostics
import OctetIR
import OctetOps

/// Tables from whole numbers to numbers, as they are filled when the model is loaded.
extension TensorFlowEvaluation {
  private static let fills: Set<String> = [
    "LookupTableImportV2", "LookupTableImport", "InitializeTableV2", "InitializeTable",
  ]
  /// Entries of a table.
  private static let largest = 4096

  /// The result of looking up a table; nil for other operators.
  func tableResults(_ node: TensorFlowNode) throws(Diagnostic) -> [TensorFlowValue]? {
    guard node.type == "LookupTableFindV2" || node.type == "LookupTableFind",
      case .variable(let name)? = node.inputs.first
    else { return nil }
    if case .missing = try node.input(1) { return [] }
    guard let (keys, values) = entries(of: name) else {
      throw Diagnostic(
        .inexpressible, "the table '\(name)' is filled with what is not in the graph",
        notes: ["texts and files are no tensors of numbers"],
        help: "look it up outside of the model")
    }
    guard let numbers = KnownNumbers(keys)?.integers, numbers.count == values.count,
      !numbers.isEmpty, numbers.count <= Self.largest,
      case .constant(let fallback) = try node.input(2), fallback.count == 1
    else {
      throw Diagnostic(
        .inexpressible,
        "a table of \(counted(keys.count, "entry")) from \(keys.type.element.name)"
          + " to \(values.type.element.name) is not supported",
        notes: ["its keys must be at most \(Self.largest) whole numbers"])
    }
    return [try builder.lookedUp(node, numbers, values, fallback)]
  }

  /// The keys and values that the model itself puts into a table; nil when they are not constant numbers.
  private func entries(of name: String) -> (keys: Tensor, values: Tensor)? {
    let main = source.main
    for (place, node) in main.nodes.enumerated() {
      let arguments = main.inputs[place]
      if Self.fills.contains(node.op), arguments.count == 3, arguments[0].node == name {
        return constants(arguments[1], arguments[2], in: BodyRun(main, [], depth: 0))
      }
      guard let called = node.attr["f"]?.func.name, let body = source.functions[called],
        arguments.contains(where: { $0.node == name })
      else { continue }
      for (inner, fill) in body.nodes.enumerated() where Self.fills.contains(fill.op) {
        let inputs = body.inputs[inner]
        guard inputs.count == 3, let handle = body.argument(inputs[0].node),
          arguments.indices.contains(handle), arguments[handle].node == name
        else { continue }
        let outer = BodyRun(main, [], depth: 0)
        let wanted = [inputs[1], inputs[2]].compactMap { body.argument($0.node) }
          .filter { arguments.indices.contains($0) }.map { arguments[$0] }
        _ = self.values(wanted, in: outer)
        let run = BodyRun(body, arguments.map { outer.value($0) }, depth: 1)
        return constants(inputs[1], inputs[2], in: run)
      }
    }
    return nil
  }

  private func constants(
    _ keys: TensorReference, _ values: TensorReference, in run: BodyRun
  ) -> (keys: Tensor, values: Tensor)? {
    let found = self.values([keys, values], in: run)
    guard case .constant(let keys) = found[0], case .constant(let values) = found[1] else {
      return nil
    }
    return (keys, values)
  }
}

extension GraphBuilder {
  /// The values at keys, and `fallback` at others: a row of comparisons gives the place among the values.
  fileprivate mutating func lookedUp(
    _ node: TensorFlowNode, _ keys: [Int], _ values: Tensor, _ fallback: Tensor
  ) throws(Diagnostic) -> TensorFlowValue {
    let (entries, other) = (
      values.inSinglePrecision ?? values, fallback.inSinglePrecision ?? fallback
    )
    guard let numbers = KnownNumbers(entries)?.values, let rest = KnownNumbers(other)?.values else {
      throw Diagnostic(.inexpressible, "the table's values are no numbers")
    }
    let element: ElementType = entries.type.element == .float32 ? .float32 : .int32
    guard
      let table = KnownNumbers(element, [numbers.count + 1], rest + numbers).tensor,
      let row = KnownNumbers(.int32, [keys.count], keys.map { Double($0) }).tensor
    else { throw Diagnostic(.inexpressible, "the table's numbers do not fit int32") }
    var index = try input(node, 1)
    if graph[index].type.element != .int32 { index = try add(Cast(to: .int32), [index]) }
    let extents = try extents(index)
    let column = try reshape(index, extents + [1])
    let isEqual = try add(Comparison(.equal), [column, constant("keys", row)])
    let ones = try add(Cast(to: .float32), [isEqual])
    let places = constant("places", Tensor([keys.count], (1...keys.count).map { Float($0) }))
    let axis = constant("axis", Tensor([1], int32: [Int32(extents.count)]))
    let place = try add(Reduce(.sum), [try add(Mul(), [ones, places]), axis])
    let whole = try add(Cast(to: .int32), [place])
    return .computed(try add(Gather(), [constant("values", table), whole]))
  }
}
