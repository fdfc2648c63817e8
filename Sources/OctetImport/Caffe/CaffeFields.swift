import OctetDiagnostics

/// The field names of Caffe's messages, for warnings about those that nobody reads. Facts from BVLC
/// Caffe's caffe.proto.
enum CaffeFields {
  private static let net: Set<String> = [
    "name", "input", "input_shape", "input_dim", "force_backward", "state", "debug_info", "layer",
    "layers",
  ]

  private static let layer: Set<String> = [
    "name", "type", "bottom", "top", "phase", "loss_weight", "param", "blobs", "propagate_down",
    "include", "exclude", "transform_param", "loss_param", "accuracy_param", "argmax_param",
    "batch_norm_param", "bias_param", "clip_param", "concat_param", "contrastive_loss_param",
    "convolution_param", "crop_param", "data_param", "dropout_param", "dummy_data_param",
    "eltwise_param", "elu_param", "embed_param", "exp_param", "flatten_param", "hdf5_data_param",
    "hdf5_output_param", "hinge_loss_param", "image_data_param", "infogain_loss_param",
    "inner_product_param", "input_param", "log_param", "lrn_param", "memory_data_param",
    "mvn_param",
    "parameter_param", "permute_param", "pooling_param", "power_param", "prelu_param",
    "python_param",
    "recurrent_param", "reduction_param", "relu6_param", "relu_param", "reshape_param",
    "scale_param",
    "shuffle_channel_param", "sigmoid_param", "slice_param", "softmax_param", "spp_param",
    "swish_param", "tanh_param",
    "threshold_param", "tile_param", "upsample_param", "window_data_param",
    // The old form (V1) has these beside the layer's own.
    "blobs_lr", "weight_decay", "blob_share_mode",
  ]

  private static let sortedNet = net.sorted()
  private static let sortedLayer = layer.sorted()

  /// Logs `OCT0310` for each field of a net that Caffe does not have.
  static func check(net root: ForeignAttributes, file: String, _ log: DiagnosticLog) {
    for entry in root.entries where !net.contains(entry.name) {
      log.add(warning("a net", entry, from: sortedNet, Location(file: file, format: "caffe")))
    }
  }

  /// The same for a layer. What stands in the message of its parameters is its mapping's.
  static func check(layer node: ForeignNode, _ log: DiagnosticLog) {
    for entry in node.attributes.entries where !layer.contains(entry.name) {
      // A layer type of a Caffe fork brings a message of its own; the type is what gets reported.
      if case .message = entry.value, nearMatches(to: entry.name, in: sortedLayer).isEmpty {
        continue
      }
      log.add(warning("a layer", entry, from: sortedLayer, node.location))
    }
  }

  private static func warning(
    _ what: String, _ entry: ForeignAttributes.Entry, from known: [String], _ place: Location
  ) -> Diagnostic {
    Diagnostic(
      .unknownField, "\(what) has no field '\(entry.name)'; it is ignored",
      at: Location(line: entry.line).completed(by: place)
    ).suggesting(entry.name, from: known)
  }

  /// V2 names of the V1 layer types, which are written as enumeration names or numbers.
  private static let v1Types: [(name: String, number: Int, type: String)] = [
    ("ABSVAL", 35, "AbsVal"), ("ACCURACY", 1, "Accuracy"), ("ARGMAX", 30, "ArgMax"),
    ("BNLL", 2, "BNLL"), ("CONCAT", 3, "Concat"), ("CONTRASTIVE_LOSS", 37, "ContrastiveLoss"),
    ("CONVOLUTION", 4, "Convolution"), ("DATA", 5, "Data"), ("DECONVOLUTION", 39, "Deconvolution"),
    ("DROPOUT", 6, "Dropout"), ("DUMMY_DATA", 32, "DummyData"),
    ("EUCLIDEAN_LOSS", 7, "EuclideanLoss"), ("ELTWISE", 25, "Eltwise"), ("EXP", 38, "Exp"),
    ("FLATTEN", 8, "Flatten"), ("HDF5_DATA", 9, "HDF5Data"), ("HDF5_OUTPUT", 10, "HDF5Output"),
    ("HINGE_LOSS", 28, "HingeLoss"), ("IM2COL", 11, "Im2col"), ("IMAGE_DATA", 12, "ImageData"),
    ("INFOGAIN_LOSS", 13, "InfogainLoss"), ("INNER_PRODUCT", 14, "InnerProduct"),
    ("LRN", 15, "LRN"),
    ("MEMORY_DATA", 29, "MemoryData"),
    ("MULTINOMIAL_LOGISTIC_LOSS", 16, "MultinomialLogisticLoss"), ("MVN", 34, "MVN"),
    ("POOLING", 17, "Pooling"), ("POWER", 26, "Power"), ("RELU", 18, "ReLU"),
    ("SIGMOID", 19, "Sigmoid"), ("SIGMOID_CROSS_ENTROPY_LOSS", 27, "SigmoidCrossEntropyLoss"),
    ("SILENCE", 36, "Silence"), ("SOFTMAX", 20, "Softmax"), ("SOFTMAX_LOSS", 21, "SoftmaxWithLoss"),
    ("SPLIT", 22, "Split"), ("SLICE", 33, "Slice"), ("TANH", 23, "TanH"),
    ("WINDOW_DATA", 24, "WindowData"), ("THRESHOLD", 31, "Threshold"),
  ]

  /// All layer types of Caffe: those of V1 and the later ones.
  static let types: Set<String> = Set(v1Types.map { $0.type }).union([
    "BatchNorm", "BatchReindex", "Bias", "Clip", "Crop", "ELU", "Embed", "Filter", "Input", "LSTM",
    "Log", "PReLU", "Parameter", "Python", "RNN", "Reduction", "Reshape", "SPP", "Scale", "Swish",
    "Tile",
  ])

  /// The V2 type of a V1 layer; other names stay.
  static func upgraded(_ type: String) -> String {
    v1Types.first { $0.name == type || "\($0.number)" == type }?.type ?? type
  }
}
