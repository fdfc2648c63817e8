import OctetDiagnostics
import OctetIR

/// How the layers and nodes of source frameworks become operators. One value for each operator
/// family; the frameworks stand side by side so that their different defaults can be seen.
package struct OpMapping: Sendable {
  /// Builds operators for one node and gives the values of its outputs.
  typealias Build =
    @Sendable (ForeignNode, inout GraphBuilder) throws(Diagnostic) -> [ValueID]

  /// By Caffe layer type.
  package let caffe: [String: CaffeMapping]

  init(caffe: [String: CaffeMapping]) {
    self.caffe = caffe
  }

  /// Text-IR names of the operators the mapping may make.
  package var makes: Set<String> { Set(caffe.values.flatMap { $0.makes }) }

  /// All mappings.
  package static let all: [OpMapping] = [
    .activation, .batchNormalization, .concatenation, .convolution, .deconvolution, .dense,
    .elementwise, .identity, .localResponseNormalization, .pooling, .power, .reshape, .scale,
    .slice, .softmax, .transposition, .upsampling,
  ]

  /// Operators that no layer of a source framework stands for, with the reason.
  package static let unmapped: [String: String] = [
    "quantize": "made by the quantizer",
    "dequantize": "made by the quantizer",
  ]

  /// The mapping of each Caffe layer type.
  package static let caffe: [String: CaffeMapping] = {
    var result: [String: CaffeMapping] = [:]
    for mapping in all { result.merge(mapping.caffe) { first, _ in first } }
    return result
  }()
}
