import OctetDiagnostics
package import OctetIR
import OctetSchema

extension UnidirectionalSequenceLSTM {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 { 1 }

  package var options: OperatorOptions {
    OperatorOptions(
      .unidirectionalSequenceLSTMOptions,
      UnidirectionalSequenceLSTMOptionsTable.object(
        fusedActivationFunction: .tanh, cellClip: cellClip, timeMajor: timeMajor),
      states: Self.states.map { [timeMajor] input in
        .init(input: input) { _, results in
          let extents = results[0].shape.dimensions
          return TensorType(.float32, Shape([extents[timeMajor ? 1 : 0], extents[2]]))
        }
      })
  }

  @Sendable static func read(_ reader: OperatorReader) throws(Diagnostic) -> any BuiltinOp {
    let options = try reader.options(UnidirectionalSequenceLSTMOptionsTable.self)
    guard options.fusedActivationFunction == .tanh, options.projClip == 0,
      !options.diagonalRecurrentTensors
    else {
      throw Diagnostic(
        .unknownOperator,
        "an LSTM with another activation than tanh, a clamped projection or diagonal weights is not supported"
      )
    }
    return UnidirectionalSequenceLSTM(
      timeMajor: options.timeMajor, cellClip: options.cellClip)
  }
}
