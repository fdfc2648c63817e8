import OctetDiagnostics
import OctetIR

extension KerasFunction {
  static let reductions: [String: KerasFunction] = {
    let operators = [
      "mean": "Mean", "sum": "Sum", "max": "Max", "min": "Min", "prod": "Prod", "any": "Any",
      "all": "All",
    ]
    var result: [String: KerasFunction] = [:]
    for (name, op) in operators {
      let function = one("x|input_tensor axis keepdims|keep_dims") {
        arguments, builder throws(Diagnostic) in
        let input = try arguments.tensor(0)
        let rank = try builder.extents(input).count
        let axes = try arguments.ints(1) ?? Array(0..<rank)
        return try builder.apply(
          op, [input, try builder.ints(axes)], ["keep_dims": .flag(try arguments.isTrue(2))])
      }
      result[name] = function
      result["math.reduce_" + name] = function
    }
    return result
  }()

  static let shapes: [String: KerasFunction] = [
    "reshape": one("x|tensor newshape|shape") { arguments, builder throws(Diagnostic) in
      guard let shape = try arguments.value(1)?.array?.map({ $0.int ?? -1 }) else {
        throw Diagnostic(.invalidKeras, "the function has no shape")
      }
      return try builder.apply("Reshape", [try arguments.tensor(0), try builder.ints(shape)])
    },
    "transpose": transpose, "compat.v1.transpose": transpose,
    "expand_dims": one("x|input axis") { arguments, builder throws(Diagnostic) in
      let axes = try arguments.ints(1) ?? []
      guard axes.count == 1 else {
        throw Diagnostic(.unsupportedParameter, "expand_dims is supported with one axis only")
      }
      return try builder.apply(
        "ExpandDims", [try arguments.tensor(0), try builder.ints(axes)])
    },
    "squeeze": one("x|input axis") { arguments, builder throws(Diagnostic) in
      guard let axes = try arguments.ints(1) else {
        // The batch of one would go too.
        throw Diagnostic(.unsupportedParameter, "squeeze is supported with axes only")
      }
      return try builder.apply(
        "Squeeze", [try arguments.tensor(0)], ["squeeze_dims": .ints(axes)])
    },
    "concatenate": concatenate(default: 0), "concat": concatenate(default: 0),
    "stack": one("*values axis") { arguments, builder throws(Diagnostic) in
      try builder.apply(
        "Pack", arguments.list, ["axis": .integer(try arguments.int(1, default: 0))])
    },
    "split": KerasFunction("x|value indices_or_sections|num_or_size_splits axis") {
      arguments, builder throws(Diagnostic) in
      let input = try arguments.tensor(0)
      let extents = try builder.extents(input)
      let axis = try canonicalAxis(arguments.int(2, default: 0), rank: extents.count)
      guard let count = try arguments.value(1)?.int, (1...1 << 12).contains(count),
        extents[axis] % count == 0
      else {
        throw Diagnostic(.unsupportedParameter, "parts that are not equal are not supported")
      }
      var (begin, size) = ([Int](repeating: 0, count: extents.count), extents)
      size[axis] /= count
      var parts: [TensorFlowValue] = []
      for part in 0..<count {
        begin[axis] = part * size[axis]
        parts.append(try builder.slice(input, begin: begin, size: size))
      }
      return parts
    },
    "tile": one("x|input repeats|multiples") { arguments, builder throws(Diagnostic) in
      try builder.apply(
        "Tile", [try arguments.tensor(0), try builder.ints(try arguments.ints(1) ?? [])])
    },
    "cast": one("x dtype") { arguments, builder throws(Diagnostic) in
      guard try arguments.value(1)?.text == "float32" else {
        throw Diagnostic(.unsupportedParameter, "cast is supported to float32 only")
      }
      var type = TFAttrValue()
      type.type = .dtFloat
      return try builder.apply("Cast", [try arguments.tensor(0)], ["DstT": type])
    },
    "image.resize": resize, "resize": resize,
    "nn.depth_to_space": blocks("DepthToSpace"), "depth_to_space": blocks("DepthToSpace"),
    "nn.space_to_depth": blocks("SpaceToDepth"), "space_to_depth": blocks("SpaceToDepth"),
    "get_item": getItem, "__operators__.getitem": getItem,
  ]

