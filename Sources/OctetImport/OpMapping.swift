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

  /// Operators that no layer of a source framework stands for, with the reason.
  package static let unmapped: [String: String] = [
    "assign_variable": "importers take variables as their stored values",
    "call_once": "importers take variables as their stored values",
    "dequantize": "made by the quantizer",
    "detection_postprocess": "detectors are decoded by operators of their own",
    "dynamic_update_slice": "made for lists of tensors in loops that stay loops",
    "expand_dims": "RESHAPE stands for it",
    "fill": "BROADCAST_TO stands for it",
    "if": "importers choose of what both branches compute",
    "l2_normalization": "importers make it of its parts",
    "pack": "reshapes and a concatenation stand for it",
    "quantize": "made by the quantizer",
    "range": "importers compute shapes",
    "rank": "importers compute shapes",
    "read_variable": "importers take variables as their stored values",
    "select": "SELECT_V2, which broadcasts, stands for it",
    "shape": "importers compute shapes",
    "split": "slices stand for it",
    "split_v": "slices stand for it",
    "square": "MUL, which has an int8 form, stands for it",
    "squeeze": "RESHAPE stands for it",
    "unidirectional_sequence_lstm": "made for recurrent layers",
    "unpack": "slices stand for it",
    "var_handle": "importers take variables as their stored values",
    "where": "importers refuse what the data count",
    "while": "made for loops that are not unrolled",
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
