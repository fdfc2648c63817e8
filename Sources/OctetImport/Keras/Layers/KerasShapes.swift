import OctetDiagnostics
import OctetIR
import OctetOps

extension KerasMapping {
  static let shapes: [String: KerasMapping] = [
    "Flatten": one { layer, input, builder throws(Diagnostic) in
      let extents = try builder.extents(input)
      var value = input
      // Keras flattens images as if their channels were last.
      if try layer.isChannelsFirst(), extents.count > 2 {
        value = try builder.transpose(input, [0] + Array(2..<extents.count) + [1])
      }
      return try builder.reshape(value, [extents[0], extents.dropFirst().reduce(1, *)])
    },
    "Reshape": one { layer, input, builder throws(Diagnostic) in
      guard var target = layer.config["target_shape"]?.ints else {
        throw layer.missing("target_shape")
      }
      let extents = try builder.extents(input)
      let count = extents.dropFirst().reduce(1, *)
      if let open = target.firstIndex(of: -1) {
        let others = target.enumerated().filter { $0.offset != open }.map { $0.element }
        let product = Shape.elementCount(others.map { max($0, 0) }) ?? 0
        guard product > 0, count % product == 0 else {
          throw layer.wrong("target_shape", "extents that \(count) elements fit")
        }
        target[open] = count / product
      }
      guard target.allSatisfy({ $0 > 0 }), Shape.elementCount(target) == count else {
        throw layer.wrong("target_shape", "extents that \(count) elements fit")
      }
      return try builder.reshape(input, [extents[0]] + target)
    },
    "Permute": one { layer, input, builder throws(Diagnostic) in
      guard let dims = layer.config["dims"]?.ints else { throw layer.missing("dims") }
      return try builder.transpose(input, [0] + dims)
    },
    "RepeatVector": one { layer, input, builder throws(Diagnostic) in
      let extents = try builder.extents(input)
      let count = try layer.int("n")
      guard extents.count == 2, (1...1 << 16).contains(count) else {
        throw layer.wrong("n", "a positive number, for a vector")
      }
      let row = try builder.reshape(input, [extents[0], 1, extents[1]])
      return try builder.apply("Tile", [row, try builder.ints([1, count, 1])])
    },
    "ZeroPadding1D": padding(rank: 1), "ZeroPadding2D": padding(rank: 2),
    "ZeroPadding3D": padding(rank: 3),
    "Cropping1D": cropping(rank: 1), "Cropping2D": cropping(rank: 2),
    "Cropping3D": cropping(rank: 3),
    "UpSampling1D": one { layer, input, builder throws(Diagnostic) in
      let extents = try builder.extents(input)
      guard extents.count == 3 else {
        throw Diagnostic(.shapeMismatch, "the layer reads the shape \(extents)")
      }
      let size = try layer.sizes("size", count: 1, default: 2)[0]
      let image = try builder.reshape(input, [extents[0], 1] + extents[1...])
      let large = try builder.resize(image, height: 1, width: size, "nearest")
      return try builder.reshape(large, [extents[0], extents[1] * size, extents[2]])
    },
    "UpSampling2D": one { layer, input, builder throws(Diagnostic) in
      let size = try layer.sizes("size", count: 2, default: 2)
      let kind = try layer.text("interpolation", default: "nearest")
      guard try layer.isChannelsFirst() else {
        return try builder.resize(input, height: size[0], width: size[1], kind)
      }
      let image = try builder.transpose(input, [0, 2, 3, 1])
      let large = try builder.resize(image, height: size[0], width: size[1], kind)
      return try builder.transpose(large, [0, 3, 1, 2])
    },
    "UpSampling3D": one { layer, input, builder throws(Diagnostic) in
      let size = try layer.sizes("size", count: 3, default: 2)
      let extents = try builder.extents(input)
      guard extents.count == 5, try !layer.isChannelsFirst() else {
        throw layer.wrong("data_format", "channels_last, for five dimensions")
      }
      let (depth, channels) = (extents[1], extents[4])
      let images = try builder.reshape(
        input, [extents[0] * depth, extents[2], extents[3], channels])
      let wide = try builder.resize(images, height: size[1], width: size[2], "nearest")
      let sides = try builder.extents(wide)
      let rows = try builder.reshape(
        wide, [extents[0], depth, sides[1] * sides[2], channels])
      let deep = try builder.resize(rows, height: size[0], width: 1, "nearest")
      return try builder.reshape(
        deep, [extents[0], depth * size[0], sides[1], sides[2], channels])
    },
    "Resizing": one(arguments: ["training"]) { layer, input, builder throws(Diagnostic) in
      for field in ["crop_to_aspect_ratio", "pad_to_aspect_ratio", "antialias"] {
        guard try !layer.bool(field, default: false) else { throw layer.wrong(field, "false") }
      }
      guard try !layer.isChannelsFirst() else {
        throw layer.wrong("data_format", "channels_last")
      }
      return try builder.resize(
        input, to: [try layer.int("height"), try layer.int("width")],
        try layer.text("interpolation", default: "bilinear"))
    },
    "CenterCrop": one(arguments: ["training"]) { layer, input, builder throws(Diagnostic) in
      let size = [try layer.int("height"), try layer.int("width")]
      let extents = try builder.extents(input)
      guard try !layer.isChannelsFirst(), extents.count == 4,
        zip(size, extents[1...]).allSatisfy({ 1...$1 ~= $0 })
      else {
        throw Diagnostic(
          .unsupportedParameter, "a cut of \(size) from the shape \(extents) is not supported",
          notes: ["images must be channels-last and not smaller than the cut"])
      }
      return try builder.slice(
        input, begin: [0, (extents[1] - size[0]) / 2, (extents[2] - size[1]) / 2, 0],
        size: [extents[0]] + size + [extents[3]])
    },
    "Embedding": one { layer, input, builder throws(Diagnostic) in
      let table = try builder.weight(
        "embeddings", [try layer.int("input_dim"), try layer.int("output_dim")])
      let index = try builder.index(input)
      let result = try builder.apply(
        "GatherV2", [.constant(table), index, .constant(Tensor([], int32: [0]))])
      if try layer.bool("mask_zero", default: false) {
        let zero = builder.number(builder.scalar(0), for: index)
        builder.setMask(try builder.apply("NotEqual", [index, zero]), of: result)
      }
      return result
    },
  ]

