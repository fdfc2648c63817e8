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
  /// By Darknet section.
  package let darknet: [String: DarknetMapping]
  /// By TensorFlow operator.
  package let tensorFlow: [String: TensorFlowMapping]

  init(
    caffe: [String: CaffeMapping] = [:], darknet: [String: DarknetMapping] = [:],
    tensorFlow: [String: TensorFlowMapping] = [:]
  ) {
    self.caffe = caffe
    self.darknet = darknet
    self.tensorFlow = tensorFlow
  }

  /// Text-IR names of the operators the mapping may make.
  package var makes: Set<String> {
    Set(
      caffe.values.flatMap { $0.makes } + darknet.values.flatMap { $0.makes }
        + tensorFlow.values.flatMap { $0.makes })
  }

  /// All mappings.
  package static let all: [OpMapping] = [
    .activation, .angle, .batchNormalization, .bounds, .complex, .resampling, .scatter, .cast,
    .colour, .comparison, .concatenation, .convolution, .deconvolution, .dense,
    .detection, .einsum, .elementwise, .fakeQuantization, .function,
    .gate, .gather, .identity, .localResponseNormalization, .order, .padding, .pooling, .power,
    .product, .reduction, .reorganization, .repetition, .reshape, .scale, .selection, .slice,
    .softmax, .transposition, .upsampling, .volume,
  ]

  /// The mapping of each Caffe layer type.
  package static let caffe: [String: CaffeMapping] = {
    var result: [String: CaffeMapping] = [:]
    for mapping in all { result.merge(mapping.caffe) { first, _ in first } }
    return result
  }()

  /// The mapping of each Darknet section.
  package static let darknet: [String: DarknetMapping] = {
    var result: [String: DarknetMapping] = [:]
    for mapping in all { result.merge(mapping.darknet) { first, _ in first } }
    return result
  }()

  /// The mapping of each TensorFlow operator.
  package static let tensorFlow: [String: TensorFlowMapping] = {
    var result: [String: TensorFlowMapping] = [:]
    for mapping in all { result.merge(mapping.tensorFlow) { first, _ in first } }
    return result
  }()
}
