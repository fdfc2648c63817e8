import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  /// Colours in other coordinates, along the last dimension. TFLite has no operator for them.
  ///
  /// Source: TensorFlow's `colorspace_op.h`.
  static let colour = OpMapping(
    tensorFlow: [
      "RGBToHSV": TensorFlowMapping(makes: made) { node, builder throws(Diagnostic) in
        let colours = try builder.channels(try builder.input(node, 0))
        let (hue, saturation, value) = try builder.hueSaturationValue(colours)
        return [.computed(try builder.joined([hue, saturation, value]))]
      },
      "HSVToRGB": TensorFlowMapping(makes: made) { node, builder throws(Diagnostic) in
        let parts = try builder.channels(try builder.input(node, 0))
        return [.computed(try builder.joined(try builder.redGreenBlue(parts)))]
      },
      "AdjustSaturation": TensorFlowMapping(makes: made) { node, builder throws(Diagnostic) in
        let colours = try builder.channels(try builder.input(node, 0))
        let (hue, saturation, value) = try builder.hueSaturationValue(colours)
        let scaled = try builder.add(Mul(), [saturation, try builder.input(node, 1, "scale")])
        let above = try builder.add(Maximum(), [scaled, builder.scalar("zero", 0)])
        let full = try builder.add(Minimum(), [above, builder.scalar("one", 1)])
        return [.computed(try builder.joined(try builder.redGreenBlue((hue, full, value))))]
      },
      "AdjustHue": TensorFlowMapping(makes: made + ["floor"]) { node, builder throws(Diagnostic) in
        let colours = try builder.channels(try builder.input(node, 0))
        let (hue, saturation, value) = try builder.hueSaturationValue(colours)
        let moved = try builder.add(Add(), [hue, try builder.input(node, 1, "delta")])
        let turns = try builder.add(Unary(.floor), [moved])
        let turned = try builder.add(Sub(), [moved, turns])
        return [
          .computed(try builder.joined(try builder.redGreenBlue((turned, saturation, value))))
        ]
      },
      "AdjustContrastv2": TensorFlowMapping(makes: ["mean", "sub", "mul", "add"]) {
        node, builder throws(Diagnostic) in
        let image = try builder.input(node, 0)
        let rank = Int32(try builder.extents(image).count)
        guard rank >= 3 else {
          throw Diagnostic(.shapeMismatch, "what has no height and width is no picture")
        }
        let axes = builder.constant("axes", Tensor([2], int32: [rank - 3, rank - 2]))
        let mean = try builder.add(Mean(keepDims: true), [image, axes])
        let centred = try builder.add(Sub(), [image, mean])
        let scaled = try builder.add(Mul(), [centred, try builder.input(node, 1, "factor")])
        return [.computed(try builder.add(Add(), [scaled, mean]))]
      },
    ])

  private static let made = [
    "abs", "add", "concatenation", "div", "equal", "greater", "less", "maximum", "minimum", "mul",
    "select_v2", "slice", "sub",
  ]
}

extension GraphBuilder {
  /// Hue, saturation and value of three colours.
  fileprivate mutating func hueSaturationValue(
    _ colours: (ValueID, ValueID, ValueID)
  ) throws(Diagnostic) -> (ValueID, ValueID, ValueID) {
    let (red, green, blue) = colours
    let value = try add(
      Maximum(), [try add(Maximum(), [red, green]), blue])
    let least = try add(
      Minimum(), [try add(Minimum(), [red, green]), blue])
    let range = try add(Sub(), [value, least])
    let zero = scalar("zero", 0)
    let ratio = try add(Div(), [range, value])
    let isLit = try add(Comparison(.greater), [value, zero])
    let saturation = try add(SelectV2(), [isLit, ratio, zero])
    // Of grey the differences are 0, and so is its hue whatever they are divided by.
    let isColoured = try add(Comparison(.greater), [range, zero])
    let divisor = try add(
      SelectV2(), [isColoured, range, scalar("one", 1)])
    let sixth = try quotient(1 / 6, divisor, "sixth")
    let fromRed = try arc(green, blue, sixth, 0)
    let fromGreen = try arc(blue, red, sixth, 2 / 6)
    let fromBlue = try arc(red, green, sixth, 4 / 6)
    let isRed = try add(Comparison(.equal), [red, value])
    let isGreen = try add(Comparison(.equal), [green, value])
    let other = try add(SelectV2(), [isGreen, fromGreen, fromBlue])
    let signed = try add(SelectV2(), [isRed, fromRed, other])
    let isBelow = try add(Comparison(.less), [signed, zero])
    let turned = try sum(signed, 1, "turn")
    let hue = try add(SelectV2(), [isBelow, turned, signed])
    return (hue, saturation, value)
  }

  /// Red, green and blue of a hue, a saturation and a value.
  fileprivate mutating func redGreenBlue(
    _ parts: (ValueID, ValueID, ValueID)
  ) throws(Diagnostic) -> [ValueID] {
    let (hue, saturation, value) = parts
    let sixths = try product(hue, 6, "six")
    // How much of each colour there is at full saturation: a trapezium around its own hue.
    var colours: [ValueID] = []
    for (centre, slope, height) in [(3, 1, -1), (2, -1, 2), (4, -1, 2)]
      as [(Float, Float, Float)]
    {
      let distance = try add(
        Unary(.abs), [try sum(sixths, -centre, "centre")])
      let ramp = try sum(
        slope == 1 ? distance : try product(distance, slope, "slope"), height, "height")
      let low = try add(Maximum(), [ramp, scalar("zero", 0)])
      let share = try add(Minimum(), [low, scalar("one", 1)])
      let pale = try add(Sub(), [scalar("one", 1), saturation])
      let mixed = try add(
        Add(), [pale, try add(Mul(), [saturation, share])])
      colours.append(try add(Mul(), [mixed, value]))
    }
    return colours
  }

  /// The three parts of the last dimension.
  fileprivate mutating func channels(
    _ input: ValueID
  ) throws(Diagnostic) -> (ValueID, ValueID, ValueID) {
    let extents = try extents(input)
    guard extents.last == 3 else {
      throw Diagnostic(
        .shapeMismatch, "colours of shape \(extents) have not three channels at their end")
    }
    func part(_ channel: Int, _ builder: inout GraphBuilder) throws(Diagnostic) -> ValueID {
      var begin = [Int](repeating: 0, count: extents.count)
      begin[extents.count - 1] = channel
      return try builder.slice(input, begin: begin, size: extents.dropLast() + [1])
    }
    return (try part(0, &self), try part(1, &self), try part(2, &self))
  }

  fileprivate mutating func joined(_ parts: [ValueID]) throws(Diagnostic) -> ValueID {
    try add(Concatenation(axis: try extents(parts[0]).count - 1), parts)
  }

  /// A hue as the difference of two colours, by the factor that makes it a part of the circle, from `start`.
  fileprivate mutating func arc(
    _ left: ValueID, _ right: ValueID, _ factor: ValueID, _ start: Float
  ) throws(Diagnostic) -> ValueID {
    let difference = try add(Sub(), [left, right])
    let part = try add(Mul(), [factor, difference])
    return start == 0 ? part : try sum(part, start, "start")
  }
}