  private static func padding(rank: Int) -> KerasMapping {
    one { layer, input, builder throws(Diagnostic) in
      let borders = try layer.borders("padding", count: rank)
      let extents = try builder.extents(input)
      guard extents.count == rank + 2 else {
        throw Diagnostic(.shapeMismatch, "the layer reads the shape \(extents)")
      }
      let first = try layer.isChannelsFirst() ? 2 : 1
      var numbers = [Int](repeating: 0, count: 2 * extents.count)
      for (axis, border) in borders.enumerated() {
        numbers[2 * (first + axis)] = border.before
        numbers[2 * (first + axis) + 1] = border.after
      }
      return try builder.pad(input, numbers)
    }
  }

  private static func cropping(rank: Int) -> KerasMapping {
    one { layer, input, builder throws(Diagnostic) in
      let borders = try layer.borders("cropping", count: rank)
      var size = try builder.extents(input)
      guard size.count == rank + 2 else {
        throw Diagnostic(.shapeMismatch, "the layer reads the shape \(size)")
      }
      let first = try layer.isChannelsFirst() ? 2 : 1
      var begin = [Int](repeating: 0, count: size.count)
      for (axis, border) in borders.enumerated() {
        begin[first + axis] = border.before
        size[first + axis] -= border.before + border.after
      }
      guard size.allSatisfy({ $0 > 0 }) else {
        throw layer.wrong("cropping", "less than the input's extents")
      }
      return try builder.slice(input, begin: begin, size: size)
    }
  }
}

extension KerasBuilder {
  /// A channels-last image, its height and width that many times as large.
  fileprivate mutating func resize(
    _ input: TensorFlowValue, height: Int, width: Int, _ interpolation: String
  ) throws(Diagnostic) -> TensorFlowValue {
    let extents = try extents(input)
    guard extents.count == 4 else {
      throw Diagnostic(.shapeMismatch, "the layer reads the shape \(extents)")
    }
    return try resize(input, to: [extents[1] * height, extents[2] * width], interpolation)
  }

  mutating func resize(
    _ input: TensorFlowValue, to size: [Int], _ interpolation: String
  ) throws(Diagnostic) -> TensorFlowValue {
    let operators = ["nearest": "ResizeNearestNeighbor", "bilinear": "ResizeBilinear"]
    guard let op = operators[interpolation] else {
      throw Diagnostic(
        .unsupportedParameter, "the interpolation '\(interpolation)' has no operator in TFLite",
        help: "use nearest or bilinear")
    }
    return try apply(op, [input, try ints(size)], ["half_pixel_centers": .flag(true)])
  }

  /// Places in a table, which Keras also takes as floats.
  fileprivate mutating func index(_ input: TensorFlowValue) throws(Diagnostic) -> TensorFlowValue {
    guard case .computed(let id) = input, graph.graph[id].type.element == .float32 else {
      return input
    }
    var type = TFAttrValue()
    type.type = .dtInt32
    return try apply("Cast", [input], ["DstT": type])
  }
}
