import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  /// Dense layers.
  static let dense = OpMapping(
    caffe: [
      // Source: InnerProductParameter of caffe.proto, inner_product_layer.cpp.
      "InnerProduct": CaffeMapping(
        makes: ["fully_connected", "reshape"],
        fields: .init(
          "inner_product_param",
          ["num_output", "bias_term", "weight_filler", "bias_filler", "axis", "transpose"]),
        needsWeights: { _ in true }
      ) { node, builder throws(Diagnostic) in
        let settings = try node.attributes.message("inner_product_param")
        let outputs = try outputCount(settings)
        let input = try builder.input(0)
        let extents = try builder.extents(input)
        let axis = try canonicalAxis(
          try settings.int("axis", default: 1), rank: extents.count)
        let rows = extents[..<axis].reduce(1, *)
        let depth = extents[axis...].reduce(1, *)
        let isTransposed = try settings.bool("transpose", default: false)
        let filter = builder.constant(
          "weights",
          try builder.weights(
            0, isTransposed ? [depth, outputs] : [outputs, depth], "weights",
            order: isTransposed ? Permutation([1, 0]) : nil))
        var bias: ValueID?
        if try settings.bool("bias_term", default: true) {
          bias = builder.constant("bias", try builder.weights(1, [outputs], "biases"))
        }
        let flat = try builder.reshape(input, [rows, depth])
        let product = try builder.add(FullyConnected(), [flat, filter, bias])
        return [try builder.reshape(product, extents[..<axis] + [outputs])]
      }
    ],
    darknet: [
      // Source: Darknet's connected_layer.c and load_connected_weights; statistics come last.
      "connected": DarknetMapping(
        makes: ["fully_connected", "reshape"] + DarknetActivation.makes,
        options: ["output", "activation", "batch_normalize", "stopbackward"],
        weights: { node, input throws(Diagnostic) in
          let settings = try DarknetDense(node, input)
          let vectors = [[Int]](repeating: [settings.outputs], count: 3)
          return [[settings.outputs], [settings.outputs, settings.depth]]
            + (settings.isNormalized ? vectors : [])
        }, matrix: 1
      ) { node, builder throws(Diagnostic) in
        let input = try builder.input(0)
        let extents = try builder.extents(input)
        let settings = try DarknetDense(node, extents)
        let activation = try DarknetActivation(node, default: .logistic)
        let (weights, bias) = try builder.normalizedWeights(
          DarknetNormalization(
            filter: 1, bias: 0, statistics: settings.isNormalized ? 2 : nil,
            channels: settings.outputs),
          [settings.outputs, settings.depth], order: nil)
        let flat = try builder.reshape(input, [extents[0], settings.depth])
        return [
          try activation.apply(
            try builder.add(FullyConnected(), [flat, weights, bias]), &builder)
        ]
      }
    ])
}

private struct DarknetDense {
  let outputs: Int
  let depth: Int
  let isNormalized: Bool

  init(_ node: ForeignNode, _ input: [Int]) throws(Diagnostic) {
    outputs = try node.attributes.int("output", default: 1)
    guard outputs > 0, outputs < 1 << 31 else {
      throw Diagnostic(
        .unsupportedParameter, "output=\(outputs) must be positive and less than 2^31")
    }
    depth = input.dropFirst().reduce(1, *)
    isNormalized = try node.attributes.bool("batch_normalize", default: false)
  }
}

/// The `num_output` of a layer's settings: positive and given.
func outputCount(_ settings: ForeignAttributes) throws(Diagnostic) -> Int {
  guard settings.contains("num_output") else {
    throw Diagnostic(
      .unsupportedParameter, "the layer has no num_output", help: "say how many outputs it makes")
  }
  let count = try settings.int("num_output", default: 0)
  guard count > 0, count < 1 << 31 else {
    throw Diagnostic(
      .unsupportedParameter, "num_output \(count) must be positive and less than 2^31")
  }
  return count
}

/// The `axis` of a layer's settings, or `old`, as it was called before; 1 without either.
func axis(
  _ settings: ForeignAttributes, of message: String, old: String, rank: Int
) throws(Diagnostic) -> Int {
  guard !settings.contains("axis") || !settings.contains(old) else {
    throw Diagnostic(
      .unsupportedParameter, "\(message) has both axis and \(old)",
      help: "keep axis; \(old) is its old name")
  }
  let fallback = try settings.int(old, default: 1)
  return try canonicalAxis(try settings.int("axis", default: fallback), rank: rank)
}

/// An axis counted from the front; throws `OCT0307` when it is none of `rank` dimensions.
func canonicalAxis(_ axis: Int, rank: Int) throws(Diagnostic) -> Int {
  let result = axis < 0 ? axis + rank : axis
  guard result >= 0, result < rank else {
    throw Diagnostic(
      .unsupportedParameter, "axis \(axis) is none of \(counted(rank, "dimension"))")
  }
  return result
}
