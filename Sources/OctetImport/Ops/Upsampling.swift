import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  /// Larger images by repeating pixels.
  static let upsampling = OpMapping(
    darknet: [
      // Source: Darknet's upsample_layer.c.
      "upsample": DarknetMapping(
        makes: ["resize_nearest_neighbor", "mul", "transpose"], options: ["stride", "scale"]
      ) { node, builder throws(Diagnostic) in
        let stride = try node.attributes.int("stride", default: 2)
        let scale = try node.attributes.float("scale", default: 1)
        let input = try builder.image(0)
        let extents = try builder.extents(input)
        guard stride > 0, stride < 1 << 16 else {
          throw Diagnostic(
            .unsupportedParameter, "an upsample layer with stride=\(stride)",
            help: "give a positive stride")
        }
        let result = try builder.channelsLast(input) { image, builder throws(Diagnostic) in
          try builder.upsample(image, height: stride * extents[2], width: stride * extents[3])
        }
        if scale == 1 { return [result] }
        return [
          try builder.add(Mul(), [result, builder.constant("scale", Tensor([], [scale]))])
        ]
      }
    ])
}
