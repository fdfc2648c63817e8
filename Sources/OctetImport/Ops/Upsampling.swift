import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  /// Larger images.
  static let upsampling = OpMapping(
    caffe: [
      // Source: upsample_layer.cpp of the YOLO forks, which repeats pixels; SegNet's layer of this name
      // reads the places of a max pooling besides.
      "Upsample": CaffeMapping(
        makes: ["resize_nearest_neighbor", "transpose"],
        fields: .init(
          "upsample_param", ["scale", "scale_h", "scale_w", "upsample_h", "upsample_w"]),
        bottoms: 1...2
      ) { node, builder throws(Diagnostic) in
        guard node.inputs.count == 1 else {
          throw Diagnostic(
            .unsupportedParameter, "unpooling with the places of a max pooling has no TFLite form",
            notes: ["the second bottom holds those places"],
            help: "cut the net before it with --outputs")
        }
        let settings = try node.attributes.message("upsample_param")
        let input = try builder.input(0)
        let extents = try builder.imageExtents(input, for: "an upsampling")
        let height = try upsampled(extents[2], settings, "scale_h", "upsample_h")
        let width = try upsampled(extents[3], settings, "scale_w", "upsample_w")
        let result = try builder.channelsLast(input) { image, builder throws(Diagnostic) in
          try builder.upsample(image, height: height, width: width)
        }
        return [result]
      }
    ],
    darknet: [
      // Source: Darknet's upsample_layer.c.
      "upsample": DarknetMapping(
        makes: ["reshape", "resize_nearest_neighbor", "mul", "transpose"],
        options: ["stride", "scale"]
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
    ],
    tensorFlow: [
      "ResizeNearestNeighbor": resize("resize_nearest_neighbor") {
        ResizeNearestNeighbor(alignCorners: $0, halfPixelCenters: $1)
      },
      "ResizeBilinear": resize("resize_bilinear") {
        ResizeBilinear(alignCorners: $0, halfPixelCenters: $1)
      },
    ])
}

/// An operator that makes an image of another size.
private func resize(
  _ name: String,
  _ make: @escaping @Sendable (_ alignCorners: Bool, _ halfPixelCenters: Bool) -> any BuiltinOp
) -> TensorFlowMapping {
  TensorFlowMapping(makes: [name]) { node, builder throws(Diagnostic) in
    let image = try builder.image(node, 0)
    let size = try node.integers(1, "size")
    guard size.count == 2, size.allSatisfy({ $0 > 0 && $0 < 1 << 31 }) else {
      throw Diagnostic(.unsupportedParameter, "the size \(size) is no height and width")
    }
    let constant = builder.constant("size", Tensor([2], int32: size.map { Int32($0) }))
    let op = make(
      try node.bool("align_corners", default: false),
      try node.bool("half_pixel_centers", default: false))
    return [.computed(try builder.add(op, [image, constant]))]
  }
}

/// One extent of the larger image: a multiple of the input's, since only those repeat every pixel alike.
private func upsampled(
  _ extent: Int, _ settings: ForeignAttributes, _ scale: String, _ size: String
) throws(Diagnostic) -> Int {
  guard ["scale", scale, size].contains(where: { settings.contains($0) }) else {
    throw Diagnostic(
      .unsupportedParameter, "the layer has no scale", help: "give upsample_param { scale: NUMBER }"
    )
  }
  let factor = try settings.int(scale, default: try settings.int("scale", default: 1))
  let (scaled, overflow) = extent.multipliedReportingOverflow(by: factor)
  let result = try settings.int(size, default: overflow ? .max : scaled)
  guard result >= extent, result % extent == 0, result < 1 << 31 else {
    throw Diagnostic(
      .unsupportedParameter, "\(extent) pixels cannot be upsampled to \(result)",
      help: "give a whole multiple of the blob's extent")
  }
  return result
}
