import OctetDiagnostics
import OctetIR
import OctetOps

/// What the steps of an LSTM layer read.
struct LSTMSequence {
  /// Has the elements of a sequence with `extents`.
  private let input: ValueID
  /// [T,N,features] or [N,T,features]
  private let extents: [Int]
  /// The dimension of the steps.
  private let axis: Int
  /// [4 units, features]
  private let kernel: ValueID
  /// Of the products that were made before the loop.
  private let biases: [ValueID]

  /// - Parameter recurrent: the product of each cell with the output before it.
  /// - Returns: nil unless the steps are those of one tensor, all and in order.
  init?(_ cells: [LSTMCell], _ recurrent: [LSTMCell.Product?], _ view: GraphView) {
    var weights: ValueID?
    var steps: [ValueID] = []
    for (cell, state) in zip(cells, recurrent) {
      let products = cell.products.filter { $0.node != state?.node }
      guard products.count + cell.others.count == 1 else { return nil }
      if let product = products.first {
        guard view.areSame(product.weights, weights ?? product.weights) else { return nil }
        weights = product.weights
        steps.append(product.input)
      } else {
        guard weights == nil else { return nil }
        steps += cell.others
      }
    }
    let units = cells[0].units
    guard let source = view.steps(steps), let whole = view.extents(source.value) else { return nil }
    axis = source.axis
    if let weights {
      (kernel, input, biases) = (weights, source.value, [])
    } else {
      guard whole[2] == 4 * units, let product = view.dense(making: source.value) else {
        return nil
      }
      (kernel, input, biases) = (product.weights, product.input, product.biases)
    }
    guard let form = view.extents(kernel), form[0] == 4 * units,
      weights == nil || form[1] == whole[2]
    else { return nil }
    extents = [whole[0], whole[1], form[1]]
  }

  /// Adds the operator and gives its result, [T,N,units] or [N,T,units].
  func add(
    _ cell: LSTMCell, recurrent: ValueID, _ name: String, _ view: GraphView,
    _ patch: inout GraphPatch
  ) throws(Diagnostic) -> ValueID {
    let units = cell.units
    func gates(_ what: String, _ numbers: [Float], _ shape: [Int]) -> [ValueID] {
      let count = numbers.count / 4
      return cell.gates.enumerated().map { gate, place in
        let own = Array(numbers[place * count..<(place + 1) * count])
        return patch.addConstant("\(name)/\(what)\(gate)", Tensor(shape, own))
      }
    }
    var bias = [Float](repeating: 0, count: 4 * units)
    for id in cell.biases + biases {
      for (place, value) in (view.floats(id) ?? []).enumerated() { bias[place] += value }
    }
    let kernels = gates("kernel", view.floats(kernel) ?? [], [units, extents[2]])
    let recurrents = gates("recurrent", view.floats(recurrent) ?? [], [units, units])
    let offsets = gates("bias", bias, [units])
    return try patch.add(
      UnidirectionalSequenceLSTM(timeMajor: axis == 0),
      inputs: UnidirectionalSequenceLSTM.inputs(
        try patch.reshaped(input, extents, name: name), kernels, recurrents, offsets), name: name)
  }

  /// One step of the result, [N,units].
  func step(
    _ step: Int, of result: ValueID, _ name: String, _ patch: inout GraphPatch
  ) throws(Diagnostic) -> ValueID {
    var size = patch[result].type.shape.extents ?? []
    var begin = [0, 0, 0]
    (begin[axis], size[axis]) = (step, 1)
    let inputs = [
      result, try patch.addList("\(name)/begin", begin), try patch.addList("\(name)/size", size),
    ]
    let slice = try patch.add(Slice(), inputs: inputs, name: name)
    size.remove(at: axis)
    return try patch.reshaped(slice, size, name: name)
  }
}

extension GraphView {
  /// Whether a value is a constant of zeros.
  func isZero(_ id: ValueID) -> Bool { floats(id)?.allSatisfy { $0 == 0 } == true }

  /// The tensor whose steps along its first or second dimension of three these are: all of them, in order, each
  /// without that dimension.
  fileprivate func steps(_ steps: [ValueID]) -> (value: ValueID, axis: Int)? {
    func slice(_ id: ValueID) -> Node? {
      guard let node = producer(of: id) else { return nil }
      return node.op is Reshape ? producer(of: node.inputs[0]) : node
    }
    guard let source = slice(steps[0])?.inputs.first ?? nil, let whole = extents(source),
      whole.count == 3, let axis = [0, 1].first(where: { whole[$0] == steps.count })
    else { return nil }
    var part = whole
    part[axis] = 1
    for (place, step) in steps.enumerated() {
      var begin = [0, 0, 0]
      begin[axis] = place
      guard let node = slice(step), node.op is Slice, node.inputs[0] == source,
        ints(node.inputs[1]) == begin, extents(node.outputs[0]) == part,
        extents(step) == [whole[1 - axis], whole[2]]
      else { return nil }
    }
    return (source, axis)
  }

  /// The dense layer that makes the rows of a value, but for what is added to each.
  fileprivate func dense(
    making id: ValueID
  ) -> (input: ValueID, weights: ValueID, biases: [ValueID])? {
    guard let width = extents(id)?.last else { return nil }
    var (id, biases) = (id, [ValueID]())
    while let node = producer(of: id), extents(id)?.last == width {
      if node.op is Reshape, let input = node.inputs[0] {
        id = input
      } else if (node.op as? Add)?.activation == FusedActivation.none,
        let place = node.inputs.firstIndex(where: { isRow($0, width) }),
        let input = node.inputs[1 - place]
      {
        if let bias = node.inputs[place] { biases.append(bias) }
        id = input
      } else if (node.op as? FullyConnected)?.activation == FusedActivation.none,
        let input = node.inputs[0], let weights = node.inputs[1], floats(weights) != nil
      {
        let bias = node.inputs.count > 2 ? node.inputs[2] : nil
        guard bias.map({ isRow($0, width) }) ?? true else { return nil }
        return (input, weights, biases + [bias].compactMap { $0 })
      } else {
        return nil
      }
    }
    return nil
  }

  /// Whether a value is a constant row.
  func isRow(_ id: ValueID?, _ width: Int) -> Bool {
    guard let id else { return false }
    return floats(id)?.count == width && extents(id)?.last == width
  }
}
