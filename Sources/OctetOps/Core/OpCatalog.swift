package import OctetDiagnostics
package import OctetIR
package import OctetSchema

/// Every operator of TFLite that Octet knows. The reader, the text IR, the coverage tests and the
/// documentation's tables read this list; there is no other.
package enum OpCatalog {
  package static let all: [OpEntry] = [
    Unary.entry(.abs),
    Add.entry,
    ArgMax.entry(.max),
    ArgMax.entry(.min),
    AssignVariable.entry,
    AveragePool2D.entry,
    BatchMatMul.entry,
    BatchToSpaceND.entry,
    BroadcastTo.entry,
    CallOnce.entry,
    Cast.entry,
    Unary.entry(.ceil),
    ComplexPart.entry(.magnitude),
    Concatenation.entry,
    Conv2D.entry,
    Conv3D.entry,
    Unary.entry(.cos),
    Cumsum.entry,
    DepthToSpace.entry,
    DepthwiseConv2D.entry,
    Dequantize.entry,
    DetectionPostProcess.entry,
    Div.entry,
    DynamicUpdateSlice.entry,
    Unary.entry(.elu),
    Comparison.entry(.equal),
    Exp.entry,
    ExpandDims.entry,
    FakeQuant.entry,
    Fill.entry,
    Unary.entry(.floor),
    Binary.entry(.floorDiv),
    Binary.entry(.floorMod),
    FullyConnected.entry,
    Gather.entry,
    GatherND.entry,
    Gelu.entry,
    Comparison.entry(.greater),
    Comparison.entry(.greaterEqual),
    HardSwish.entry,
    If.entry,
    ComplexPart.entry(.imaginary),
    L2Normalization.entry,
    LeakyReLU.entry,
    Comparison.entry(.less),
    Comparison.entry(.lessEqual),
    Log.entry,
    LocalResponseNormalization.entry,
    Logical.entry(.and),
    LogicalNot.entry,
    Logical.entry(.or),
    Logistic.entry,
    LogSoftmax.entry,
    MaxPool2D.entry,
    Maximum.entry,
    Mean.entry,
    Minimum.entry,
    MirrorPad.entry,
    Mul.entry,
    Unary.entry(.neg),
    NonMaxSuppressionV4.entry,
    NonMaxSuppressionV5.entry,
    Comparison.entry(.notEqual),
    OneHot.entry,
    Pack.entry,
    Pad.entry,
    PadV2.entry,
    Binary.entry(.pow),
    PReLU.entry,
    Quantize.entry,
    NumberRange.entry,
    ShapeOf.rank,
    ReadVariable.entry,
    ComplexPart.entry(.real),
    Reduce.entry(.all),
    Reduce.entry(.any),
    Reduce.entry(.max),
    Reduce.entry(.min),
    Reduce.entry(.product),
    ReLU.entry,
    ReLU6.entry,
    Reshape.entry,
    ResizeBilinear.entry,
    ResizeNearestNeighbor.entry,
    ReverseV2.entry,
    RFFT2D.entry,
    Unary.entry(.round),
    Unary.entry(.rsqrt),
    ScatterND.entry,
    Select.entry,
    SelectV2.entry,
    ShapeOf.extents,
    Unary.entry(.sign),
    Unary.entry(.sin),
    Slice.entry,
    Softmax.entry,
    SpaceToBatchND.entry,
    SpaceToDepth.entry,
    Split.equal,
    Split.sized,
    Unary.entry(.sqrt),
    Unary.entry(.square),
    Binary.entry(.squaredDifference),
    Squeeze.entry,
    StridedSlice.entry,
    Sub.entry,
    Reduce.entry(.sum),
    SVDF.entry,
    Tanh.entry,
    Tile.entry,
    TopKV2.entry,
    Transpose.entry,
    TransposeConv.entry,
    UnidirectionalSequenceLSTM.entry,
    Split.single,
    VarHandle.entry,
    Where.entry,
    While.entry,
  ]

  /// Custom operators that are builtins by another name.
  package static let customForms: [CustomForm] = [TransposeConv.mediaPipe]

  package static func entry(named name: String) -> OpEntry? { all.first { $0.name == name } }

  /// - Parameter custom: the name, if it is a custom operator.
  package static func entry(for builtin: BuiltinOperator, custom: String?) -> OpEntry? {
    all.first { $0.builtin == builtin && $0.custom == (builtin == .custom ? custom : nil) }
  }

  /// An operator with its TFLite and runtime parts; nil for `foreign`.
  package static func builtin(_ op: any Op) -> (any BuiltinOp)? {
    entry(named: op.name).flatMap { $0.cast(op) }
  }

  /// Makes operators for the text IR: the catalogue's and `foreign`.
  package static func makeOp(
    _ name: String, _ attributes: [Attribute], _ results: [TensorType]
  ) throws(Diagnostic) -> any Op {
    let reader = AttributeReader(op: name, attributes)
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
      .suggesting(name, from: all.map { $0.name } + ["foreign"])
  }
}
