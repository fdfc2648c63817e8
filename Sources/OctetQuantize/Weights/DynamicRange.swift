package import OctetDiagnostics
package import OctetIR
import OctetOps

extension Graph {
  /// The graph with int8 weights in its dense layers and convolutions, which quantize float32 activations when they run:
  /// what TFLiteConverter calls dynamic-range quantization.
  ///
  /// As there, weights are symmetric with a scale for each output channel, and those of fewer than 1024 elements stay
  /// float32, as biases do. Logs `OCT0510` for a graph that is quantized already.
  package func withDynamicRange(log: DiagnosticLog) throws(DiagnosticFailure) -> Graph {
    try requireNoCodes(log)
    try requireFiniteConstants(log)
    return quantizingWeights()
  }

  private static let fewestElements = 1024

  private func quantizingWeights() -> Graph {
    var result = self
    result.subgraphs = subgraphs.map { $0.quantizingWeights() }
    var quantized: [ValueID: ValueID] = [:]
    for (place, node) in nodes.enumerated() {
      guard let (op, axis) = node.op.hybrid, let input = node.inputs[1],
        let constant = self[input].constant, self[input].type.element == .float32,
        let count = self[input].type.shape.elementCount, count >= Self.fewestElements
      else { continue }
      let weights =
        quantized[input]
        ?? result.addConstant(
          self[input].name, Tensor(self[input].type, constant).codes(along: axis))
      quantized[input] = weights
      result.nodes[place].op = op
      result.nodes[place].inputs[1] = weights
    }
    result.compact()
    return result
  }

  /// Logs `OCT0510` when tensors hold codes or numbers of half precision.
  func requireNoCodes(_ log: DiagnosticLog) throws(DiagnosticFailure) {
    for graph in [self] + allSubgraphs
    where graph.values.contains(where: { $0.type.isQuantized || $0.type.element == .float16 }) {
      throw log.failure(
        Diagnostic(
          .alreadyQuantized, "the model is quantized already",
          help: "convert the float model it was made from"))
    }
  }
}

extension Tensor {
  /// The weights as int8 with a scale for each index of `axis`, also where training has one for all: LiteRT's kernel for
  /// DEPTHWISE_CONV_2D reads as many.
  fileprivate func codes(along axis: Int) -> Tensor {
    let weights = WeightQuantizer.weights(
      self, axis: axis, isOne: false, minimumScales: nil
    ).tensor
    guard let quantization = weights.type.quantization, quantization.axis == nil else {
      return weights
    }
    let scales = [Float](repeating: quantization.scale, count: extents[axis])
    return Tensor(
      TensorType(.int8, extents, quantization: Quantization(scales: scales, axis: axis)),
      weights.storage)
  }
}

extension Op {
  /// The operator that takes int8 weights beside float32 activations, and the dimension of the weights' scales; nil where
  /// there is none.
  fileprivate var hybrid: (op: any Op, axis: Int)? {
    switch self {
    case let dense as FullyConnected: (dense.withAsymmetricInput, 0)
    case is Conv2D: (self, 0)
    case is DepthwiseConv2D: (self, 3)
    default: nil
    }
  }
}
