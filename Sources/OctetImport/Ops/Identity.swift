import OctetDiagnostics
import OctetIR

extension OpMapping {
  /// Layers that give back their input when a trained net is run.
  static let identity = OpMapping(
    makes: [],
    caffe: [
      "Dropout": { node, builder throws(Diagnostic) in [try builder.input(0)] },
      "Split": { node, builder throws(Diagnostic) in
        [ValueID](repeating: try builder.input(0), count: node.outputs.count)
      },
    ])
}
