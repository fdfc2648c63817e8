import OctetDiagnostics
import OctetIR

/// One step of a recurrent cell.
///
/// Source: "Long Short-Term Memory" (1997), "Learning Phrase Representations using RNN Encoder-Decoder" (2014), with the order
/// of gates that Keras stores: input, forget, cell, output; update, reset, candidate.
extension KerasBuilder {
  /// The state after a step; the first tensor is its output.
  ///
  /// - Parameters:
  ///   - row: what the kernel and the bias make of the input, [batch, gates x units].
  ///   - state: before the step; none for zeros.
  ///   - weights: the cell's, for the state.
  mutating func step(
    _ recurrence: Recurrence, _ row: TensorFlowValue, _ state: [TensorFlowValue],
    _ weights: [ValueID]
  ) throws(Diagnostic) -> [TensorFlowValue] {
    switch recurrence.cell {
    case .lstm:
      return try cell(
        try plusState(row, state.first, weights), state.count > 1 ? state[1] : nil,
        recurrence.recurrentActivation, recurrence.activation)
    case .gru(let resetsAfter):
      return [try gru(recurrence, row, state.first, weights, resetsAfter: resetsAfter)]
    case .simple:
      return [try activate(try plusState(row, state.first, weights), recurrence.activation)]
    }
  }

  /// Output and cell of an LSTM, whose gates lie side by side in the last dimension of `sums`.
  mutating func cell(
    _ sums: TensorFlowValue, _ kept: TensorFlowValue?, _ sharp: KerasValue, _ soft: KerasValue
  ) throws(Diagnostic) -> [TensorFlowValue] {
    let gates = try split(sums, 4)
    var cell = try apply("Mul", [try activate(gates[0], sharp), try activate(gates[2], soft)])
    if let kept {
      cell = try apply(
        "AddV2", [try apply("Mul", [try activate(gates[1], sharp), kept]), cell])
    }
    let output = try activate(gates[3], sharp)
    return [try apply("Mul", [output, try activate(cell, soft)]), cell]
  }

  /// A row with what the recurrent kernel makes of the state; the state before the first step is zero.
  private mutating func plusState(
    _ row: TensorFlowValue, _ state: TensorFlowValue?, _ recurrence: Recurrence
  ) throws(Diagnostic) -> TensorFlowValue {
    guard let state else { return row }
    let product = try apply("MatMul", [state, .constant(recurrence.recurrentKernel)])
    return try apply("AddV2", [row, product])
  }

  private mutating func gru(
    _ recurrence: Recurrence, _ row: TensorFlowValue, _ state: TensorFlowValue?,
    _ weights: [ValueID], resetsAfter: Bool
  ) throws(Diagnostic) -> TensorFlowValue {
    let (sharp, soft) = (recurrence.recurrentActivation, recurrence.activation)
    var gates = try split(row, 3)
    if resetsAfter {
      if let parts = try remembered(recurrence, state, weights) {
        gates[0] = try apply("AddV2", [gates[0], parts[0]])
        gates[1] = try activate(try apply("AddV2", [gates[1], parts[1]]), sharp)
        gates[2] = try apply("AddV2", [gates[2], try apply("Mul", [gates[1], parts[2]])])
      }
    } else if let state, weights.count == 3 {
      gates[0] = try apply("AddV2", [gates[0], try product(state, weights[0])])
      gates[1] = try activate(
        try apply("AddV2", [gates[1], try product(state, weights[1])]), sharp)
      let kept = try product(try apply("Mul", [gates[1], state]), weights[2])
      gates[2] = try apply("AddV2", [gates[2], kept])
    }
    let update = try activate(gates[0], sharp)
    let candidate = try activate(gates[2], soft)
    // update * state + (1 - update) * candidate
    let fresh = try apply("Sub", [candidate, try apply("Mul", [update, candidate])])
    guard let state else { return fresh }
    return try apply("AddV2", [try apply("Mul", [update, state]), fresh])
  }

  /// What the recurrent kernel and its own bias make of the state, gate by gate; nil for nothing.
  private mutating func remembered(
    _ recurrence: Recurrence, _ state: TensorFlowValue?, _ weights: [ValueID]
  ) throws(Diagnostic) -> [TensorFlowValue]? {
    guard let state, let kernel = weights.first else {
      guard let numbers = recurrence.stateBias?.storage.array(of: Float.self) else { return nil }
      let units = recurrence.units
      return (0..<3).map {
        .constant(Tensor([1, units], Array(numbers[$0 * units..<($0 + 1) * units])))
      }
    }
    var sums = try product(state, kernel)
    if let bias = recurrence.stateBias { sums = try apply("BiasAdd", [sums, .constant(bias)]) }
    return try split(sums, 3)
  }

  /// A row with what the recurrent kernel makes of the state; the state before the first step is zero.
  private mutating func plusState(
    _ row: TensorFlowValue, _ state: TensorFlowValue?, _ weights: [ValueID]
  ) throws(Diagnostic) -> TensorFlowValue {
    guard let state, let kernel = weights.first else { return row }
    return try apply("AddV2", [row, try product(state, kernel)])
  }

  private mutating func product(
    _ state: TensorFlowValue, _ weights: ValueID
  ) throws(Diagnostic) -> TensorFlowValue {
    try apply("MatMul", [state, .computed(weights)], ["transpose_b": .flag(true)])
  }
}

extension Recurrence {
  /// The transposed recurrent kernel, which all steps share: one for each gate where the gates read different states.
  func weights(_ graph: inout GraphBuilder) -> [ValueID] {
    let (rows, width) = (recurrentKernel.extents[0], recurrentKernel.extents[1])
    let numbers = Permutation([1, 0]).apply(
      recurrentKernel.storage.array(of: Float.self), extents: [rows, width])
    guard case .gru(resetsAfter: false) = cell else {
      return [graph.constant("recurrent", Tensor([width, rows], numbers))]
    }
    return (0..<3).map { gate in
      let own = numbers[gate * units * rows..<(gate + 1) * units * rows]
      return graph.constant("recurrent\(gate)", Tensor([units, rows], Array(own)))
    }
  }
}
