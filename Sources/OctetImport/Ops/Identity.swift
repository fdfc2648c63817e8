import OctetDiagnostics
import OctetIR

extension OpMapping {
  /// Layers that give back their input when a trained net is run.
  static let identity = OpMapping(
    caffe: [
      // Source: DropoutParameter of caffe.proto; `scale_train` belongs to forks.
      "Dropout": CaffeMapping(
        makes: [], fields: .init("dropout_param", ["dropout_ratio", "scale_train"])
      ) { node, builder throws(Diagnostic) in
        let settings = try node.attributes.message("dropout_param")
        guard try settings.bool("scale_train", default: true) else {
          throw Diagnostic(
            .unsupportedParameter, "scale_train: false scales the blob when the net is run",
            help: "put a Scale layer with the factor 1 - dropout_ratio in the layer's place")
        }
        try refuseTraining(node)
        return [try builder.input(0)]
      },
      "Split": CaffeMapping(makes: []) { node, builder throws(Diagnostic) in
        [ValueID](repeating: try builder.input(0), count: node.outputs.count)
      },
    ],
    darknet: [
      // Both are training's: they hand on what they get.
      "dropout": DarknetMapping(
        makes: [],
        options: ["probability", "dropblock", "dropblock_size_rel", "dropblock_size_abs"]
      ) { node, builder throws(Diagnostic) in [try builder.input(0)] },
      "cost": DarknetMapping(
        makes: [], options: ["type", "scale", "ratio", "noobj", "thresh"]
      ) { node, builder throws(Diagnostic) in [try builder.input(0)] },
    ])
}

/// Throws `OCT0307` for a layer that its own `phase` makes work as in training.
func refuseTraining(_ node: ForeignNode) throws(Diagnostic) {
  guard try node.attributes.choice("phase", among: ["TRAIN", "TEST"]) == "TRAIN",
    node.attributes.contains("phase")
  else { return }
  throw Diagnostic(
    .unsupportedParameter, "phase: TRAIN makes \(node.type) work as in training",
    help: "take 'phase' off, or write include { phase: TRAIN } to leave the layer out")
}
