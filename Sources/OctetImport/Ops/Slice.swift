import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  /// Parts of a blob or image.
  static let slice = OpMapping(
    caffe: [
      // Source: SliceParameter of caffe.proto, slice_layer.cpp; `slice_dim` is the old name of `axis`.
      "Slice": CaffeMapping(
        makes: ["slice"], fields: .init("slice_param", ["axis", "slice_point", "slice_dim"])
      ) { node, builder throws(Diagnostic) in
        let settings = try node.attributes.message("slice_param")
        let input = try builder.input(0)
        let extents = try builder.extents(input)
        let axis = try axis(
          settings, of: "slice_param", old: "slice_dim", rank: extents.count)
        let parts = try slicePoints(settings, parts: node.outputs.count, of: extents[axis])
        var results: [ValueID] = []
        for (name, part) in zip(node.outputs, parts) {
          var (begin, size) = ([Int](repeating: 0, count: extents.count), extents)
          begin[axis] = part.lowerBound
          size[axis] = part.count
          results.append(try builder.slice(input, begin: begin, size: size, name: name))
        }
        return results
      },
      // Source: CropParameter of caffe.proto, crop_layer.cpp: the extents of the second blob from
      // `axis` on.
      "Crop": CaffeMapping(
        makes: ["slice"], fields: .init("crop_param", ["axis", "offset"]), bottoms: 2...2
      ) { node, builder throws(Diagnostic) in
        let settings = try node.attributes.message("crop_param")
        let input = try builder.input(0)
        let (extents, wanted) = (
          try builder.extents(input), try builder.extents(try builder.input(1))
        )
        guard extents.count == wanted.count else {
          throw Diagnostic(
            .shapeMismatch, "a blob of shape \(extents) cannot be cropped to \(wanted)")
        }
        let axis = try canonicalAxis(try settings.int("axis", default: 2), rank: extents.count)
        let offsets = try settings.ints("offset")
        guard offsets.count < 2 || offsets.count == extents.count - axis else {
          throw Diagnostic(
            .unsupportedParameter,
            "\(offsets.count) offsets are given for \(counted(extents.count - axis, "dimension"))",
            help: "give one for all, or one for each dimension from axis on")
        }
        var (begin, size) = ([Int](repeating: 0, count: extents.count), extents)
        for index in axis..<extents.count {
          begin[index] = offsets.count > 1 ? offsets[index - axis] : offsets.first ?? 0
          size[index] = wanted[index]
          guard begin[index] >= 0, begin[index] <= extents[index] - size[index] else {
            throw Diagnostic(
              .shapeMismatch,
              "\(size[index]) elements from \(begin[index]) on do not lie within an extent of "
                + "\(extents[index])")
          }
        }
        return [try builder.slice(input, begin: begin, size: size)]
      },
    ],
    darknet: [
      // Source: Darknet's crop_layer.c: the centre when a net is run, and numbers of 0 to 1 become those
      // of -1 to 1.
      "crop": DarknetMapping(
        makes: ["reshape", "slice", "mul", "add"],
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
    ],
    tensorFlow: [
      "Slice": TensorFlowMapping(makes: ["slice", "gather", "add", "cast"]) {
        node, builder throws(Diagnostic) in
        let input = try builder.input(node, 0)
        if case .computed(let begin) = try node.input(1) {
          return [
            .computed(
              try builder.slice(input, from: begin, size: try node.integers(2, "size")))
          ]
        }
        let extents = try builder.extents(input)
        let begin = try node.integers(1, "begin")
        var size = try node.integers(2, "size")
        guard begin.count == extents.count, size.count == extents.count else {
          throw Diagnostic(
            .shapeMismatch, "the box at \(begin) of \(size) does not fit the shape \(extents)")
        }
        for axis in extents.indices where size[axis] == -1 {
          size[axis] = extents[axis] - min(max(0, begin[axis]), extents[axis])
        }
        guard
          extents.indices.allSatisfy({ axis in
            (0...extents[axis]).contains(begin[axis])
              && (0...extents[axis] - begin[axis]).contains(size[axis])
          })
        else {
          throw Diagnostic(
            .shapeMismatch, "the box at \(begin) of \(size) does not fit the shape \(extents)")
        }
        return [.computed(try builder.slice(input, begin: begin, size: size))]
      },
      "StridedSlice": TensorFlowMapping(
        makes: ["slice", "strided_slice", "reshape", "gather", "floor_mod", "cast"]
      ) {
        node, builder throws(Diagnostic) in
        let input = try builder.input(node, 0)
        if case .computed(let begin) = try node.input(1) {
          return [.computed(try builder.element(of: input, at: begin, try node.sliceMasks()))]
        }
        let extents = try builder.extents(input)
        let specification = try SliceSpecification(
          extents, begin: try node.integers(1, "begin"), end: try node.integers(2, "end"),
          strides: try node.integers(3, "strides"), try node.sliceMasks())
        let spans = specification.spans
        let box =
          spans.allSatisfy { $0.stride == 1 || $0.count == 1 }
          ? try builder.slice(
            input, begin: spans.map { $0.start }, size: spans.map { $0.count })
          : try builder.stridedSlice(input, extents, spans)
        return [.computed(try builder.reshape(box, specification.extents))]
      },
      "Split": TensorFlowMapping(makes: ["slice"]) { node, builder throws(Diagnostic) in
        let input = try builder.input(node, 1)
        let axes = try node.integers(0, "axis")
        let extents = try builder.extents(input)
        let axis = try canonicalAxis(axes.first ?? 0, rank: extents.count)
        let count = try node.int("num_split", default: 1)
        guard count > 0, count < 1 << 16, extents[axis] % count == 0 else {
          throw Diagnostic(
            .shapeMismatch, "\(extents[axis]) elements do not split into \(count) equal parts")
        }
        return try builder.split(
          input, axis: axis, [Int](repeating: extents[axis] / count, count: count))
      },
      "SplitV": TensorFlowMapping(makes: ["slice"]) { node, builder throws(Diagnostic) in
        let input = try builder.input(node, 0)
        let extents = try builder.extents(input)
        var sizes = try node.integers(1, "sizes")
        let axes = try node.integers(2, "axis")
        let axis = try canonicalAxis(axes.first ?? 0, rank: extents.count)
        if let free = sizes.firstIndex(of: -1) {
          sizes[free] = 0
          sizes[free] = extents[axis] - sizes.reduce(0) { $0 &+ $1 }
        }
        guard sizes.allSatisfy({ (0...extents[axis]).contains($0) }),
          sizes.reduce(0, &+) == extents[axis]
        else {
          throw Diagnostic(
            .shapeMismatch, "\(extents[axis]) elements do not split into parts of \(sizes)")
        }
        return try builder.split(input, axis: axis, sizes)
      },
      "Unpack": TensorFlowMapping(makes: ["slice", "reshape"]) { node, builder throws(Diagnostic) in
        let input = try builder.input(node, 0)
        let rank = try builder.extents(input).count
        let axis = try canonicalAxis(try node.int("axis", default: 0), rank: rank)
        return try builder.unstack(input, axis: axis).map { .computed($0) }
      },
    ])
}

