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
    _ range:
      @escaping @Sendable (TensorFlowNode) throws(Diagnostic) -> (low: [Float], high: [Float])
  ) -> TensorFlowMapping {
    TensorFlowMapping(makes: ["maximum", "minimum", "sub", "mul", "add", "floor"]) {
      node, builder throws(Diagnostic) in
      let (low, high) = try range(node)
      let bits = try node.int("num_bits", default: 8)
      guard (2...16).contains(bits), low.count == high.count, !low.isEmpty,
        zip(low, high).allSatisfy({ $0 <= 0 && $1 >= 0 && $0 < $1 })
      else {
        throw Diagnostic(
          .unsupportedParameter, "a rounding to \(bits) bits between these numbers is none",
          notes: ["the smallest must not be above 0, nor the largest below"])
      }
      let narrow = try node.bool("narrow_range", default: false)
      let steps = zip(low, high).map {
        FakeQuantization(low: $0, high: $1, bits: bits, isNarrow: narrow)
      }
      if case .constant(let tensor) = try node.input(0),
        tensor.type.element == .float32
      {
        let channels = steps.count
        var values = tensor.storage.array(of: Float.self)
        for index in values.indices { values[index] = steps[index % channels].round(values[index]) }
        return [.constant(Tensor(tensor.extents, values))]
      }
      return [.computed(try builder.rounded(try builder.input(node, 0), steps))]
    }
  }
}

/// The numbers that a range becomes: zero is one of them.
///
/// Source: TensorFlow's `fake_quant_ops_functor.h`, `Nudge`.
private struct FakeQuantization {
  let scale: Float
  let low: Float
  let high: Float

  init(low: Float, high: Float, bits: Int, isNarrow: Bool) {
    let first: Float = isNarrow ? 1 : 0
    let last = Float((1 << bits) - 1)
    scale = (high - low) / (last - first)
    let zero = min(max((first - low / scale).rounded(.toNearestOrAwayFromZero), first), last)
    self.low = (first - zero) * scale
    self.high = (last - zero) * scale
  }

  func round(_ value: Float) -> Float {
    let clamped = min(max(value, low), high) - low
    return (clamped * (1 / scale) + 0.5).rounded(.down) * scale + low
  }
}

extension GraphBuilder {
  fileprivate mutating func rounded(
    _ input: ValueID, _ steps: [FakeQuantization]
  ) throws(Diagnostic) -> ValueID {
    func numbers(_ name: String, _ value: (FakeQuantization) -> Float) -> ValueID {
      constant(name, Tensor(steps.count == 1 ? [] : [steps.count], steps.map(value)))
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
