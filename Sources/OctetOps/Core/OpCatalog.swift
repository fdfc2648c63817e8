package import OctetDiagnostics
package import OctetIR
package import OctetSchema

/// Every operator of TFLite that Octet knows. The reader, the text IR, the coverage tests and the
/// documentation's tables read this list; there is no other.
package enum OpCatalog {
  package static let all: [OpEntry] = [
    Add.entry,
    AveragePool2D.entry,
    BatchMatMul.entry,
    BatchToSpaceND.entry,
    BroadcastTo.entry,
    Concatenation.entry,
    Conv2D.entry,
    Conv3D.entry,
    Cumsum.entry,
    DepthToSpace.entry,
    DepthwiseConv2D.entry,
    Dequantize.entry,
    Div.entry,
    Exp.entry,
    FullyConnected.entry,
    Gather.entry,
    GatherND.entry,
    HardSwish.entry,
    LeakyReLU.entry,
    Log.entry,
    LocalResponseNormalization.entry,
    Logistic.entry,
    MaxPool2D.entry,
    Maximum.entry,
    Mean.entry,
    Minimum.entry,
    MirrorPad.entry,
    Mul.entry,
    NonMaxSuppressionV4.entry,
    NonMaxSuppressionV5.entry,
    OneHot.entry,
    Pad.entry,
    PadV2.entry,
    PReLU.entry,
    Quantize.entry,
    ReLU.entry,
    ReLU6.entry,
    Reshape.entry,
    ResizeBilinear.entry,
    ResizeNearestNeighbor.entry,
    ReverseV2.entry,
    Slice.entry,
    Softmax.entry,
    SpaceToBatchND.entry,
    SpaceToDepth.entry,
    StridedSlice.entry,
    Sub.entry,
    Tanh.entry,
    Tile.entry,
    TopKV2.entry,
    Transpose.entry,
    TransposeConv.entry,
    UnidirectionalSequenceLSTM.entry,
  ]

  package static func entry(named name: String) -> OpEntry? { all.first { $0.name == name } }

  package static func entry(for builtin: BuiltinOperator) -> OpEntry? {
    all.first { $0.builtin == builtin }
  }

  /// An operator with its TFLite and runtime parts; nil for `while` and `foreign`.
  package static func builtin(_ op: any Op) -> (any BuiltinOp)? {
    entry(named: op.name).flatMap { $0.cast(op) }
  }

  /// Makes operators for the text IR: the catalogue's, `while` and `foreign`.
  package static func makeOp(
    _ name: String, _ attributes: [Attribute], _ results: [TensorType]
  ) throws(Diagnostic) -> any Op {
    let reader = AttributeReader(op: name, attributes)
    if name == "while" { return try While(attributes: reader) }
    if name == "foreign" {
      let framework: String
      if case .symbol(let text)? = reader.value("framework") {
        framework = text
      } else {
        throw Diagnostic(.invalidAttribute, "'foreign' needs attribute 'framework'")
      }
      return Foreign(
        framework: framework, type: try reader.string("type"),
        details: attributes.filter { $0.name != "framework" && $0.name != "type" },
        results: results)
    }
    if let entry = entry(named: name) { return try entry.parse(reader) }
    throw Diagnostic(.unknownOperator, "there is no operator '\(name)'")
      .suggesting(name, from: all.map { $0.name } + ["while", "foreign"])
  }
}
