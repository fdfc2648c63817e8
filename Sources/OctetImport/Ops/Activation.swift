import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  /// ReLU, leaky ReLU, sigmoid and hyperbolic tangent.
  static let activation = OpMapping(
    makes: ["relu", "leaky_relu", "logistic", "tanh"],
    caffe: [
      "ReLU": { node, builder throws(Diagnostic) in
        let slope = try node.attributes.message("relu_param").float("negative_slope", default: 0)
        let input = try builder.input(0)
        return [try builder.add(slope == 0 ? ReLU() : LeakyReLU(alpha: slope), [input])]
      },
      "Sigmoid": { node, builder throws(Diagnostic) in
        [try builder.add(Logistic(), [try builder.input(0)])]
      },
      "TanH": { node, builder throws(Diagnostic) in
        [try builder.add(Tanh(), [try builder.input(0)])]
      },
    ])
}
