extension UnidirectionalSequenceLSTM {
  struct Sizes {
    let batches: Int
    let steps: Int
    let features: Int
    let units: Int

    /// Steps of all batches.
    var rows: Int { batches * steps }

    var multiplications: Int { rows * (features + units) * 4 * units }

    /// Floats of the results and the cells of the step before.
    var stateCount: Int { 2 * batches * units }

    /// Floats of memory for one run: the weights of all gates side by side, and the gates.
    var scratchCount: Int { (features + units) * 4 * units + 4 * units }
  }

  /// Pointers to the tensors of the four gates.
  struct Weights {
    let kernels: [UnsafePointer<Float>]
    let recurrentKernels: [UnsafePointer<Float>]
    let biases: [UnsafePointer<Float>]
  }

  /// - Parameters:
  ///   - state: for each batch the results and the cells of the step before, which those of the last step replace.
  ///   - scratch: `sizes.scratchCount` floats.
  func reference(
    _ sizes: Sizes, _ weights: Weights, _ input: UnsafePointer<Float>,
    _ output: UnsafeMutablePointer<Float>, state: UnsafeMutablePointer<Float>,
    _ scratch: UnsafeMutablePointer<Float>
  ) {
    let units = sizes.units
    let width = 4 * units
    let recurrent = scratch + sizes.features * width
    let gates = recurrent + units * width
    Self.pack(weights.kernels, rows: units, columns: sizes.features, into: scratch)
    Self.pack(weights.recurrentKernels, rows: units, columns: units, into: recurrent)
    forEachStep(sizes, state: state) { row, h, c in
      for gate in 0..<4 {
        (gates + gate * units).update(from: weights.biases[gate], count: units)
      }
      Self.add(input + row * sizes.features, sizes.features, scratch, width, to: gates)
      Self.add(h, units, recurrent, width, to: gates)
      update(gates, units, h, c)
      (output + row * units).update(from: h, count: units)
    }
  }

  /// Calls `body` for each step of each batch with the number of its row and the batch's results and cells.
  func forEachStep(
    _ sizes: Sizes, state: UnsafeMutablePointer<Float>,
    _ body: (
      _ row: Int, _ results: UnsafeMutablePointer<Float>, _ cells: UnsafeMutablePointer<Float>
    ) -> Void
  ) {
    for batch in 0..<sizes.batches {
      let results = state + 2 * batch * sizes.units
      for step in 0..<sizes.steps {
        let row = timeMajor ? step * sizes.batches + batch : batch * sizes.steps + step
        body(row, results, results + sizes.units)
      }
    }
  }

  /// Replaces the results and the cells of a step by those of the next one, given the sums of its four gates.
  func update(
    _ gates: UnsafePointer<Float>, _ units: Int, _ results: UnsafeMutablePointer<Float>,
    _ cells: UnsafeMutablePointer<Float>
  ) {
    for unit in 0..<units {
      let forget = RealFunctions.logistic(gates[units + unit])
      let change = RealFunctions.tanh(gates[2 * units + unit])
      cells[unit] = forget * cells[unit] + RealFunctions.logistic(gates[unit]) * change
      if cellClip > 0 { cells[unit] = min(max(cells[unit], -cellClip), cellClip) }
      results[unit] =
        RealFunctions.logistic(gates[3 * units + unit]) * RealFunctions.tanh(cells[unit])
    }
  }

  /// The columns of the four gates' [rows][columns], one after the other.
  private static func pack(
    _ gates: [UnsafePointer<Float>], rows: Int, columns: Int,
    into packed: UnsafeMutablePointer<Float>
  ) {
    for column in 0..<columns {
      for (gate, weights) in gates.enumerated() {
        let target = packed + (column * 4 + gate) * rows
        for row in 0..<rows { target[row] = weights[row * columns + column] }
      }
    }
  }

  /// Adds the product of a vector and a matrix [count][width] to `sums`.
  private static func add(
    _ vector: UnsafePointer<Float>, _ count: Int, _ matrix: UnsafePointer<Float>, _ width: Int,
    to sums: UnsafeMutablePointer<Float>
  ) {
    for index in 0..<count {
      let (factor, row) = (vector[index], matrix + index * width)
      for column in 0..<width { sums[column] += factor * row[column] }
    }
  }
}
