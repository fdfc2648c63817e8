import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  /// Dense layers.
  static let dense = OpMapping(
    makes: ["fully_connected", "reshape"],
    caffe: [
      // Source: InnerProductParameter of caffe.proto, inner_product_layer.cpp.
      "InnerProduct": { node, builder throws(Diagnostic) in
        let settings = node.attributes.message("inner_product_param")
        let input = try builder.input(0)
        let extents = try builder.extents(input)
        let axis = try canonicalAxis(
          try settings.int("axis", default: 1), rank: extents.count)
        let outputs = try settings.int("num_output", default: 0)
        let rows = extents[..<axis].reduce(1, *)
        let depth = extents[axis...].reduce(1, *)
        guard outputs > 0, depth > 0, let count = Shape.elementCount([outputs, depth]) else {
          throw Diagnostic(.unsupportedParameter, "num_output \(outputs) must be positive")
        }
        var weights = try builder.weights(0, count: count, "weights")
        if try settings.bool("transpose", default: false) {
          weights = Permutation([1, 0]).apply(weights, extents: [depth, outputs])
        }
        var bias: ValueID?
        if try settings.bool("bias_term", default: true) {
          bias = builder.constant(
            "bias", Tensor([outputs], try builder.weights(1, count: outputs, "biases")))
        }
        let filter = builder.constant("weights", Tensor([outputs, depth], weights))
        let flat = try builder.reshape(input, [rows, depth])
        let product = try builder.add(FullyConnected(), [flat, filter, bias])
        return [try builder.reshape(product, extents[..<axis] + [outputs])]
      }
    ])
}

/// An axis counted from the front; throws `OCT0307` when it is none of `rank` dimensions.
func canonicalAxis(_ axis: Int, rank: Int) throws(Diagnostic) -> Int {
  let result = axis < 0 ? axis + rank : axis
  guard result >= 0, result < rank else {
    throw Diagnostic(.unsupportedParameter, "axis \(axis) is none of \(rank) dimensions")
  }
  return result
}
