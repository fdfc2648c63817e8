extension UnidirectionalSequenceLSTM {
  struct Sizes {
    let batches: Int
    let steps: Int
    let features: Int
    let units: Int

    /// Floats of the weights of all gates side by side, of the gates, and of the results and the cells of the step
    /// before.
    var packedCount: Int { (features + units) * 4 * units }
    var gateCount: Int { 4 * units }
    var stateCount: Int { 2 * batches * units }
  }

  /// Pointers to the tensors of the four gates.
  struct Weights {
    let kernels: [UnsafePointer<Float>]
    let recurrentKernels: [UnsafePointer<Float>]
    let biases: [UnsafePointer<Float>]
  }

  /// - Parameters:
  ///   - packed: as `pack` leaves the weights.
  ///   - state: for each batch the results and the cells of the step before, which those of the last step replace.
  ///   - gates: room for `sizes.gateCount` floats.
  func reference(
    _ sizes: Sizes, _ packed: UnsafePointer<Float>, _ biases: [UnsafePointer<Float>],
    _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>,
    state: UnsafeMutablePointer<Float>, gates: UnsafeMutablePointer<Float>
  ) {
    let units = sizes.units
    let width = 4 * units
    let recurrent = packed + sizes.features * width
    for batch in 0..<sizes.batches {
      let (h, c) = (state + 2 * batch * units, state + (2 * batch + 1) * units)
      for step in 0..<sizes.steps {
        let row = timeMajor ? step * sizes.batches + batch : batch * sizes.steps + step
        for gate in 0..<4 {
          (gates + gate * units).update(from: biases[gate], count: units)
        }
        Self.add(input + row * sizes.features, sizes.features, packed, width, to: gates)
        Self.add(h, units, recurrent, width, to: gates)
        for unit in 0..<units {
          let forget = RealFunctions.logistic(gates[units + unit])
          let change = RealFunctions.tanh(gates[2 * units + unit])
          c[unit] = forget * c[unit] + RealFunctions.logistic(gates[unit]) * change
          if cellClip > 0 { c[unit] = min(max(c[unit], -cellClip), cellClip) }
          h[unit] = RealFunctions.logistic(gates[3 * units + unit]) * RealFunctions.tanh(c[unit])
        }
        (output + row * units).update(from: h, count: units)
      }
    }
  }

  /// The weights of all gates side by side: `sizes.packedCount` floats.
  static func pack(_ weights: Weights, _ sizes: Sizes, into packed: UnsafeMutablePointer<Float>) {
    pack(weights.kernels, rows: sizes.units, columns: sizes.features, into: packed)
    pack(
      weights.recurrentKernels, rows: sizes.units, columns: sizes.units,
      into: packed + sizes.features * 4 * sizes.units)
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
