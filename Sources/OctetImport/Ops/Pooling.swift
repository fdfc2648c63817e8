import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  /// Max and average pooling.
  static let pooling = OpMapping(
    makes: ["max_pool_2d", "average_pool_2d", "pad", "padv2", "mul"],
    caffe: [
      // Source: PoolingParameter of caffe.proto, pooling_layer.cpp.
      "Pooling": { node, builder throws(Diagnostic) in
        let settings = node.attributes.message("pooling_param")
        let input = try builder.input(0)
        let extents = try builder.extents(input)
        guard extents.count == 4 else {
          throw Diagnostic(.unsupportedParameter, "pooling needs 4 dimensions")
        }
        let pool = try CaffePooling(settings, height: extents[2], width: extents[3])
        let result = try builder.channelsLast(input) { image, builder throws(Diagnostic) in
          try pool.build(image, &builder)
        }
        return [result]
      }
    ])
}

/// A pooling with Caffe's rules: sizes round up, windows may reach over the border, and an average
/// divides by the part of the window inside the padded image.
private struct CaffePooling {
  private let isMax: Bool
  private let window: CaffeWindow
  private let rows: Span
  private let columns: Span

  init(_ settings: ForeignAttributes, height: Int, width: Int) throws(Diagnostic) {
    let kind = try settings.choice("pool", among: ["MAX", "AVE", "STOCHASTIC"])
    guard kind != "STOCHASTIC" else {
      throw Diagnostic(.unsupportedParameter, "stochastic pooling has no TFLite form")
    }
    isMax = kind == "MAX"
    let isGlobal = try settings.bool("global_pooling", default: false)
    var window = try CaffeWindow(settings, needsKernel: !isGlobal)
    if isGlobal { window.kernel = Steps(height, width) }
    let rounding = try settings.choice("round_mode", among: ["CEIL", "FLOOR"])
    let isPadded = window.pad != Steps(0, 0)
    func span(_ extent: Int, _ kernel: Int, _ stride: Int, _ pad: Int) throws(Diagnostic) -> Span {
      guard
        let span = Span(
          extent: extent, kernel: kernel, stride: stride, pad: pad, rounding == "CEIL", isPadded)
      else {
        throw Diagnostic(
          .shapeMismatch, "a window of \(kernel) with padding \(pad) does not fit \(extent) pixels")
      }
      return span
    }
    rows = try span(height, window.kernel.height, window.stride.height, window.pad.height)
    columns = try span(width, window.kernel.width, window.stride.width, window.pad.width)
    self.window = window
  }

  func build(_ image: ValueID, _ builder: inout GraphBuilder) throws(Diagnostic) -> ValueID {
    let (height, width) = ((rows.pad, rows.after), (columns.pad, columns.after))
    if isMax {
      let padded = try builder.pad(
        image, height: height, width: width, value: -.greatestFiniteMagnitude)
      return try builder.add(
        MaxPool2D(filter: window.kernel, stride: window.stride, padding: .valid), [padded])
    }
    // TFLite's 'same' divides by the pixels inside the image, as Caffe does where it does not pad.
    if rows.pad == 0, columns.pad == 0, rows.isSame, columns.isSame,
      rows.after > 0 || columns.after > 0
    {
      return try builder.add(
        AveragePool2D(filter: window.kernel, stride: window.stride, padding: .same), [image])
    }
    let padded = try builder.pad(image, height: height, width: width)
    let average = try builder.add(
      AveragePool2D(filter: window.kernel, stride: window.stride, padding: .valid), [padded])
    if (rows.corrections + columns.corrections).allSatisfy({ $0 == 1 }) { return average }
    guard rows.output * columns.output <= 1 << 26 else {
      throw Diagnostic(
        .tensorTooLarge, "an average over \(rows.output)x\(columns.output) windows with padding")
    }
    let factors = rows.corrections.flatMap { row in columns.corrections.map { row * $0 } }
    let correction = builder.constant(
      "correction", Tensor([1, rows.output, columns.output, 1], factors))
    return try builder.add(Mul(), [average, correction])
  }

  /// One direction of the pooling.
  private struct Span {
    let output: Int
    let pad: Int
    /// Pixels the last window reaches beyond the image.
    let after: Int
    /// True when TFLite's padding `same` puts the windows at the same places.
    let isSame: Bool
    /// For each output, the kernel's extent over its part inside the padded image.
    let corrections: [Float]

    init?(
      extent: Int, kernel: Int, stride: Int, pad: Int, _ roundsUp: Bool, _ isPadded: Bool
    ) {
      let free = extent + 2 * pad - kernel
      guard free >= 0, pad < kernel else { return nil }
      var output = (roundsUp ? (free + stride - 1) / stride : free / stride) + 1
      if isPadded, (output - 1) * stride >= extent + pad { output -= 1 }
      guard output > 0 else { return nil }
      self.output = output
      self.pad = pad
      after = max(0, (output - 1) * stride + kernel - extent - pad)
      let same = WindowPadding.same.span(input: extent, window: kernel, stride: stride)
      isSame = same?.output == output && same?.before == 0
      corrections = (0..<output).map { index in
        let start = index * stride - pad
        let end = min(start + kernel, extent + pad)
        return Float(kernel) / Float(end - start)
      }
    }
  }
}
