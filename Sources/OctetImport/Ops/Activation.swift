import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  /// ReLU, leaky ReLU, sigmoid and hyperbolic tangent.
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
    ])
}

/// The `activation` option of a Darknet layer.
///
/// Source: Darknet's `activations.h`.
enum DarknetActivation: String, CaseIterable {
  case linear, relu, relu6, leaky, logistic, loggy, tanh, relie, ramp, swish, mish

  /// Text-IR names of the operators that `apply` makes.
  static let makes = ["relu", "relu6", "leaky_relu", "logistic", "log", "tanh", "mul", "add"]

  /// Throws `OCT0307` for an activation that Octet does not have.
  init(_ node: ForeignNode, default fallback: DarknetActivation) throws(Diagnostic) {
    let text = try node.attributes.text("activation", default: fallback.rawValue)
    guard let activation = DarknetActivation(rawValue: text) else {
      let names = DarknetActivation.allCases.map { $0.rawValue }
      throw Diagnostic(
        .unsupportedParameter, "the activation '\(text)' has no TFLite form",
        notes: ["Octet has " + names.joined(separator: ", ")]
      ).suggesting(text, from: names)
    }
    self = activation
  }

  func apply(
    _ x: ValueID, _ builder: inout GraphBuilder
  ) throws(Diagnostic) -> ValueID {
    switch self {
    case .linear: return x
    case .relu: return try builder.add(ReLU(), [x])
    case .relu6: return try builder.add(ReLU6(), [x])
    case .leaky: return try builder.add(LeakyReLU(alpha: 0.1), [x])
    case .relie: return try builder.add(LeakyReLU(alpha: 0.01), [x])
    case .logistic: return try builder.add(Logistic(), [x])
    case .tanh: return try builder.add(Tanh(), [x])
    case .swish: return try builder.add(Mul(), [x, try builder.add(Logistic(), [x])])
    case .loggy:
      let (two, one) = (number(2, "two", &builder), number(-1, "one", &builder))
      let doubled = try builder.add(Mul(), [try builder.add(Logistic(), [x]), two])
      return try builder.add(Add(), [doubled, one])
    case .ramp:
      // 1.1x where x is positive, 0.1x elsewhere.
      let scaled = try builder.add(Mul(), [x, number(1.1, "slope", &builder)])
      return try builder.add(LeakyReLU(alpha: 0.1 / 1.1), [scaled])
    case .mish:
      // x tanh(ln(1 + exp(x))) = -x tanh(ln(sigmoid(-x))), where nothing overflows.
      let negative = try builder.add(Mul(), [x, number(-1, "minus", &builder)])
      let log = try builder.add(Log(), [try builder.add(Logistic(), [negative])])
      return try builder.add(Mul(), [negative, try builder.add(Tanh(), [log])])
    }
  }

  private func number(_ value: Float, _ name: String, _ builder: inout GraphBuilder) -> ValueID {
    builder.constant(name, Tensor([], [value]))
  }
}
