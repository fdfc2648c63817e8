import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  /// What quantization-aware training does to a tensor: it is rounded to the numbers that some bits can tell apart.
  static let fakeQuantization = OpMapping(
    tensorFlow: [
      "FakeQuantWithMinMaxArgs": rounding { node throws(Diagnostic) in
        ([try node.float("min", default: -6)], [try node.float("max", default: 6)])
      },
      "FakeQuantWithMinMaxVars": rounding { node throws(Diagnostic) in
        (
          try node.floats(1, "smallest number", count: 1),
          try node.floats(2, "largest number", count: 1)
        )
      },
      "FakeQuantWithMinMaxVarsPerChannel": rounding { node throws(Diagnostic) in
        (try node.floats(1, "smallest numbers"), try node.floats(2, "largest numbers"))
      },
    ])

  private static func rounding(
    _ ends:
      @escaping @Sendable (TensorFlowNode) throws(Diagnostic) -> (low: [Float], high: [Float])
  ) -> TensorFlowMapping {
    TensorFlowMapping(makes: ["fake_quant", "maximum", "minimum", "sub", "mul", "add", "floor"]) {
      node, builder throws(Diagnostic) in
      let (low, high) = try ends(node)
      guard low.count == high.count, !low.isEmpty else {
        throw Diagnostic(
          .unsupportedParameter, "there are \(low.count) smallest and \(high.count) largest numbers"
        )
      }
      var ranges: [TrainedRange] = []
      for (low, high) in zip(low, high) {
        ranges.append(
          try TrainedRange(
            low: low, high: high, bits: try node.int("num_bits", default: 8),
            isNarrow: try node.bool("narrow_range", default: false)))
      }
      if case .constant(let tensor) = try node.input(0), tensor.type.element == .float32 {
        guard ranges.count == 1 || ranges.count == tensor.extents.last else {
          throw Diagnostic(
            .shapeMismatch, "\(ranges.count) ranges do not fit a tensor of \(tensor.type.text)")
        }
        return [.constant(tensor.rounded(ranges))]
      }
      let input = try builder.input(node, 0)
      return [
        .computed(
          ranges.count == 1
            ? try builder.rounded(input, ranges[0]) : try builder.rounded(input, ranges))
      ]
    }
  }
}

extension Tensor {
  /// The tensor's numbers rounded, in one range or in one for each index of the last dimension, with the steps
  /// as their scales.
  fileprivate func rounded(_ ranges: [TrainedRange]) -> Tensor {
    var values = storage.array(of: Float.self)
    for index in values.indices {
      values[index] = ranges[index % ranges.count].round(values[index])
    }
    let steps = ranges.map { $0.step }
    let scales =
      steps.count == 1
      ? Quantization(scale: steps[0], zeroPoint: 0)
      : Quantization(scales: steps, axis: extents.count - 1)
    return Tensor(TensorType(.float32, extents, quantization: scales), Storage(values))
  }
}

extension GraphBuilder {
  /// A tensor that is computed, rounded in one range. LiteRT runs no operator of a narrow one, so that has a step more,
  /// which nothing is left to reach.
  fileprivate mutating func rounded(
    _ input: ValueID, _ range: TrainedRange
  ) throws(Diagnostic) -> ValueID {
    guard range.isNarrow else { return try add(FakeQuant(range), [input]) }
    let wide = try TrainedRange(
      low: range.low - range.scale, high: range.high, bits: range.bits, isNarrow: false)
    let low = constant("low", Tensor([], [range.low]))
    return try add(FakeQuant(wide), [try add(Maximum(), [input, low])])
  }

  /// A tensor that is computed, rounded in a range for each index of the last dimension: TFLite's operator has
  /// one for all.
  fileprivate mutating func rounded(
    _ input: ValueID, _ ranges: [TrainedRange]
  ) throws(Diagnostic) -> ValueID {
    func numbers(_ name: String, _ value: (TrainedRange) -> Float) -> ValueID {
      constant(name, Tensor([ranges.count], ranges.map(value)))
    }
    let (low, high) = (numbers("low") { $0.low }, numbers("high") { $0.high })
    let above = try add(Maximum(), [input, low])
    let clamped = try add(Minimum(), [above, high])
    let shifted = try add(Sub(), [clamped, low])
    let counted = try add(Mul(), [shifted, numbers("inverse") { 1 / $0.scale }])
    let whole = try add(Unary(.floor), [try sum(counted, 0.5, "half")])
    return try add(Add(), [try add(Mul(), [whole, numbers("scale") { $0.scale }]), low])
  }
}
