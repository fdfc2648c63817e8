import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  static let localResponseNormalization = OpMapping(
    caffe: [
      // Source: LRNParameter of caffe.proto, lrn_layer.cpp: alpha is divided by the window's size.
      "LRN": CaffeMapping(
        makes: ["local_response_normalization", "transpose"],
        fields: .init(
          "lrn_param", ["local_size", "alpha", "beta", "norm_region", "k", "engine"])
      ) { node, builder throws(Diagnostic) in
        let settings = try node.attributes.message("lrn_param")
        let input = try builder.input(0)
        _ = try builder.imageExtents(input, for: "an LRN")
        let region = try settings.choice(
          "norm_region", among: ["ACROSS_CHANNELS", "WITHIN_CHANNEL"])
        guard region == "ACROSS_CHANNELS" else {
          throw Diagnostic(
            .unsupportedParameter, "an LRN within each channel has no TFLite form",
            notes: ["LOCAL_RESPONSE_NORMALIZATION sums over channels"],
            help: "use norm_region: ACROSS_CHANNELS if the net allows it")
        }
        let size = try settings.int("local_size", default: 5)
        guard size > 0, size % 2 == 1, size < 1 << 31 else {
          throw Diagnostic(
            .unsupportedParameter, "local_size \(size) must be odd and positive",
            help: "Caffe takes odd windows only")
        }
        let op = LocalResponseNormalization(
          radius: size / 2, bias: try settings.float("k", default: 1),
          alpha: try settings.float("alpha", default: 1) / Float(size),
          beta: try settings.float("beta", default: 0.75))
        let result = try builder.channelsLast(input) { image, builder throws(Diagnostic) in
          try builder.add(op, [image])
        }
        return [result]
      }
    ],
    tensorFlow: [
      "LRN": TensorFlowMapping(makes: ["local_response_normalization"]) {
        node, builder throws(Diagnostic) in
        let op = LocalResponseNormalization(
          radius: try node.int("depth_radius", default: 5),
          bias: try node.float("bias", default: 1),
          alpha: try node.float("alpha", default: 1), beta: try node.float("beta", default: 0.5))
        return [.computed(try builder.add(op, [try builder.image(node, 0)]))]
      }
    ])
}
