import OctetDiagnostics
import OctetIR
import OctetKernels

/// How real numbers become codes of int8 when a step runs: the scale follows from the numbers at hand.
///
/// Source: TFLite's `tensor_utils::SymmetricQuantizeFloats` and `AsymmetricQuantizeFloats`, in float32 as LiteRT 2.3.0
/// computes them (measured: in double precision some scales are a unit in the last place apart).
enum DynamicQuantization {
  /// Codes of -127...127 with zero point 0.
  case symmetric
  /// Codes of -128...127; the range holds 0.
  case asymmetric

  /// Writes the code of each number and gives the length of a step and the code of 0.
  func quantize(
    _ values: UnsafePointer<Float>, count: Int, into codes: UnsafeMutablePointer<Int8>,
    _ kernels: QD8.Variant
  ) -> (length: Float, zeroPoint: Int32) {
    let (low, high) = kernels.extent(values, count: count)
    guard high > low else {
      codes.update(repeating: 0, count: count)
      return (1, 0)
    }
    let (scale, inverse, zeroPoint, least) = parameters(low, high)
    kernels.codes(
      values, count: count, inverse: inverse, zeroPoint: zeroPoint, least: least, into: codes)
    return (scale, Int32(zeroPoint))
  }

  private func parameters(
    _ low: Float, _ high: Float
  ) -> (scale: Float, inverse: Float, zeroPoint: Float, least: Float) {
    switch self {
    case .symmetric:
      let largest = max(-low, high)
      return (largest / 127, 127 / largest, 0, -127)
    case .asymmetric:
      let scale = (high - low) / 255
      // The end that is nearer to 0 in steps gives the zero point with the smaller error.
      let fromEnd = 128 - low / scale < 127 + high / scale ? -128 - low / scale : 127 - high / scale
      let zeroPoint = max(-128, min(127, fromEnd.rounded(.toNearestOrAwayFromZero)))
      return (scale, 1 / scale, zeroPoint, -128)
    }
  }
}

/// A layer of float32 activations and int8 weights: each row of the input becomes codes when the step runs, sums of
/// products are whole numbers, and results are real again.
final class HybridLayer {
  private let input: TensorView
  private let rows: Int
  private let quantization: DynamicQuantization
  private let scalesWeightsFirst: Bool
  private let bounds: (low: Float, high: Float)
  private let channels: Int
  /// Scales of the weights, then zeros, for each channel, then the length of each row's steps.
  private let numbers: UnsafeMutablePointer<Float>
  /// Sums of the weights of each channel, then the zero point of each row.
  private let whole: UnsafeMutablePointer<Int32>
  private let memory: Storage

  /// The input's numbers as int8, and the code of 0 in each row; they are written when the step runs.
  let codes: UnsafeMutablePointer<Int8>
  let zeroPoints: UnsafePointer<Int32>

  /// Makes the work from the codes to sums of codes less their zero point, times weights.
  typealias Sums = (_ sums: UnsafeMutablePointer<Int32>) -> [Work]

  /// - Parameters:
  ///   - rows: Parts of input 0 that are quantized apart: the images of a batch, the rows of a dense layer.
  ///   - scales: A scale of the weights for each output channel.
  ///   - scalesWeightsFirst: Whether sums are scaled by the weights' scale first and then by the row's, as TFLite's
  ///     CONV_2D does.
  init(
    _ context: PrepareContext, rows: Int, _ quantization: DynamicQuantization, scales: [Float],
    scalesWeightsFirst: Bool = false, bounds: (low: Float, high: Float)
  ) throws(Diagnostic) {
    input = context.input(0)
    self.rows = rows
    self.quantization = quantization
    self.scalesWeightsFirst = scalesWeightsFirst
    self.bounds = bounds
    channels = scales.count
    let floats = 2 * channels + rows
    memory = try context.allocate(
      (floats + channels + rows) * MemoryLayout<Float>.stride + input.count)
    guard let base = memory.mutableBytes.baseAddress else {
      preconditionFailure("a layer has channels")
    }
    numbers = base.bindMemory(to: Float.self, capacity: floats)
    whole = UnsafeMutableRawPointer(numbers + floats).bindMemory(
      to: Int32.self, capacity: channels + rows)
    codes = UnsafeMutableRawPointer(whole + channels + rows).bindMemory(
      to: Int8.self, capacity: input.count)
    zeroPoints = UnsafePointer(whole + channels)
    whole.update(repeating: 0, count: channels + rows)
    for (channel, scale) in scales.enumerated() { numbers[channel] = scale }
    (numbers + channels).update(repeating: 0, count: channels)
  }

  /// - Parameters:
  ///   - output: its pixels lie together.
  ///   - form: how the sums' kernel takes codes; nil if sums are as they should be.
  ///   - weights: int8 [channels][depth], where there is a form.
  func step(
    _ context: PrepareContext, kernel: String, multiplications: Int, _ output: TensorView,
    form: QS8GEMM.Form? = nil, weights: TensorView, sums: Sums
  ) -> Step {
    if form != nil {
      let depth = weights.count / channels
      for i in 0..<weights.count { whole[i / depth] &+= Int32(weights.int8[i]) }
    }
    let kernels = context.usesReference ? QD8.portable : QD8.best
    let (source, size, target) = (input.float32, input.count / rows, output.float32)
    let (lengths, bias) = (numbers + 2 * channels, context.optionalInput(2)?.float32)
    let quantize = Work(count: rows) { [self] row, _ in
      (lengths[row], whole[channels + row]) = quantization.quantize(
        source + row * size, count: size, into: codes + row * size, kernels)
    }
    let products = sums(output.elements(Int32.self))
    let pixels = output.count / channels
    let pixelsPerRow = pixels / rows
    let portion = max(1, min(pixelsPerRow, 4096 / channels))
    let portions = (pixelsPerRow + portion - 1) / portion
    let scaling = Work(count: rows * portions) { [self] item, _ in
      let (row, part) = item.quotientAndRemainder(dividingBy: portions)
      let first = part * portion
      kernels.real(
        pixels: min(portion, pixelsPerRow - first), channels: channels,
        QD8.Output(
          weightSums: whole, excess: form?.excess(zeroPoint: zeroPoints[row]) ?? 0,
          scales: numbers, scalesWeightsFirst: scalesWeightsFirst, length: lengths[row],
          bias: bias ?? numbers + channels, bounds: bounds),
        sums: target + (row * pixelsPerRow + first) * channels)
    }
    return Step(
      kernel: kernel, multiplications: multiplications, phases: [quantize] + products + [scaling]
    ).applying(context.epilogue, to: output)
  }
}
