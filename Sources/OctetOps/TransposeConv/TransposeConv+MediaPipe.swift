import OctetDiagnostics
import OctetIR
import OctetSchema

extension TransposeConv {
  /// MediaPipe's custom operator, whose result has the shape that the file declares.
  ///
  /// Inputs, float32: image [N,H,W,C], filter [O,h,w,C], bias [O]. Output: [N,H',W',O], of which a
  /// convolution with this filter, stride and padding makes H rows and W columns. Options: three int32,
  /// the padding (1 same, 2 valid), the stride of columns, the stride of rows.
  ///
  /// Source: `mediapipe/util/tflite/operations/transpose_conv_bias.cc`.
  static let mediaPipe = CustomForm("Convolution2DTransposeBias") { reader throws(Diagnostic) in
    let bytes = reader.table.customOptions.map { Array($0) } ?? []
    guard bytes.count >= 12 else {
      throw Diagnostic(.invalidModel, "the operator's options are shorter than three int32")
    }
    let options = (0..<3).map { place in
      (0..<4).reversed().reduce(Int32(0)) { $0 << 8 | Int32(bytes[4 * place + $1]) }
    }
    guard options[0] == 1 || options[0] == 2 else {
      throw Diagnostic(.invalidModel, "padding \(options[0]) is neither 1, same, nor 2, valid")
    }
    let padding = options[0] == 1 ? WindowPadding.same : .valid
    let stride = Steps(Int(options[2]), Int(options[1]))
    guard reader.operands.count == 3, reader.results.count == 1,
      let image = reader.operands.types[0]?.shape, image.rank == 4,
      let filter = reader.operands.types[1]?.shape.extents, filter.count == 4,
      let result = reader.results[0].shape.extents, result.count == 4,
      try windowedExtents(
        Shape(result), padding, window: Steps(filter[1], filter[2]), stride: stride)
        == Array(image.dimensions[1...2])
    else {
      throw Diagnostic(
        .unknownOperator,
        "its result's shape is not the one of a transposed convolution of its image")
    }
    return (
      TransposeConv(stride: stride, padding: padding),
      [.constant(result.map { Int32(clamping: $0) }), .operand(1), .operand(0), .operand(2)]
    )
  }
}