  private static let transpose = one("x|a axes|perm") { arguments, builder throws(Diagnostic) in
    let input = try arguments.tensor(0)
    let rank = try builder.extents(input).count
    return try builder.transpose(input, try arguments.ints(1) ?? Array((0..<rank).reversed()))
  }

  private static func concatenate(default axis: Int) -> KerasFunction {
    one("*values axis") { arguments, builder throws(Diagnostic) in
      guard let first = arguments.list.first else {
        throw Diagnostic(.invalidKeras, "there is nothing to join")
      }
      let rank = try builder.extents(first).count
      let axis = try canonicalAxis(arguments.int(1, default: axis), rank: rank)
      return try builder.concatenate(arguments.list, axis: axis)
    }
  }

  private static let resize = one(
    "images size method|interpolation data_format fill_mode fill_value"
  ) {
    arguments, builder throws(Diagnostic) in
    guard try arguments.value(3)?.text != "channels_first" else {
      throw Diagnostic(.unsupportedParameter, "images must be channels-last")
    }
    return try builder.resize(
      try arguments.tensor(0), to: try arguments.ints(1) ?? [],
      try arguments.value(2)?.text ?? "bilinear")
  }

  private static func blocks(_ op: String) -> KerasFunction {
    one("input|x block_size data_format") { arguments, builder throws(Diagnostic) in
      guard ["NHWC", "channels_last", nil].contains(try arguments.value(2)?.text) else {
        throw Diagnostic(.unsupportedParameter, "images must be channels-last")
      }
      return try builder.apply(
        op, [try arguments.tensor(0)], ["block_size": .integer(try arguments.int(1, default: 0))])
    }
  }

  /// `x[1:, None, ..., 2]`
  private static let getItem = one("x|tensor key|slice_spec") {
    arguments, builder throws(Diagnostic) in
    guard let key = try arguments.value(1) else {
      throw Diagnostic(.unsupportedParameter, "a tensor is cut by nothing")
    }
    return try builder.item(try arguments.tensor(0), key.array ?? [key])
  }
}

extension KerasBuilder {
  /// Parts of a tensor as Python's `[]` gives them.
  ///
  /// - Parameter keys: numbers, slices, null for a new dimension, and an ellipsis, as Keras writes them.
  fileprivate mutating func item(
    _ input: TensorFlowValue, _ keys: [KerasValue]
  ) throws(Diagnostic) -> TensorFlowValue {
    guard keys.count < 16 else {
      throw Diagnostic(.invalidKeras, "a tensor is cut along \(keys.count) dimensions")
    }
    var (begin, end, strides): ([Int], [Int], [Int]) = ([], [], [])
    var masks = [
      "begin_mask": 0, "end_mask": 0, "ellipsis_mask": 0, "new_axis_mask": 0,
      "shrink_axis_mask": 0,
    ]
    for (place, key) in keys.enumerated() {
      var (from, to, step) = (0, 0, 1)
      func set(_ mask: String) { masks[mask, default: 0] |= 1 << place }
      let isEllipsis =
        key["class_name"]?.text == "__ellipsis__" || key["class_name"]?.text == "Ellipsis"
      if key.isNull {
        set("new_axis_mask")
      } else if isEllipsis {
        set("ellipsis_mask")
      } else if let index = key.int {
        guard index.magnitude < 1 << 31 else { throw Self.badItem }
        (from, to) = (index, index + 1)
        // x[-1] is the last element, and ends where the dimension does.
        if index == -1 { set("end_mask") }
        set("shrink_axis_mask")
      } else if let slice = key["config"]?.object ?? key.object {
        func bound(_ name: String) throws(Diagnostic) -> Int? {
          guard let value = slice[name], !value.isNull else { return nil }
          guard let number = value.int else { throw Self.badItem }
          return number
        }
        if let start = try bound("start") { from = start } else { set("begin_mask") }
        if let stop = try bound("stop") { to = stop } else { set("end_mask") }
        step = try bound("step") ?? 1
      } else {
        throw Self.badItem
      }
      begin.append(from)
      end.append(to)
      strides.append(step)
    }
    return try apply(
      "StridedSlice", [input, try ints(begin), try ints(end), try ints(strides)],
      masks.mapValues { .integer($0) })
  }

  private static let badItem = Diagnostic(
    .unsupportedParameter, "a tensor is cut by what is no number and no slice of numbers")
}
