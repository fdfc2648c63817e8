/// How an operator becomes int8, as data. The quantizer reads it; operators hold no code for it.
package enum QuantizationRule: Sendable, Equatable {
  case int8(Int8Rule)
  /// There is no int8 form; the reason is shown to the user.
  case floatOnly(because: String)
}

/// The int8 form of an operator. Inputs that are not mentioned carry activations of any scale.
package struct Int8Rule: Sendable, Equatable {
  package enum Output: Sendable, Equatable {
    /// Its own range, from calibration.
    case calibrated
    /// The scale and zero point of the data input.
    case likeInput
    /// One scale for all inputs and the output: inputs are unified or requantized.
    case unified
    /// Given by the specification.
    case fixed(scale: Float, zeroPoint: Int32)
    /// Found by training, with so many bits. The operator only says so: it goes, or requantizes an operand of
    /// another scale.
    case trained(Quantization, bits: Int)
  }

  package enum Input: Sendable, Equatable {
    case activation
    /// Symmetric int8 in -127...127, one scale for each index of the axis.
    case weights(axis: Int)
    /// int32 with scale = scale of the data input x scale of the weights.
    case bias
    /// A constant that is not quantized, such as a shape.
    case index
  }

  package var inputs: [Input]
  package var output: Output
  /// The input whose scale the bias and a result like its input take up.
  package var data: Int
  /// What becomes of an error of a negative input in the result, as a factor: 1 where signs are alike, 0
  /// where negative numbers vanish.
  package var negativeGain: Float
  /// The least scale of a calibrated result that TFLite's kernel takes, as a part of the largest input's.
  ///
  /// The default is what sums need: they scale their operands up by 2^20 and refuse finer results, which only
  /// sums that cancel have.
  package var finestOutput: Float

  package init(
    inputs: [Input] = [], output: Output, data: Int = 0, negativeGain: Float = 1,
    finestOutput: Float = 0x1p-18
  ) {
    self.inputs = inputs
    self.output = output
    self.data = data
    self.negativeGain = negativeGain
    self.finestOutput = finestOutput
  }

  /// The role of input `index`.
  package func input(_ index: Int) -> Input { index < inputs.count ? inputs[index] : .activation }

  /// The input that holds weights and the axis of their scales.
  package var weights: (position: Int, axis: Int)? {
    for (position, input) in inputs.enumerated() {
      if case .weights(let axis) = input { return (position, axis) }
    }
    return nil
  }

  /// The input that holds the bias.
  package var bias: Int? { inputs.firstIndex(of: .bias) }
}
