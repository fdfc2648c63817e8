import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  /// Functions of each element on its own.
  static let activation = OpMapping(
    caffe: [
      // Source: ReLUParameter of caffe.proto.
      "ReLU": CaffeMapping(
        makes: ["relu", "leaky_relu"],
        fields: .init("relu_param", ["negative_slope", "engine"])
      ) { node, builder throws(Diagnostic) in
        let settings = try node.attributes.message("relu_param")
        let slope = try settings.float("negative_slope", default: 0)
        let input = try builder.input(0)
        return [try builder.add(slope == 0 ? ReLU() : LeakyReLU(alpha: slope), [input])]
      },
      "Sigmoid": CaffeMapping(
        makes: ["logistic"], fields: .init("sigmoid_param", ["engine"])
      ) { node, builder throws(Diagnostic) in
        [try builder.add(Logistic(), [try builder.input(0)])]
      },
      "TanH": CaffeMapping(
        makes: ["tanh"], fields: .init("tanh_param", ["engine"])
      ) { node, builder throws(Diagnostic) in
        [try builder.add(Tanh(), [try builder.input(0)])]
      },
      // Source: PReLUParameter of caffe.proto, prelu_layer.cpp: a slope for each channel, or one for all.
      "PReLU": CaffeMapping(
        makes: ["prelu"], fields: .init("prelu_param", ["filler", "channel_shared"]),
        needsWeights: { _ in true }
      ) { node, builder throws(Diagnostic) in
        let settings = try node.attributes.message("prelu_param")
        let input = try builder.input(0)
        let extents = try builder.extents(input)
        guard extents.count >= 2 else {
          throw Diagnostic(
            .unsupportedParameter,
            "a PReLU needs a blob with channels, this one has the shape \(extents)",
            help: "put a Reshape layer before it")
        }
        let isShared = try settings.bool("channel_shared", default: false)
        let own = isShared ? [] : [extents[1]]
        let stored = try builder.weights(0, own, "slopes")
        let shape = isShared ? [1] : own + [Int](repeating: 1, count: extents.count - 2)
        let slopes = builder.constant(
          "slopes", Tensor(TensorType(.float32, shape), stored.storage))
        return [try builder.add(PReLU(), [input, slopes])]
      },
      // The forks that have it clamp to 0...6 and say nothing else.
      "ReLU6": CaffeMapping(
        makes: ["relu6"], fields: .init("relu6_param", ["engine"])
      ) { node, builder throws(Diagnostic) in
        [try builder.add(ReLU6(), [try builder.input(0)])]
      },
      // Source: ClipParameter of caffe.proto: both bounds are required.
      "Clip": CaffeMapping(
        makes: ["relu", "relu6", "maximum", "mul"], fields: .init("clip_param", ["min", "max"])
      ) { node, builder throws(Diagnostic) in
        let settings = try node.attributes.message("clip_param")
        return [try clip(try builder.input(0), settings, &builder)]
      },
      // Source: SwishParameter of caffe.proto, swish_layer.cpp: x * sigmoid(beta * x).
      "Swish": CaffeMapping(
        makes: ["logistic", "mul"], fields: .init("swish_param", ["beta"])
      ) { node, builder throws(Diagnostic) in
        let beta = try node.attributes.message("swish_param").float("beta", default: 1)
        let input = try builder.input(0)
        var scaled = input
        if beta != 1 {
          let factor = builder.constant("beta", Tensor([], [beta]))
          scaled = try builder.add(Mul(), [input, factor])
        }
        let gate = try builder.add(Logistic(), [scaled])
        return [try builder.add(Mul(), [input, gate])]
      },
    ],
    tensorFlow: [
      "Relu": unary("relu") { _ in ReLU() },
      "Relu6": unary("relu6") { _ in ReLU6() },
      "Sigmoid": unary("logistic") { _ in Logistic() },
      "Tanh": unary("tanh") { _ in Tanh() },
      "Exp": unary("exp") { _ in Exp() },
      "Log": unary("log") { _ in Log() },
      "LeakyRelu": unary("leaky_relu") { node throws(Diagnostic) in
        LeakyReLU(alpha: try node.float("alpha", default: 0.2))
      },
    ])
}

/// An operator of one tensor.
func unary(
  _ name: String,
  _ make: @escaping @Sendable (TensorFlowNode) throws(Diagnostic) -> any BuiltinOp
) -> TensorFlowMapping {
  TensorFlowMapping(makes: [name]) { node, builder throws(Diagnostic) in
    [.computed(try builder.add(try make(node), [try builder.input(node, 0)]))]
  }
}

/// A clamp to the bounds of a `clip_param`, by an operator of TFLite that has exactly these.
private func clip(
  _ input: ValueID, _ settings: ForeignAttributes, _ builder: inout GraphBuilder
) throws(Diagnostic) -> ValueID {
  guard settings.contains("min"), settings.contains("max") else {
    throw Diagnostic(
      .unsupportedParameter, "the layer has no min or no max",
      help: "give clip_param { min: NUMBER max: NUMBER }")
  }
  let (low, high) = (try settings.float("min", default: 0), try settings.float("max", default: 0))
  guard low <= high else {
    throw Diagnostic(.unsupportedParameter, "min \(low) is above max \(high)")
  }
  if (low, high) == (0, 6) { return try builder.add(ReLU6(), [input]) }
  if (low, high) == (-1, 1) {
    let one = builder.constant("one", Tensor([], [1]))
    return try builder.add(Mul(activation: .relu1), [input, one])
  }
  guard high == .greatestFiniteMagnitude else {
    throw Diagnostic(
      .unsupportedParameter, "TFLite clamps to 0...6 and to -1...1, not to \(low)...\(high)",
      help: "use one of these ranges, or a max of 3.4028235e38 for none")
  }
  if low == 0 { return try builder.add(ReLU(), [input]) }
  let bound = builder.constant("min", Tensor([], [low]))
  return try builder.add(Maximum(), [input, bound])
}
