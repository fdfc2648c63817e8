import OctetDiagnostics
import OctetIR

extension KerasMapping {
  static let pools: [String: KerasMapping] = [
    "MaxPooling1D": pool("MaxPool", rank: 1), "MaxPooling2D": pool("MaxPool", rank: 2),
    "AveragePooling1D": pool("AvgPool", rank: 1), "AveragePooling2D": pool("AvgPool", rank: 2),
    "GlobalAveragePooling1D": global("Mean", rank: 1),
    "GlobalAveragePooling2D": global("Mean", rank: 2),
    "GlobalMaxPooling1D": global("Max", rank: 1), "GlobalMaxPooling2D": global("Max", rank: 2),
  ]

  private static func pool(_ op: String, rank: Int) -> KerasMapping {
    one { layer, input, builder throws(Diagnostic) in
      let isFirst = try layer.isChannelsFirst()
      let extents = try builder.extents(input)
      guard extents.count == rank + 2 else {
        throw Diagnostic(.shapeMismatch, "the layer reads the shape \(extents)")
      }
      let size = try layer.sizes("pool_size", count: rank, default: 2)
      let strides =
        layer.config["strides"] == nil ? size : try layer.sizes("strides", count: rank)
      var image = input
      if rank == 1 {
        image = try builder.reshape(
          input,
          isFirst ? [extents[0], extents[1], 1, extents[2]] : [extents[0], 1] + extents[1...])
      }
      func spread(_ sizes: [Int]) -> TFAttrValue {
        let both = rank == 1 ? [1, sizes[0]] : sizes
        return .ints(isFirst ? [1, 1] + both : [1] + both + [1])
      }
      let result = try builder.apply(
        op, [image],
        [
          "ksize": spread(size), "strides": spread(strides),
          "padding": .text(try layer.text("padding", default: "valid").uppercased()),
          "data_format": .text(isFirst ? "NCHW" : "NHWC"),
        ])
      guard rank == 1 else { return result }
      var own = try builder.extents(result)
      own.remove(at: isFirst ? 2 : 1)
      return try builder.reshape(result, own)
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
