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
