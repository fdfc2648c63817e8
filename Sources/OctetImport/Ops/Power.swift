import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  /// Powers of a scaled and shifted blob.
  static let power = OpMapping(
    caffe: [
      // Source: PowerParameter of caffe.proto, power_layer.cpp: (shift + scale * x)^power.
      "Power": CaffeMapping(
        makes: ["mul", "add"], fields: .init("power_param", ["power", "scale", "shift"])
      ) { node, builder throws(Diagnostic) in
        let settings = try node.attributes.message("power_param")
        let power = try settings.float("power", default: 1)
        guard power == 1 || power == 2 else {
          throw Diagnostic(
            .unsupportedParameter, "the power \(power) has no TFLite form that Octet writes",
            notes: ["the powers 1 and 2 become multiplications"],
            help: "cut the net before it with --outputs")
        }
        let scale = try settings.float("scale", default: 1)
        let shift = try settings.float("shift", default: 0)
        var result = try builder.input(0)
        if scale != 1 {
          let factor = builder.constant("scale", Tensor([], [scale]))
          result = try builder.add(Mul(), [result, factor])
        }
        if shift != 0 {
          let offset = builder.constant("shift", Tensor([], [shift]))
          result = try builder.add(Add(), [result, offset])
        }
        return [power == 1 ? result : try builder.add(Mul(), [result, result])]
      }
    ])
}
