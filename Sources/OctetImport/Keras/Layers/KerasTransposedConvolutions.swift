import OctetDiagnostics
import OctetIR
import OctetOps

extension KerasBuilder {
  mutating func transposedConvolution(
    _ layer: KerasLayer, rank: Int, _ input: TensorFlowValue
  ) throws(Diagnostic) -> TensorFlowValue {
    let form = KerasForm(rank: rank, isChannelsFirst: try layer.isChannelsFirst())
    let extents = try extents(input)
    guard extents.count == rank + 2 else {
      throw Diagnostic(.shapeMismatch, "the layer reads the shape \(extents)")
    }
    guard try layer.sizes("dilation_rate", count: rank, default: 1).allSatisfy({ $0 == 1 }) else {
      throw Diagnostic(
        .unsupportedParameter, "a transposed convolution with dilation has no TFLite form",
        help: "train the layer without dilation, with a larger kernel")
    }
    let sides = try layer.sizes("kernel_size", count: rank)
    let strides = try layer.sizes("strides", count: rank, default: 1)
    let outputs = try layer.int("filters")
    let filter = try weight("kernel", sides + [outputs, extents[form.channels]])
    let bias = try bias(layer, outputs)
    let padding = try layer.text("padding", default: "valid").uppercased()
    var more: [Int]?
    if let given = layer.config["output_padding"] {
      more = given.ints ?? given.int.map { [Int](repeating: $0, count: rank) }
      guard let more, more.count == rank, more.allSatisfy({ 0..<1 << 16 ~= $0 }) else {
        throw layer.wrong("output_padding", counted(rank, "number"))
      }
    }
    let size = (0..<rank).map { axis in
      Self.extent(
        extents[form.first + axis], side: sides[axis], stride: strides[axis],
        isSame: padding == "SAME", more: more?[axis])
    }
    let image = try image(input, form)
    let own = rank == 1 ? [1] + size : size
    let shape =
      form.isChannelsFirst ? [extents[0], outputs] + own : [extents[0]] + own + [outputs]
    var result = try apply(
      "Conv2DBackpropInput", [try ints(shape), .constant(self.image(filter)), image],
      [
        "strides": form.spread(strides, beside: 1), "padding": .text(padding),
        "data_format": form.name,
      ])
    if let bias { result = try apply("BiasAdd", [result, bias], ["data_format": form.name]) }
    return try activate(try line(result, form), layer.config["activation"])
  }

  /// The extent of the result.
  ///
  /// - Parameter more: the layer's `output_padding`.
  ///
  /// Source: `compute_conv_transpose_output_shape` of Keras.
  private static func extent(
    _ extent: Int, side: Int, stride: Int, isSame: Bool, more: Int?
  ) -> Int {
    if isSame { return more.map { (extent - 1) * stride + side % 2 + $0 } ?? extent * stride }
    return (extent - 1) * stride + side + (more ?? max(stride - side, 0))
  }
}
