import OctetDiagnostics
import OctetIR
import OctetOps

extension KerasMapping {
  static let recurrences: [String: KerasMapping] = [
    "LSTM": recurrent, "GRU": recurrent, "SimpleRNN": recurrent,
    // A layer around one cell or several, each of which reads what the one before it makes.
    "RNN": KerasMapping(arguments: ["initial_state"]) { layer, inputs, builder throws(Diagnostic) in
      let cell = try layer.inner("cell")
      var cells = [cell]
      if cell.type == "StackedRNNCells" {
        cells = []
        for value in cell.config["cells"]?.array ?? [] {
          cells.append(try KerasLayer(value, depth: 1))
        }
      }
      let returnsState = try layer.bool("return_state", default: false)
      guard cells.count == 1 || inputs.count == 1 && !returnsState else {
        throw Diagnostic(
          .unsupportedParameter, "the state of several cells is not supported")
      }
      return try builder.recur(cells, layer, inputs)
    },
    "ConvLSTM2D": KerasMapping(arguments: ["initial_state"]) {
      layer, inputs, builder throws(Diagnostic) in
      try builder.convolutionalLSTM(layer, inputs)
    },
  ]

  private static let recurrent = KerasMapping(arguments: ["initial_state"]) {
    layer, inputs, builder throws(Diagnostic) in try builder.recur([layer], layer, inputs)
  }
}

/// A recurrent cell with its weights.
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
  /// Of its gates, and of what they let through.
  let recurrentActivation: KerasValue
  let activation: KerasValue
  let kernel: Tensor
  let recurrentKernel: Tensor
  /// Of the input and of the state; nil for none.
  let bias: Tensor?
  let stateBias: Tensor?

  /// - Parameters:
  ///   - layer: the cell, or a layer that has the settings of its cell.
  ///   - features: what it reads in each step.
  init(
    _ layer: KerasLayer, features: Int, _ builder: inout KerasBuilder
  ) throws(Diagnostic) {
    units = try layer.int("units")
    guard units > 0 else { throw layer.wrong("units", "positive") }
    let gates: Int
    switch layer.type {
    case "LSTM", "LSTMCell": (cell, gates) = (.lstm, 4)
    case "GRU", "GRUCell":
      let resetsAfter = try layer.bool("reset_after", default: builder.version >= 2)
      (cell, gates) = (.gru(resetsAfter: resetsAfter), 3)
    case "SimpleRNN", "SimpleRNNCell": (cell, gates) = (.simple, 1)
    default:
      throw Diagnostic(
        .unknownLayer, "the cell class '\(layer.type)' is not supported",
        help: "export the model with its graph: model.export(\"folder\"), and convert the folder")
    }
    recurrentActivation =
      layer.config.object?["recurrent_activation"] ?? .text("sigmoid")
    activation = layer.config.object?["activation"] ?? .text("tanh")
    let (width, overflow) = units.multipliedReportingOverflow(by: gates)
    guard !overflow, width < 1 << 28 else { throw layer.wrong("units", "less") }
    kernel = try builder.weight("kernel", [features, width])
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

  /// The tensors of its state: the output and, for an LSTM, the cell's.
  var stateCount: Int {
    if case .lstm = cell { return 2 }
    return 1
  }

  /// Whether TFLite's operator for a whole sequence computes the same.
  var isPlainLSTM: Bool {
    guard case .lstm = cell else { return false }
    return recurrentActivation.text == "sigmoid" && activation.text == "tanh"
  }
}

