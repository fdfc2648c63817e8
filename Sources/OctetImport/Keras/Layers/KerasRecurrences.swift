import OctetDiagnostics
import OctetIR
import OctetOps

extension KerasMapping {
  static let recurrences: [String: KerasMapping] = [
    "LSTM": recurrent, "GRU": recurrent, "SimpleRNN": recurrent, "CuDNNLSTM": recurrent,
  ]

  private static let recurrent = KerasMapping { layer, inputs, builder throws(Diagnostic) in
    try builder.recur(try Recurrence(layer, inputs, &builder), layer)
  }
}

/// A recurrent layer with its weights and its input.
struct Recurrence {
  enum Cell {
    case lstm
    /// - Parameter resetsAfter: whether the reset gate works on what the recurrent kernel makes.
    case gru(resetsAfter: Bool)
    case simple
  }

  /// Steps that become a copy of the cell each.
  static let mostSteps = 2048

  let cell: Cell
  let units: Int
  /// [batch,steps,features]
  let input: TensorFlowValue
  let extents: [Int]
  let kernel: Tensor
  let recurrentKernel: Tensor
  /// Of the input and of the state; nil for none.
  let bias: Tensor?
  let stateBias: Tensor?
  let isBackwards: Bool
  /// What the model gives for the state before the first step; zeros without.
  let initial: [TensorFlowValue]

  init(
    _ layer: KerasLayer, _ inputs: [TensorFlowValue], _ builder: inout KerasBuilder
  ) throws(Diagnostic) {
    guard let input = inputs.first else {
      throw Diagnostic(.invalidKeras, "the layer reads nothing")
    }
    extents = try builder.extents(input)
    guard extents.count == 3 else {
      throw Diagnostic(.shapeMismatch, "the layer reads the shape \(extents)")
    }
    guard extents[1] <= Self.mostSteps else {
      throw Diagnostic(
        .unsupportedParameter,
        "a sequence of \(extents[1]) steps would become as many copies of the cell",
        notes: ["at most \(Self.mostSteps) are made"], help: "give a shorter one with --input-shape"
      )
    }
    guard try !layer.bool("stateful", default: false) else {
      throw Diagnostic(
        .unsupportedParameter, "the layer keeps its state from one run to the next",
        notes: ["a .tflite made here keeps nothing"], help: "build the model with stateful=False")
    }
    guard try !layer.bool("time_major", default: false) else {
      throw layer.wrong("time_major", "false")
    }
    self.input = input
    initial = Array(inputs.dropFirst())
    units = try layer.int("units")
    guard units > 0 else { throw layer.wrong("units", "positive") }
    isBackwards = try layer.bool("go_backwards", default: false)
    switch layer.type {
    case "GRU":
      cell = .gru(resetsAfter: try layer.bool("reset_after", default: builder.version >= 2))
    case "SimpleRNN": cell = .simple
    default: cell = .lstm
    }
    let gates =
      switch cell {
      case .lstm: 4
      case .gru: 3
      case .simple: 1
      }
    let (width, overflow) = units.multipliedReportingOverflow(by: gates)
    guard !overflow, width < 1 << 28 else { throw layer.wrong("units", "less") }
    kernel = try builder.weight("kernel", [extents[2], width])
    recurrentKernel = try builder.weight("recurrent kernel", [units, width])
    guard try layer.bool("use_bias", default: true) else {
      bias = nil
      stateBias = nil
      return
    }
    if case .gru(resetsAfter: true) = cell {
      let both = try builder.weight("bias", [2, width]).storage.array(of: Float.self)
      bias = Tensor([width], Array(both[..<width]))
      stateBias = Tensor([width], Array(both[width...]))
    } else {
      bias = try builder.weight("bias", [width])
      stateBias = nil
    }
  }
}

extension KerasBuilder {
  /// The layer's results: the last state or all of them, and the state where the layer returns it.
  ///
  /// Source: "Long Short-Term Memory" (1997), "Learning Phrase Representations using RNN Encoder-Decoder" (2014), with the
  /// order of gates that Keras stores: input, forget, cell, output; update, reset, candidate.
  fileprivate mutating func recur(
    _ recurrence: Recurrence, _ layer: KerasLayer
  ) throws(Diagnostic) -> [TensorFlowValue] {
    let (steps, state) = try states(of: recurrence, layer)
    guard let last = steps.last else {
      throw Diagnostic(.shapeMismatch, "the layer reads a sequence without steps")
    }
    var results = [last]
    if try layer.bool("return_sequences", default: false) {
      var rows: [TensorFlowValue] = []
      for step in steps {
        rows.append(try reshape(step, [recurrence.extents[0], 1, recurrence.units]))
      }
      results = [try concatenate(rows, axis: 1)]
    }
    if try layer.bool("return_state", default: false) { results += state }
    return results
  }

