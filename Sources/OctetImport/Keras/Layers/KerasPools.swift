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
      return try builder.apply(
        op + "3D", [input],
        [
          "ksize": form.spread(size, beside: 1), "strides": form.spread(strides, beside: 1),
          "padding": padding, "data_format": form.name,
        ])
    }
  }

  private static func global(_ op: String, rank: Int) -> KerasMapping {
    one { layer, input, builder throws(Diagnostic) in
      let first = try layer.isChannelsFirst() ? 2 : 1
      if op == "Mean", rank == 1, let mask = builder.mask(of: input) {
        return try builder.mean(
          input, masked: mask, axis: first,
          keepsDimensions: try layer.bool("keepdims", default: false))
      }
      let axes = try builder.ints((0..<rank).map { first + $0 })
      return try builder.apply(
        op, [input, axes], ["keep_dims": .flag(try layer.bool("keepdims", default: false))])
    }
  }
}
