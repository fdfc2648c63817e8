import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  /// Pixels that become channels or batches, and back.
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
    ],
    tensorFlow: [
      "SpaceToDepth": blocks("space_to_depth") { SpaceToDepth(blockSize: $0) },
      "DepthToSpace": blocks("depth_to_space") { DepthToSpace(blockSize: $0) },
      "ExtractImagePatches": TensorFlowMapping(makes: ["slice", "space_to_depth", "conv_2d"]) {
        node, builder throws(Diagnostic) in
        let image = try builder.image(node, 0)
        let (size, strides) = (try node.steps("ksizes"), try node.steps("strides"))
        let e = try builder.extents(image)
        let rows = (e[1] - e[1] % size.height, e[2] - e[2] % size.width)
        let isWhole = rows == (e[1], e[2])
        guard size == strides, size.height == size.width, try node.steps("rates") == .one,
          rows.0 > 0, rows.1 > 0, try node.text("padding", default: "VALID") == "VALID" || isWhole
        else { return [.computed(try builder.patches(node, image, size, strides))] }
        let tiled = try builder.slice(
          image, begin: [0, 0, 0, 0], size: [e[0], rows.0, rows.1, e[3]])
        return [.computed(try builder.add(SpaceToDepth(blockSize: size.height), [tiled]))]
      },
      "SpaceToBatchND": batches("space_to_batch_nd") { SpaceToBatchND() },
      "BatchToSpaceND": batches("batch_to_space_nd") { BatchToSpaceND() },
    ])
}

/// An operator on blocks of pixels, in either layout.
private func blocks(
  _ name: String, _ make: @escaping @Sendable (Int) -> any BuiltinOp
) -> TensorFlowMapping {
  TensorFlowMapping(makes: [name, "transpose"]) { node, builder throws(Diagnostic) in
    let op = make(try node.int("block_size", default: 0))
    let result = try builder.windowed(node, try builder.image(node, 0)) {
      image, builder throws(Diagnostic) in try builder.add(op, [image])
    }
    return [result]
  }
}

/// An operator between pixels and batches. TFLite's have blocks over all dimensions between the first and the last,
/// of which there are one or two.
private func batches(
  _ name: String, _ make: @escaping @Sendable () -> any BuiltinOp
) -> TensorFlowMapping {
  TensorFlowMapping(makes: [name, "reshape"]) { node, builder throws(Diagnostic) in
    var input = try builder.input(node, 0)
    let block = try node.integers(1, "block")
    let borders = try node.integers(2, "borders")
    var extents = try builder.extents(input)
    guard (1...2).contains(block.count), borders.count == 2 * block.count,
      extents.count > block.count,
      (block + borders).allSatisfy({ (0..<1 << 31).contains($0) })
    else {
      throw Diagnostic(
        .unsupportedParameter,
        "a block of \(block) with borders of \(borders) does not fit the shape \(extents)")
    }
    let others = Array(extents[(block.count + 1)...])
    if others.count != 1 {
      extents = extents[...block.count] + [others.reduce(1, *)]
      input = try builder.reshape(input, extents)
    }
    let lists = (
      builder.constant("block", Tensor([block.count], int32: block.map { Int32($0) })),
      builder.constant("borders", Tensor([block.count, 2], int32: borders.map { Int32($0) }))
    )
    let result = try builder.add(make(), [input, lists.0, lists.1])
    let made = try builder.extents(result)
    return [.computed(try builder.reshape(result, made.dropLast() + others))]
  }
}

extension GraphBuilder {
  /// The pixels around each pixel as its channels: a convolution whose filters take one number each.
  fileprivate mutating func patches(
    _ node: TensorFlowNode, _ image: ValueID, _ size: Steps, _ strides: Steps
  ) throws(Diagnostic) -> ValueID {
    let channels = try extents(image)[3]
    guard let count = Shape.elementCount([size.height, size.width, channels]), count <= 1 << 12
    else {
      throw Diagnostic(
        .unsupportedParameter,
        "patches of \(size.height)x\(size.width) of \(channels) channels are too large")
    }
    try reserve(count * count)
    var filters = [Float](repeating: 0, count: count * count)
    for index in 0..<count { filters[index * count + index] = 1 }
    let weights = constant(
      "filters", Tensor([count, size.height, size.width, channels], filters))
    let op = Conv2D(
      stride: strides, dilation: try node.steps("rates"), padding: try node.padding().rule)
    return try add(op, [image, weights, nil])
  }
}
