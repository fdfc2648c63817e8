import Foundation
import OctetDiagnostics
import OctetIR
import OctetImport
import OctetOps
import OctetRuntime
import Testing

/// Layers that importers build for sequences, against their formula in plain arithmetic.
@Suite struct RecurrentTests {
  func numbers(_ extents: [Int], seed: UInt64) -> Tensor {
    var random = SplitMix64(seed: seed)
    return Tensor(extents, (0..<extents.reduce(1, *)).map { _ in random.nextFloat() })
  }

  /// Keras's LSTM, step by step.
  func formula(
    _ input: [Float], _ kernel: Tensor, _ recurrent: Tensor, _ bias: [Float], steps: Int
  ) -> [Float] {
    let (features, units) = (kernel.extents[0], recurrent.extents[0])
    let (w, r) = (
      kernel.storage.array(of: Float.self), recurrent.storage.array(of: Float.self)
    )
    func logistic(_ x: Float) -> Float { 1 / (1 + exp(-x)) }
    var (h, c) = ([Float](repeating: 0, count: units), [Float](repeating: 0, count: units))
    var result: [Float] = []
    for step in 0..<steps {
      var gates = bias
      for column in gates.indices {
        for k in 0..<features {
          gates[column] += input[step * features + k] * w[k * 4 * units + column]
        }
        for k in 0..<units { gates[column] += h[k] * r[k * 4 * units + column] }
      }
      for unit in 0..<units {
        c[unit] =
          logistic(gates[units + unit]) * c[unit]
          + logistic(gates[unit]) * tanh(gates[2 * units + unit])
        h[unit] = logistic(gates[3 * units + unit]) * tanh(c[unit])
      }
      result += h
    }
    return result
  }

  @Test(arguments: [true, false]) func lstmIsKeras(hasBias: Bool) throws {
    let (kernel, recurrent) = (numbers([3, 20], seed: 1), numbers([5, 20], seed: 2))
    let bias = hasBias ? numbers([20], seed: 3).storage.array(of: Float.self) : nil
    var builder = GraphBuilder(within: Location())
    let input = builder.addInput("x", TensorType(.float32, [2, 7, 3]))
    let output = try builder.lstm(
      input: input, kernel: kernel, recurrentKernel: recurrent, bias: bias)
    builder.graph.outputs = [output]
    let prepared = try PreparedGraph(builder.graph, log: DiagnosticLog())
    let values = numbers([2, 7, 3], seed: 4).storage.array(of: Float.self)
    // The second run begins with zeros too.
    for _ in 0..<2 {
      values.withUnsafeBufferPointer { prepared.inputs[0].write($0) }
      prepared.invoke()
    }
    let expected = [0, 21].flatMap { first in
      formula(
        Array(values[first..<first + 21]), kernel, recurrent,
        bias ?? [Float](repeating: 0, count: 20), steps: 7)
    }
    #expect(prepared.outputs[0].extents == [2, 7, 5])
    for (index, value) in expected.enumerated() {
      #expect(abs(prepared.outputs[0].float32[index] - value) < 1e-6)
    }
  }

  @Test func lstmRefusesOtherWeights() throws {
    var builder = GraphBuilder(within: Location())
    let input = builder.addInput("x", TensorType(.float32, [1, 2, 3]))
    let error = try #require(throws: Diagnostic.self) {
      _ = try builder.lstm(
        input: input, kernel: numbers([2, 20], seed: 1),
        recurrentKernel: numbers([5, 20], seed: 2),
        bias: nil)
    }
    #expect(error.code == .weightsMismatch)
  }
}
