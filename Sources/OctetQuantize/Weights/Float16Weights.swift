package import OctetDiagnostics
package import OctetIR
import OctetOps

extension Graph {
  /// The graph with float16 constants, each with a DEQUANTIZE to float32 before its readers, as TFLiteConverter stores
  /// weights of half precision.
  ///
  /// Numbers are rounded to the nearest, ties to even. Constants with a number beyond 65504, and single numbers, stay as
  /// they are. Logs `OCT0510` for a graph that is quantized already.
  package func withFloat16Weights(log: DiagnosticLog) throws(DiagnosticFailure) -> Graph {
    try requireNoCodes(log)
    return halvingConstants()
  }

  private func halvingConstants() -> Graph {
    var result = self
    result.subgraphs = subgraphs.map { $0.halvingConstants() }
    result.nodes = []
    var real: [ValueID: ValueID] = [:]
    for var node in nodes {
      for (index, input) in node.inputs.enumerated() {
        guard let input else { continue }
        if real[input] == nil, let half = self[input].halved {
          let (name, type) = (self[input].name, self[input].type)
          result[input] = half
          let value = result.add(
            Value(name: "\(name)/float32", type: TensorType(.float32, type.shape)))
          result.nodes.append(
            Node(Dequantize(), inputs: [input], outputs: [value], provenance: node.provenance))
          real[input] = value
        }
        node.inputs[index] = real[input] ?? input
      }
      result.nodes.append(node)
    }
    return result
  }
}

extension Value {
  /// The constant in half precision; nil for others, and for one that half precision does not hold.
  fileprivate var halved: Value? {
    guard let constant, type.element == .float32, type.shape.elementCount ?? 0 > 1 else {
      return nil
    }
    let numbers = constant.array(of: Float.self)
    guard numbers.allSatisfy({ abs($0) < 65520 }) else { return nil }
    return Value(
      name: name, type: TensorType(.float16, type.shape), constant: Storage(numbers.map { $0.half })
    )
  }
}
