import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  /// Parts of an image.
  static let crop = OpMapping(
    darknet: [
      // Source: Darknet's crop_layer.c: the centre when a net is run, and numbers of 0 to 1 become those
      // of -1 to 1.
      "crop": DarknetMapping(
        makes: ["slice", "mul", "add"],
        options: [
          "crop_height", "crop_width", "flip", "angle", "saturation", "exposure", "shift",
          "noadjust", "reduced",
        ]
      ) { node, builder throws(Diagnostic) in
        let height = try node.attributes.int("crop_height", default: 1)
        let width = try node.attributes.int("crop_width", default: 1)
        let input = try builder.image(0)
        let extents = try builder.extents(input)
        guard (1...extents[2]).contains(height), (1...extents[3]).contains(width) else {
          throw Diagnostic(
            .shapeMismatch, "a crop of \(height)x\(width) does not fit \(extents[2])x\(extents[3])")
        }
        let part = try builder.slice(
          input, begin: [0, 0, (extents[2] - height) / 2, (extents[3] - width) / 2],
          size: [extents[0], extents[1], height, width])
        if try node.attributes.bool("noadjust", default: false) { return [part] }
        let two = builder.constant("scale", Tensor([], [2]))
        let one = builder.constant("offset", Tensor([], [-1]))
        return [try builder.add(Add(), [try builder.add(Mul(), [part, two]), one])]
      }
    ])
}
