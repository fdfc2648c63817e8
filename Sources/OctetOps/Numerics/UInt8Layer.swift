import OctetDiagnostics
import OctetIR
import OctetKernels

/// The arithmetic of a layer of uint8 codes, the form of TFLite's first quantized models: weights have a zero point, and
/// one scale for all channels.
///
/// Sources: TFLite's `GetQuantizedConvolutionMultipler`, whose product of scales is a float32, and the kernels of
/// `reference_ops` for uint8.
struct UInt8Layer {
  let inputZeroPoint: Int32
  let weightZeroPoint: Int32
  private let zeroPoint: Int32
  private let multiplier: (significand: Int32, shift: Int32)
  private let bounds: (low: UInt8, high: UInt8)

  /// Throws `OCT0701` for tensors of several scales.
  init(_ context: PrepareContext, _ activation: FusedActivation) throws(Diagnostic) {
    let input = try context.input(0).perTensor()
    let weights = try context.input(1).perTensor()
    let output = try context.resultType.perTensor()
    (inputZeroPoint, weightZeroPoint, zeroPoint) = (
      input.zeroPoint, weights.zeroPoint, output.zeroPoint
    )
    multiplier = FixedPoint.quantize(Double(input.scale * weights.scale) / Double(output.scale))
    bounds = activation.codeBounds(UInt8.self, scale: output.scale, zeroPoint: output.zeroPoint)
  }

  /// The product of an input and a weight.
  @inline(__always)
  func product(_ input: UInt8, _ weight: UInt8) -> Int32 {
    (Int32(input) - inputZeroPoint) * (Int32(weight) - weightZeroPoint)
  }

  /// The code of a sum with its bias.
  @inline(__always)
  func code(_ sum: Int32) -> UInt8 {
    let code = FixedPoint.multiply(sum, multiplier.significand, multiplier.shift) &+ zeroPoint
    return UInt8(max(Int32(bounds.low), min(Int32(bounds.high), code)))
  }

  /// The layer as kernels take it; nil where its weights or bias are not known yet.
  ///
  /// - Parameter depth: products of a sum.
  func convolution(
    _ context: PrepareContext, _ geometry: Conv2DGeometry, groups: Int = 1, depth: Int
  ) -> QU8Convolution? {
    let (weights, bias, channels) = (
      context.input(1), context.optionalInput(2), geometry.outputChannels
    )
    guard weights.isConstant, bias?.isConstant ?? true, !context.usesReference else { return nil }
    return QU8Convolution(
      geometry: geometry, groups: groups, weights: weights.uint8,
      weightZeroPoint: weightZeroPoint, inputZeroPoint: inputZeroPoint, depth: depth,
      bias: bias?.int32,
      scaling: .fixedPoint(
        significands: [Int32](repeating: multiplier.significand, count: channels),
        shifts: [Int32](repeating: multiplier.shift, count: channels)),
      zeroPoint: zeroPoint, bounds: bounds, table: context.epilogue?.table)
  }
}
