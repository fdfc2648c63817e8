import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  /// Pixels that become channels.
  static let reorganization = OpMapping(
    darknet: [
      // Source: Darknet's `reorg_cpu`. It takes the image for one of fewer channels and more pixels, of
      // which each block of stride x stride goes to as many groups of channels.
      "reorg": DarknetMapping(
        makes: ["reshape", "transpose"], options: ["stride"],
        refused: ["reverse", "flatten", "extra"]
      ) { node, builder throws(Diagnostic) in
        let stride = try node.attributes.int("stride", default: 1)
        let input = try builder.image(0)
        let e = try builder.extents(input)
        guard stride > 0, e[2] % stride == 0, e[3] % stride == 0, e[1] % (stride * stride) == 0
        else {
          throw Diagnostic(
            .shapeMismatch, "stride=\(stride) of a reorg layer does not fit the shape \(e)",
            notes: ["height and width must be multiples of it, channels of its square"])
        }
        let blocks = try builder.reshape(
          input, [e[0], e[1] / (stride * stride), e[2], stride, e[3], stride])
        let grouped = try builder.transpose(blocks, Permutation([0, 3, 5, 1, 2, 4]))
        return [
          try builder.reshape(
            grouped, [e[0], e[1] * stride * stride, e[2] / stride, e[3] / stride])
        ]
      }
    ])
}
