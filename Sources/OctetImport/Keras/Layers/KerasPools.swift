import OctetDiagnostics
import OctetIR

extension KerasMapping {
  static let pools: [String: KerasMapping] = [
    "MaxPooling1D": pool("MaxPool", rank: 1), "MaxPooling2D": pool("MaxPool", rank: 2),
    "MaxPooling3D": pool("MaxPool", rank: 3),
    "AveragePooling1D": pool("AvgPool", rank: 1), "AveragePooling2D": pool("AvgPool", rank: 2),
    "AveragePooling3D": pool("AvgPool", rank: 3),
    "GlobalAveragePooling1D": global("Mean", rank: 1),
    "GlobalAveragePooling2D": global("Mean", rank: 2),
    "GlobalAveragePooling3D": global("Mean", rank: 3),
    "GlobalMaxPooling1D": global("Max", rank: 1), "GlobalMaxPooling2D": global("Max", rank: 2),
    "GlobalMaxPooling3D": global("Max", rank: 3),
  ]

  private static func pool(_ op: String, rank: Int) -> KerasMapping {
    one { layer, input, builder throws(Diagnostic) in
      let form = KerasForm(rank: rank, isChannelsFirst: try layer.isChannelsFirst())
      guard try builder.extents(input).count == rank + 2 else {
        throw Diagnostic(
          .shapeMismatch, "the layer reads the shape \(try builder.extents(input))")
      }
      let size = try layer.sizes("pool_size", count: rank, default: 2)
      let strides =
        layer.config["strides"] == nil ? size : try layer.sizes("strides", count: rank)
      let padding = TFAttrValue.text(try layer.text("padding", default: "valid").uppercased())
      guard rank == 3 else {
        let image = try builder.image(input, form)
        let result = try builder.apply(
          op, [image],
          [
            "ksize": form.spread(size, beside: 1), "strides": form.spread(strides, beside: 1),
            "padding": padding, "data_format": form.name,
          ])
        return try builder.line(result, form)
      }
      guard !form.isChannelsFirst else { throw layer.wrong("data_format", "channels_last") }
      return try builder.poolVolume(op, input, size, strides, padding)
    }
  }

  private static func global(_ op: String, rank: Int) -> KerasMapping {
    one { layer, input, builder throws(Diagnostic) in
      let first = try layer.isChannelsFirst() ? 2 : 1
      let axes = try builder.ints((0..<rank).map { first + $0 })
      return try builder.apply(
        op, [input, axes], ["keep_dims": .flag(try layer.bool("keepdims", default: false))])
    }
  }
}

extension KerasBuilder {
  /// A pool over a volume [N,D,H,W,C]: one over the images of all depths, and one over the depths. An average counts what
  /// lies inside for each direction alone, so this is exact at borders too.
  fileprivate mutating func poolVolume(
    _ op: String, _ input: TensorFlowValue, _ size: [Int], _ strides: [Int],
    _ padding: TFAttrValue
  ) throws(Diagnostic) -> TensorFlowValue {
    let extents = try extents(input)
    let channels = extents[4]
    func pool(
      _ image: TensorFlowValue, _ size: [Int], _ strides: [Int], _ builder: inout KerasBuilder
    ) throws(Diagnostic) -> TensorFlowValue {
      try builder.apply(
        op, [image],
        [
          "ksize": .ints([1] + size + [1]), "strides": .ints([1] + strides + [1]),
          "padding": padding,
        ])
    }
    let images = try pool(
      try reshape(input, [extents[0] * extents[1], extents[2], extents[3], channels]),
      Array(size[1...]), Array(strides[1...]), &self)
    let sides = try self.extents(images)
    let depths = try pool(
      try reshape(images, [extents[0], extents[1], sides[1] * sides[2], channels]),
      [size[0], 1], [strides[0], 1], &self)
    return try reshape(
      depths, [extents[0], try self.extents(depths)[1], sides[1], sides[2], channels])
  }
}
