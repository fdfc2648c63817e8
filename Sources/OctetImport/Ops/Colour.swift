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
        let (red, green, blue) = try builder.channels(node)
        let value = try builder.add(
          Maximum(), [try builder.add(Maximum(), [red, green]), blue])
        let least = try builder.add(
          Minimum(), [try builder.add(Minimum(), [red, green]), blue])
        let range = try builder.add(Sub(), [value, least])
        let zero = builder.scalar("zero", 0)
        let ratio = try builder.add(Div(), [range, value])
        let isLit = try builder.add(Comparison(.greater), [value, zero])
        let saturation = try builder.add(SelectV2(), [isLit, ratio, zero])
        // Of grey the differences are 0, and so is its hue whatever they are divided by.
        let isColoured = try builder.add(Comparison(.greater), [range, zero])
        let divisor = try builder.add(
          SelectV2(), [isColoured, range, builder.scalar("one", 1)])
        let sixth = try builder.quotient(1 / 6, divisor, "sixth")
        let fromRed = try builder.arc(green, blue, sixth, 0)
        let fromGreen = try builder.arc(blue, red, sixth, 2 / 6)
        let fromBlue = try builder.arc(red, green, sixth, 4 / 6)
        let isRed = try builder.add(Comparison(.equal), [red, value])
        let isGreen = try builder.add(Comparison(.equal), [green, value])
        let other = try builder.add(SelectV2(), [isGreen, fromGreen, fromBlue])
        let signed = try builder.add(SelectV2(), [isRed, fromRed, other])
        let isBelow = try builder.add(Comparison(.less), [signed, zero])
        let turned = try builder.sum(signed, 1, "turn")
        let hue = try builder.add(SelectV2(), [isBelow, turned, signed])
        return [.computed(try builder.joined([hue, saturation, value]))]
      },
      "HSVToRGB": TensorFlowMapping(makes: made) { node, builder throws(Diagnostic) in
        let (hue, saturation, value) = try builder.channels(node)
        let sixths = try builder.product(hue, 6, "six")
        // How much of each colour there is at full saturation: a trapezium around its own hue.
        var colours: [ValueID] = []
        for (centre, slope, height) in [(3, 1, -1), (2, -1, 2), (4, -1, 2)]
          as [(Float, Float, Float)]
        {
          let distance = try builder.add(
            Unary(.abs), [try builder.sum(sixths, -centre, "centre")])
          let ramp = try builder.sum(
            slope == 1 ? distance : try builder.product(distance, slope, "slope"), height, "height")
          let low = try builder.add(Maximum(), [ramp, builder.scalar("zero", 0)])
          let share = try builder.add(Minimum(), [low, builder.scalar("one", 1)])
          let pale = try builder.add(Sub(), [builder.scalar("one", 1), saturation])
          let mixed = try builder.add(
            Add(), [pale, try builder.add(Mul(), [saturation, share])])
          colours.append(try builder.add(Mul(), [mixed, value]))
        }
        return [.computed(try builder.joined(colours))]
      },
    ])

  private static let made = [
    "abs", "add", "concatenation", "div", "equal", "greater", "less", "maximum", "minimum", "mul",
    "select_v2", "slice", "sub",
  ]
}

extension GraphBuilder {
  /// The three parts of the last dimension of a node's input.
  fileprivate mutating func channels(
    _ node: TensorFlowNode
  ) throws(Diagnostic) -> (ValueID, ValueID, ValueID) {
    let input = try input(node, 0)
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
