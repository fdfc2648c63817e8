package import OctetDiagnostics
package import OctetIR

/// How the layers and nodes of source frameworks become operators. One value for each operator
/// family; the frameworks stand side by side so that their different defaults can be seen.
package struct OpMapping: Sendable {
  /// Builds operators for one node and gives the values of its outputs.
  package typealias Build =
    @Sendable (ForeignNode, inout GraphBuilder) throws(Diagnostic) -> [ValueID]

  /// Text-IR names of the operators the mapping may make.
  package let makes: [String]
  /// By Caffe layer type.
  package let caffe: [String: Build]

  init(makes: [String], caffe: [String: Build]) {
    self.makes = makes
    self.caffe = caffe
  }

  /// All mappings.
  package static let all: [OpMapping] = [
    .activation, .batchNormalization, .concatenation, .convolution, .dense, .elementwise,
    .identity, .pooling, .reshape, .scale, .softmax,
  ]

  /// Operators that no layer of a source framework stands for, with the reason.
  package static let unmapped: [String: String] = [
    "quantize": "made by the quantizer",
    "dequantize": "made by the quantizer",
    "relu6": "Caffe has no layer for it",
  ]

  /// The mapping of a Caffe layer type.
  package static func caffe(_ type: String) -> Build? {
    for mapping in all { if let build = mapping.caffe[type] { return build } }
    return nil
  }

  /// The refusal of a Caffe layer whose type has no mapping.
  package static func unknownCaffeLayer(_ layer: ForeignNode) -> Diagnostic {
    Diagnostic(
      .unknownLayer, "layer type '\(layer.type)' is not supported", at: layer.location,
      helps: [
        .init("cut the net before it", arguments: ["--outputs", layer.inputs.first ?? "BLOB"])
      ]
    ).suggesting(layer.type, from: all.flatMap { $0.caffe.keys }.sorted())
  }
}
