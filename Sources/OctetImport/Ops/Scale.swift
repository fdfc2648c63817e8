import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  /// Per-channel factors and offsets, from weights or from a second blob.
  static let scale = OpMapping(
    caffe: [
      // Source: ScaleParameter and BiasParameter of caffe.proto, scale_layer.cpp.
      "Scale": CaffeMapping(
        makes: ["mul", "add", "reshape"],
        fields: .init("scale_param", ["axis", "num_axes", "filler", "bias_term", "bias_filler"]),
        bottoms: 1...2,
        needsWeights: { node in
          let settings = try? node.attributes.message("scale_param")
          return node.inputs.count == 1
            || (try? settings?.bool("bias_term", default: false)) == true
        }
      ) { node, builder throws(Diagnostic) in
        let settings = try node.attributes.message("scale_param")
        let operand = try AxisOperand(node, settings, "scale factors", &builder)
        let scaled = try builder.add(Mul(), [operand.data, operand.constant])
        guard try settings.bool("bias_term", default: false) else { return [scaled] }
        let offsets = try operand.weights(
          node.inputs.count > 1 ? 0 : 1, "offsets", &builder)
        // Behind a BatchNorm the offsets and factors are means and deviations.
        if builder.hasWeights, let before = builder.distribution(of: operand.data),
          let factors = builder.graph[operand.constant].constant?.array(of: Float.self),
          let means = builder.graph[offsets].constant?.array(of: Float.self),
          factors.count == before.means.count
        {
          builder.note(ChannelDistribution(means: means, deviations: factors.map { abs($0) }))
        }
        return [try builder.add(Add(), [scaled, offsets])]
      },
      "Bias": CaffeMapping(
        makes: ["add", "reshape"], fields: .init("bias_param", ["axis", "num_axes", "filler"]),
        bottoms: 1...2, needsWeights: { $0.inputs.count == 1 }
      ) { node, builder throws(Diagnostic) in
        let settings = try node.attributes.message("bias_param")
        let operand = try AxisOperand(node, settings, "offsets", &builder)
        return [try builder.add(Add(), [operand.data, operand.constant])]
      },
    ],
    tensorFlow: [
      "BiasAdd": TensorFlowMapping(makes: ["add", "reshape"]) { node, builder throws(Diagnostic) in
        let input = try builder.input(node, 0)
        var bias = try builder.input(node, 1, "bias")
        let rank = try builder.extents(input).count
        if try node.isChannelsFirst(), rank > 2 {
          let own = try builder.extents(bias)
          bias = try builder.reshape(bias, own + [Int](repeating: 1, count: rank - 2))
        }
        return [.computed(try builder.add(Add(), [input, bias]))]
      }
    ])
}

/// The operand of Scale and Bias: it spans `num_axes` dimensions from `axis` on and repeats along the
/// others.
private struct AxisOperand {
  let data: ValueID
  let constant: ValueID
  /// The operand's extents, and the same with ones for the dimensions of the data after it.
  private let own: [Int]
  private let shape: [Int]

  init(
    _ node: ForeignNode, _ settings: ForeignAttributes, _ what: String,
    _ builder: inout GraphBuilder
  ) throws(Diagnostic) {
    data = try builder.input(0)
    let extents = try builder.extents(data)
    let axis = try canonicalAxis(try settings.int("axis", default: 1), rank: extents.count)
    if node.inputs.count > 1 {
      let second = try builder.input(1)
      own = try builder.extents(second)
      guard axis + own.count <= extents.count else {
        throw Diagnostic(
          .shapeMismatch, "the second blob has more dimensions than the first from axis \(axis)")
      }
      shape = own + [Int](repeating: 1, count: extents.count - axis - own.count)
      constant = try builder.reshape(second, shape)
      return
    }
    var count = try settings.int("num_axes", default: 1)
    if count == -1 { count = extents.count - axis }
    guard count >= 0, count <= extents.count - axis else {
      throw Diagnostic(.unsupportedParameter, "num_axes \(count) reaches beyond the blob")
    }
    own = Array(extents[axis..<axis + count])
    shape = own + [Int](repeating: 1, count: extents.count - axis - count)
    let stored = try builder.weights(0, own, what)
    constant = builder.constant(
      what, Tensor(TensorType(.float32, shape), stored.storage))
  }

  /// More weights of the same shape.
  func weights(
    _ index: Int, _ what: String, _ builder: inout GraphBuilder
  ) throws(Diagnostic) -> ValueID {
    let stored = try builder.weights(index, own, what)
    return builder.constant(what, Tensor(TensorType(.float32, shape), stored.storage))
  }
}