  /// The output of each step, and the state after the last.
  private mutating func states(
    of recurrence: Recurrence, _ layer: KerasLayer
  ) throws(Diagnostic) -> (steps: [TensorFlowValue], state: [TensorFlowValue]) {
    let (batch, count) = (recurrence.extents[0], recurrence.extents[1])
    let width = recurrence.kernel.extents[1]
    // What does not depend on the state is computed for all steps at once.
    var projected = try apply(
      "MatMul",
      [
        try reshape(recurrence.input, [batch * count, recurrence.extents[2]]),
        .constant(recurrence.kernel),
      ])
    if let bias = recurrence.bias {
      projected = try apply("BiasAdd", [projected, .constant(bias)])
    }
    projected = try reshape(projected, [batch, count, width])
    var state = recurrence.initial
    var outputs: [TensorFlowValue] = []
    for step in 0..<count {
      let place = recurrence.isBackwards ? count - 1 - step : step
      let row = try reshape(
        try slice(projected, begin: [0, place, 0], size: [batch, 1, width]), [batch, width])
      switch recurrence.cell {
      case .lstm: state = try lstm(recurrence, layer, row, state)
      case .gru(let resetsAfter):
        state = [try gru(recurrence, layer, row, state.first, resetsAfter: resetsAfter)]
      case .simple:
        let sum = try plusState(row, state.first, recurrence)
        state = [try activate(sum, layer.config["activation"] ?? .text("tanh"))]
      }
      guard let first = state.first else { break }
      outputs.append(first)
    }
    return (outputs, state)
  }

  private mutating func gates(
    _ value: TensorFlowValue, _ count: Int, _ recurrence: Recurrence
  ) throws(Diagnostic) -> [TensorFlowValue] {
    let (batch, units) = (recurrence.extents[0], recurrence.units)
    var result: [TensorFlowValue] = []
    for gate in 0..<count {
      result.append(try slice(value, begin: [0, gate * units], size: [batch, units]))
    }
    return result
  }

  /// A row with what the recurrent kernel makes of the state; the state before the first step is zero.
  private mutating func plusState(
    _ row: TensorFlowValue, _ state: TensorFlowValue?, _ recurrence: Recurrence
  ) throws(Diagnostic) -> TensorFlowValue {
    guard let state else { return row }
    let product = try apply("MatMul", [state, .constant(recurrence.recurrentKernel)])
    return try apply("AddV2", [row, product])
  }

  private mutating func lstm(
    _ recurrence: Recurrence, _ layer: KerasLayer, _ row: TensorFlowValue,
    _ state: [TensorFlowValue]
  ) throws(Diagnostic) -> [TensorFlowValue] {
    let gates = try gates(try plusState(row, state.first, recurrence), 4, recurrence)
    let sharp = layer.config["recurrent_activation"] ?? .text("sigmoid")
    let soft = layer.config["activation"] ?? .text("tanh")
    let input = try activate(gates[0], sharp)
    var cell = try apply("Mul", [input, try activate(gates[2], soft)])
    if state.count > 1 {
      let kept = try apply("Mul", [try activate(gates[1], sharp), state[1]])
      cell = try apply("AddV2", [kept, cell])
    }
    let output = try activate(gates[3], sharp)
    return [try apply("Mul", [output, try activate(cell, soft)]), cell]
  }

  private mutating func gru(
    _ recurrence: Recurrence, _ layer: KerasLayer, _ row: TensorFlowValue,
    _ state: TensorFlowValue?, resetsAfter: Bool
  ) throws(Diagnostic) -> TensorFlowValue {
    let sharp = layer.config["recurrent_activation"] ?? .text("sigmoid")
    let soft = layer.config["activation"] ?? .text("tanh")
    let units = recurrence.units
    let rows = try gates(row, 3, recurrence)
    var update = rows[0]
    var reset = rows[1]
    var candidate = rows[2]
    if resetsAfter {
      var inner: TensorFlowValue?
      if let state {
        inner = try apply("MatMul", [state, .constant(recurrence.recurrentKernel)])
      }
      if let bias = recurrence.stateBias {
        inner =
          if let value = inner { try apply("BiasAdd", [value, .constant(bias)]) } else {
            .constant(Tensor(TensorType(.float32, [1, 3 * units]), bias.storage))
          }
      }
      if let inner {
        let parts: [TensorFlowValue]
        if case .constant(let tensor) = inner {
          let numbers = tensor.storage.array(of: Float.self)
          parts = (0..<3).map {
            .constant(Tensor([1, units], Array(numbers[$0 * units..<($0 + 1) * units])))
          }
        } else {
          parts = try gates(inner, 3, recurrence)
        }
        update = try apply("AddV2", [update, parts[0]])
        reset = try activate(try apply("AddV2", [reset, parts[1]]), sharp)
        candidate = try apply("AddV2", [candidate, try apply("Mul", [reset, parts[2]])])
      }
    } else if let state {
      let kernel = recurrence.recurrentKernel
      update = try apply("AddV2", [update, try product(state, kernel, 0, units)])
      reset = try activate(
        try apply("AddV2", [reset, try product(state, kernel, 1, units)]), sharp)
      let remembered = try apply("Mul", [reset, state])
      candidate = try apply("AddV2", [candidate, try product(remembered, kernel, 2, units)])
    }
    update = try activate(update, sharp)
    candidate = try activate(candidate, soft)
    // update * state + (1 - update) * candidate
    let fresh = try apply("Sub", [candidate, try apply("Mul", [update, candidate])])
    guard let state else { return fresh }
    return try apply("AddV2", [try apply("Mul", [update, state]), fresh])
  }

  /// A product with one gate's columns of the recurrent kernel.
  private mutating func product(
    _ state: TensorFlowValue, _ kernel: Tensor, _ gate: Int, _ units: Int
  ) throws(Diagnostic) -> TensorFlowValue {
    let numbers = kernel.storage.array(of: Float.self)
    let width = kernel.extents[1]
    var columns: [Float] = []
    columns.reserveCapacity(units * units)
    for row in 0..<kernel.extents[0] {
      columns += numbers[row * width + gate * units..<row * width + (gate + 1) * units]
    }
    return try apply("MatMul", [state, .constant(Tensor([units, units], columns))])
  }
}