extension KerasBuilder {
  /// The results of a recurrent layer: the last output or all of them, and the state where the layer returns it.
  ///
  /// - Parameters:
  ///   - cells: in order.
  ///   - layer: says what is returned.
  ///   - inputs: [batch,steps,features] and, where the model gives it, the state before the first step.
  mutating func recur(
    _ cells: [KerasLayer], _ layer: KerasLayer, _ inputs: [TensorFlowValue]
  ) throws(Diagnostic) -> [TensorFlowValue] {
    guard var sequence = inputs.first else {
      throw Diagnostic(.invalidKeras, "the layer reads nothing")
    }
    let extents = try extents(sequence)
    guard extents.count == 3 else {
      throw Diagnostic(.shapeMismatch, "the layer reads the shape \(extents)")
    }
    try refuseStates(layer)
    let mask = mask(of: sequence)
    // Keras 3 hands a mask on by itself to layers that are given one tensor.
    let isSkipping = inputs.count == 1 || version < 3 || call?.arguments["mask"] != nil
    let returnsState = try layer.bool("return_state", default: false)
    var skipped = isSkipping ? mask : nil
    if try layer.bool("go_backwards", default: false) {
      sequence = try reverse(sequence, axis: 1)
      skipped = try skipped.map { mask throws(Diagnostic) in try reverse(mask, axis: 1) }
    }
    var state: [TensorFlowValue] = []
    for cell in cells {
      let features = try self.extents(sequence)[2]
      let recurrence = try Recurrence(cell, features: features, &self)
      let initial = Array(inputs.dropFirst())
      guard initial.isEmpty || initial.count == recurrence.stateCount else {
        throw Diagnostic(
          .invalidKeras,
          "the layer is given \(counted(initial.count, "state")), it needs \(recurrence.stateCount)"
        )
      }
      if recurrence.isPlainLSTM, initial.isEmpty, !returnsState, skipped == nil,
        extents[1] > UnidirectionalSequenceLSTM.fewSteps
      {
        sequence = .computed(
          try graph.lstm(
            input: try graph.value(sequence), kernel: recurrence.kernel,
            recurrentKernel: recurrence.recurrentKernel,
            bias: recurrence.bias?.storage.array(of: Float.self)))
      } else {
        (sequence, state) = try unroll(recurrence, sequence, initial, mask: skipped)
      }
    }
    let units = try self.extents(sequence)[2]
    let states = returnsState ? state : []
    if try layer.bool("return_sequences", default: false) {
      setMask(mask, of: sequence)
      return [sequence] + states
    }
    let last = try slice(
      sequence, begin: [0, extents[1] - 1, 0], size: [extents[0], 1, units])
    return [try reshape(last, [extents[0], units])] + states
  }

  /// Refuses a layer whose result depends on the run before.
  func refuseStates(_ layer: KerasLayer) throws(Diagnostic) {
    guard try !layer.bool("stateful", default: false) else {
      throw Diagnostic(
        .unsupportedParameter, "the layer keeps its state from one run to the next",
        notes: ["a .tflite made here keeps nothing"], help: "build the model with stateful=False")
    }
    guard try !layer.bool("time_major", default: false) else {
      throw layer.wrong("time_major", "false")
    }
  }

  func refuseLong(_ steps: Int) throws(Diagnostic) {
    guard steps > 0 else {
      throw Diagnostic(.shapeMismatch, "the layer reads a sequence without steps")
    }
    guard steps <= Recurrence.mostSteps else {
      throw Diagnostic(
        .unsupportedParameter,
        "a sequence of \(steps) steps would become as many copies of the cell",
        notes: ["at most \(Recurrence.mostSteps) are made"],
        help: "give a shorter one with --input-shape")
    }
  }

  /// The outputs of all steps, [batch,steps,units], and the state after the last. A step that is masked keeps the state,
  /// and its output is that of the step before, which is zero before the first.
  private mutating func unroll(
    _ recurrence: Recurrence, _ sequence: TensorFlowValue, _ initial: [TensorFlowValue],
    mask: TensorFlowValue?
  ) throws(Diagnostic) -> (sequence: TensorFlowValue, state: [TensorFlowValue]) {
    let extents = try extents(sequence)
    let (batch, count, width) = (extents[0], extents[1], recurrence.kernel.extents[1])
    try refuseLong(count)
    // What does not depend on the state is computed for all steps at once.
    var projected = try apply(
      "MatMul",
      [try reshape(sequence, [batch * count, extents[2]]), .constant(recurrence.kernel)])
    if let bias = recurrence.bias {
      projected = try apply("BiasAdd", [projected, .constant(bias)])
    }
    projected = try reshape(projected, [batch, count, width])
    let weights = recurrence.weights(&graph)
    var state = initial
    let units = recurrence.units
    let zeros = mask.map { _ in
      TensorFlowValue.constant(
        Tensor([batch, units], [Float](repeating: 0, count: batch * units)))
    }
    var output = zeros
    var rows: [TensorFlowValue] = []
    for step in 0..<count {
      let row = try reshape(
        try slice(projected, begin: [0, step, 0], size: [batch, 1, width]), [batch, width])
      var next = try self.step(recurrence, row, state, weights)
      var made = next[0]
      if let mask, let zeros {
        let isKept = try slice(mask, begin: [0, step], size: [batch, 1])
        made = try apply("SelectV2", [isKept, made, output ?? zeros])
        for place in next.indices {
          let old = state.isEmpty ? zeros : state[place]
          // Without a state to begin with, outputs and first state are the same.
          next[place] =
            place == 0 && initial.isEmpty
            ? made : try apply("SelectV2", [isKept, next[place], old])
        }
      }
      (state, output) = (next, made)
      rows.append(try reshape(made, [batch, 1, units]))
    }
    return (try concatenate(rows, axis: 1), state)
  }
}
