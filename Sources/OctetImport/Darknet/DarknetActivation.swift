import OctetDiagnostics
import OctetIR
import OctetOps

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
