package import OctetDiagnostics
package import OctetIR
import OctetOps

extension GraphBuilder {
  /// An LSTM layer over a sequence, with tanh and the logistic function, whose every run begins with zeros.
  ///
  /// - Parameters:
  ///   - input: [N,T,features], or [T,N,features] with `timeMajor`.
  ///   - kernel: float32 [features, 4 units], as Keras stores it: gates in the order input, forget, cell, output.
  ///   - recurrentKernel: float32 [units, 4 units], in the same order.
  ///   - bias: 4 units numbers, in the same order; nil for zeros.
  /// - Returns: the results of all steps, [N,T,units] or [T,N,units].
  ///
  /// Throws `OCT0303` for weights that do not fit.
  package mutating func lstm(
    input: ValueID, kernel: Tensor, recurrentKernel: Tensor, bias: [Float]?,
    timeMajor: Bool = false
  ) throws(Diagnostic) -> ValueID {
    let features = try extents(input).last ?? 0
    let units = recurrentKernel.extents.first ?? 0
    guard units > 0, units < 1 << 24, kernel.extents == [features, 4 * units],
      recurrentKernel.extents == [units, 4 * units], bias.map({ $0.count == 4 * units }) ?? true,
      kernel.type.element == .float32, recurrentKernel.type.element == .float32
    else {
      throw Diagnostic(
        .weightsMismatch,
        "the weights \(kernel.type.text) and \(recurrentKernel.type.text) with "
          + "\(counted(bias?.count ?? 0, "bias number")) are no LSTM layer of \(features) features")
    }
    func gates(_ tensor: (Range<Int>) -> (name: String, Tensor)) -> [ValueID] {
      (0..<4).map { gate in
        let (name, tensor) = tensor(gate * units..<(gate + 1) * units)
        return constant("\(name)\(gate)", tensor)
      }
    }
    let kernels = gates { ("kernel", kernel.transposedColumns($0)) }
    let recurrentKernels = gates { ("recurrent", recurrentKernel.transposedColumns($0)) }
    let biases = gates { own in
      ("bias", Tensor([units], bias.map { Array($0[own]) } ?? [Float](repeating: 0, count: units)))
    }
    return try add(
      UnidirectionalSequenceLSTM(timeMajor: timeMajor),
      UnidirectionalSequenceLSTM.inputs(input, kernels, recurrentKernels, biases))
  }
}

extension Tensor {
  /// Some columns of a float32 matrix as rows.
  fileprivate func transposedColumns(_ columns: Range<Int>) -> Tensor {
    let (rows, width) = (extents[0], extents[1])
    let values = storage.array(of: Float.self)
    var result: [Float] = []
    result.reserveCapacity(columns.count * rows)
    for column in columns {
      for row in 0..<rows { result.append(values[row * width + column]) }
    }
    return Tensor([columns.count, rows], result)
  }
}
