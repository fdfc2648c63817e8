package import OctetDiagnostics
package import OctetIR

/// What quantization-aware training rounds a tensor to: multiples of a step between two numbers, with zero
/// among them.
///
/// Source: `NudgeQuantizationRange` of TFLite and `Nudge` of TensorFlow's `fake_quant_ops_functor.h`.
package struct TrainedRange {
  package let bits: Int
  package let isNarrow: Bool
  /// The ends that training has found, before zero is made a multiple of the step.
  package let wanted: (low: Float, high: Float)
  package let scale: Float
  package let low: Float
  package let high: Float

  /// Throws `OCT0307` for ends without zero between them, and for less than 2 or more than 16 bits.
  package init(low: Float, high: Float, bits: Int, isNarrow: Bool) throws(Diagnostic) {
    guard (2...16).contains(bits), low <= 0, high >= 0, low < high, (high - low).isFinite,
      ((high - low) / Float(1 << bits)).isNormal
    else {
      throw Diagnostic(
        .unsupportedParameter, "a rounding to \(bits) bits between \(low) and \(high) is none",
        notes: ["the smallest must not be above 0, nor the largest below"])
    }
    (wanted, self.bits, self.isNarrow) = ((low, high), bits, isNarrow)
    let (first, last) = Self.ends(bits, isNarrow)
    scale = (high - low) / Float(last - first)
    let zero = (Float(first) - low / scale).rounded(.toNearestOrAwayFromZero)
    let nudged = min(max(zero, Float(first)), Float(last))
    self.low = (Float(first) - nudged) * scale
    self.high = (Float(last) - nudged) * scale
  }

  /// The codes of the ends.
  private static func ends(_ bits: Int, _ isNarrow: Bool) -> (first: Int, last: Int) {
    (isNarrow ? 1 : 0, (1 << bits) - 1)
  }

  /// The nearest multiple; halves go up. What is no number becomes the lowest.
  package func round(_ value: Float) -> Float {
    let raised = low < value ? value : low
    let clamped = raised < high ? raised : high
    return ((clamped - low) * (1 / scale)).rounded(.toNearestOrAwayFromZero) * scale + low
  }

  /// The step in the precision that TFLite's converter has for it.
  package var step: Float {
    let (first, last) = Self.ends(bits, isNarrow)
    return Float((Double(wanted.high) - Double(wanted.low)) / Double(last - first))
  }

  /// The int8 parameters of a tensor that is rounded so: for 8 bits those of TFLite's converter. Others take
  /// all codes for the same range.
  package var int8: Quantization {
    let (first, last) = Self.ends(8, isNarrow && bits == 8)
    let (low, high) = bits == 8 ? wanted : (self.low, self.high)
    let step = (Double(high) - Double(low)) / Double(last - first)
    let zero = (Double(first) - Double(low) / step).rounded(.toNearestOrAwayFromZero)
    return Quantization(
      scale: Float(step), zeroPoint: Int32(min(max(zero, Double(first)), Double(last))) - 128)
  }
}