/// The elements of each part: between the points, or equal parts when none is given.
private func slicePoints(
  _ settings: ForeignAttributes, parts: Int, of extent: Int
) throws(Diagnostic) -> [Range<Int>] {
  var points = try settings.ints("slice_point")
  if points.isEmpty {
    guard extent % parts == 0 else {
      throw Diagnostic(
        .unsupportedParameter, "\(extent) elements cannot be sliced into \(parts) equal parts",
        help: "give slice_point")
    }
    points = (1..<parts).map { $0 * (extent / parts) }
  }
  let bounds = [0] + points + [extent]
  guard points.count == parts - 1, zip(bounds, bounds.dropFirst()).allSatisfy({ $0 < $1 }) else {
    throw Diagnostic(
      .unsupportedParameter,
      "the points \(points) do not slice \(extent) elements into \(counted(parts, "part"))",
      help: "give one rising slice_point less than there are tops")
  }
  return zip(bounds, bounds.dropFirst()).map { $0..<$1 }
}

extension GraphBuilder {
  /// What `spans` take of a tensor of these extents, all its dimensions kept.
  fileprivate mutating func stridedSlice(
    _ id: ValueID, _ extents: [Int], _ spans: [SliceSpecification.Span]
  ) throws(Diagnostic) -> ValueID {
    var masks = SliceMasks()
    var ends: [Int] = []
    for (axis, span) in spans.enumerated() {
      let end = span.start + span.stride * span.count
      // Before the first element there is no place to name.
      if end < 0 { masks.end |= 1 << axis }
      ends.append(min(max(end, 0), extents[axis]))
    }
    func list(_ name: String, _ values: [Int], _ builder: inout GraphBuilder) -> ValueID {
      builder.constant(name, Tensor([values.count], int32: values.map { Int32($0) }))
    }
    return try add(
      StridedSlice(masks),
      [
        id, list("begin", spans.map { $0.start }, &self), list("end", ends, &self),
        list("strides", spans.map { $0.count > 1 ? $0.stride : 1 }, &self),
      ])
  }

  /// The parts of a tensor along `axis`, of the given sizes.
  fileprivate mutating func split(
    _ id: ValueID, axis: Int, _ sizes: [Int]
  ) throws(Diagnostic) -> [TensorFlowValue] {
    var begin = [Int](repeating: 0, count: try extents(id).count)
    var size = try extents(id)
    var parts: [TensorFlowValue] = []
    for part in sizes {
      size[axis] = part
      parts.append(.computed(try slice(id, begin: begin, size: size)))
      begin[axis] += part
    }
    return parts
  }
}
