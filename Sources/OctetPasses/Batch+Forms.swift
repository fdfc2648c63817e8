import OctetDiagnostics
import OctetIR
import OctetOps

extension Batch {
  /// An operator that computes what all copies do.
  struct Form {
    let op: any BuiltinOp
    let inputs: [ValueID?]
    /// The extents of its results.
    let results: [[Int]]
  }

  /// - Parameter results: the extents of what one copy makes.
  /// - Returns: nil where the operator cannot compute several copies.
  mutating func form(
    _ op: any BuiltinOp, _ operands: [Operand?], _ results: [[Int]]
  ) throws(Diagnostic) -> Form? {
    switch op.traits.copies {
    case .broadcast(let core): return try broadcast(op, operands, results[0], core)
    case .items(let core): return try items(op, operands, results, core)
    case .dimensions(let forms):
      for form in forms {
        // Without one more dimension where that is possible: operators have a limit.
        for isInserted in [false, true] {
          if let found = try dimensions(form, operands, results, isInserted) { return found }
        }
      }
      return nil
    case .none: return nil
    }
  }

  /// Leading dimensions of 1 are left out, since operators take few dimensions.
  private mutating func broadcast(
    _ op: any BuiltinOp, _ operands: [Operand?], _ result: [Int], _ core: Int
  ) throws(Diagnostic) -> Form? {
    let ones = result.prefix { $0 == 1 }.count
    let kept = max(result.count - ones, core)
    var inputs: [ValueID?] = []
    for operand in operands {
      guard let operand else {
        inputs.append(nil)
        continue
      }
      let own = operand.extents
      if let all = operand.all {
        let missing = [Int](repeating: 1, count: max(kept - own.count, 0))
        inputs.append(try reshaped(all, [count] + missing + own.suffix(kept)))
      } else {
        let fits = own.count <= kept + 1
        inputs.append(fits ? operand.id : try reshaped(operand.id, own.suffix(kept)))
      }
    }
    return Form(op: op, inputs: inputs, results: [[count] + result.suffix(kept)])
  }

  private mutating func items(
    _ op: any BuiltinOp, _ operands: [Operand?], _ results: [[Int]], _ core: Int
  ) throws(Diagnostic) -> Form? {
    guard let items = operands[0], let all = items.all,
      operands.dropFirst().allSatisfy({ $0?.all == nil }), items.extents.count >= core
    else { return nil }
    let isOne = items.extents.count == core
    func with(_ extents: [Int]) -> [Int] {
      isOne ? [count] + extents : [count * extents[0]] + extents.dropFirst()
    }
    // An operator that gives rows gives one row for an item that has none.
    let shapes = results.map { result in
      isOne && result.count > core ? [count] + result[1...] : with(result)
    }
    let input = try reshaped(all, with(items.extents))
    return Form(op: op, inputs: [input] + operands.dropFirst().map { $0?.id }, results: shapes)
  }

  /// - Parameter isInserted: whether there is one more dimension, or that of the copies takes the place of a
  ///   first one of 1.
  private mutating func dimensions(
    _ form: CopiesRule.Form, _ operands: [Operand?], _ results: [[Int]], _ isInserted: Bool
  ) throws(Diagnostic) -> Form? {
    guard let first = operands.indices.first(where: { isOperand(form.input($0)) }),
      let rank = operands[first]?.extents.count,
      case let outer = CopiesRule.OuterDimension(isInserted: isInserted, rank: rank),
      let op = form.op(outer)
    else { return nil }
    func with(_ extents: [Int]) -> [Int]? {
      if isInserted { return [count] + extents }
      return extents.first == 1 ? [count] + extents[1...] : nil
    }
    let shapes = results.compactMap { with($0) }
    guard shapes.count == results.count else { return nil }
    var inputs: [ValueID?] = []
    for (index, operand) in operands.enumerated() {
      guard let operand else {
        inputs.append(nil)
        continue
      }
      let input: ValueID?
      switch form.input(index) {
      case .operand, .aligned:
        var own = operand.extents
        if case .aligned = form.input(index) {
          own = [Int](repeating: 1, count: max(results[0].count - own.count, 0)) + own
        }
        guard let shape = with(own) else { return nil }
        var all = operand.all
        if all == nil { all = try repeated(operand.id, operand.extents) }
        input = try all.map { id throws(Diagnostic) in try reshaped(id, shape) }
      case .row(let row):
        // That of the copies comes first.
        let first = row.map { $0 ?? count }
        input = try numbers(operand) {
          first + (isInserted ? $0[...] : $0.dropFirst(first.count))
        }
      case .axes:
        input = try numbers(operand) { numbers in
          let moved = numbers.compactMap { outer.axis($0) }
          return moved.count == numbers.count ? moved : nil
        }
      case .order:
        input = try numbers(operand) { order in
          isInserted ? [0] + order.map { $0 + 1 } : order.first == 0 ? order : nil
        }
      case .same: input = operand.all == nil ? operand.id : nil
      }
      guard let input else { return nil }
      inputs.append(input)
    }
    return Form(op: op, inputs: inputs, results: shapes)
  }

  private func isOperand(_ input: CopiesRule.Input) -> Bool {
    switch input {
    case .operand, .aligned: true
    case .row, .axes, .order, .same: false
    }
  }

  /// An int32 constant that all copies have, with more numbers or others.
  private mutating func numbers(
    _ operand: Operand, _ change: ([Int]) -> [Int]?
  ) throws(Diagnostic) -> ValueID? {
    guard operand.all == nil, operand.id.index < view.graph.values.count,
      let values = view.ints(operand.id), let changed = change(values)
    else { return nil }
    var extents = operand.extents
    if !extents.isEmpty { extents[0] = changed.count / max(1, extents[1...].reduce(1, *)) }
    return try constant(view.graph[operand.id].name, extents, changed)
  }
}
