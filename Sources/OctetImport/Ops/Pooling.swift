import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  /// Max and average pooling.
  static let pooling = OpMapping(
    caffe: [
      // Source: PoolingParameter of caffe.proto, pooling_layer.cpp.
      "Pooling": CaffeMapping(
        makes: ["max_pool_2d", "average_pool_2d", "pad", "padv2", "mul", "transpose"],
        fields: .init(
          "pooling_param",
          [
            "pool", "pad", "pad_h", "pad_w", "kernel_size", "kernel_h", "kernel_w", "stride",
            "stride_h", "stride_w", "engine", "global_pooling", "round_mode", "ceil_mode",
          ])
      ) { node, builder throws(Diagnostic) in
        let settings = try node.attributes.message("pooling_param")
        let input = try builder.input(0)
        let extents = try builder.imageExtents(input, for: "a pooling")
        let pool = try CaffePooling(settings, height: extents[2], width: extents[3])
        let result = try builder.channelsLast(input) { image, builder throws(Diagnostic) in
          try pool.build(image, &builder)
        }
        return [result]
      }
    ],
    darknet: [
      // Source: Darknet's maxpool_layer.c: `padding` counts both borders, of which the first has the
      // smaller half; what is outside the image never wins.
      "maxpool": DarknetMapping(
        makes: ["reshape", "max_pool_2d", "padv2", "transpose"],
        options: ["size", "stride", "stride_x", "stride_y", "padding", "stopbackward"],
        refused: ["maxpool_depth", "out_channels", "antialiasing"]
      ) { node, builder throws(Diagnostic) in
        let options = node.attributes
        let stride = try options.int("stride", default: 1)
        let size = try options.int("size", default: stride)
        let padding = try options.int("padding", default: max(1, size) - 1)
        let window = try ForeignWindow(darknet: options, size: size, padding: padding)
        let input = try builder.image(0)
        let extents = try builder.extents(input)
        func border(_ extent: Int, _ stride: Int) throws(Diagnostic) -> (Int, Int) {
          let free = extent + padding - size
          guard free >= 0, padding < 2 * size else {
            throw Diagnostic(
              .shapeMismatch,
              "a window of \(size) with padding \(padding) does not fit \(extent) pixels")
          }
          let before = padding / 2
          return (before, max(0, free / stride * stride + size - extent - before))
        }
        let rows = try border(extents[2], window.stride.height)
        let columns = try border(extents[3], window.stride.width)
        let result = try builder.channelsLast(input) { image, builder throws(Diagnostic) in
          try builder.maxPool(image, window, rows: rows, columns: columns)
        }
        return [result]
      },
      // Source: Darknet's avgpool_layer.c: the mean of each channel.
      "avgpool": DarknetMapping(
        makes: ["reshape", "average_pool_2d", "transpose"], options: []
      ) { node, builder throws(Diagnostic) in
        let input = try builder.image(0)
        let extents = try builder.extents(input)
        let result = try builder.channelsLast(input) { image, builder throws(Diagnostic) in
          try builder.add(
            AveragePool2D(
              filter: Steps(extents[2], extents[3]), stride: .one, padding: .valid), [image])
        }
        return [result]
      },
    ],
    tensorFlow: [
      "MaxPool": largest,
      // The places of the largest are made nowhere else: who reads them is told that they are missing.
      "MaxPoolWithArgmax": largest,
      "AvgPool": TensorFlowMapping(makes: ["average_pool_2d", "transpose"]) {
        node, builder throws(Diagnostic) in
        let (rule, _, _) = try node.padding()
        let pool = AveragePool2D(
          filter: try node.steps("ksize"), stride: try node.steps("strides"), padding: rule)
        let image = try builder.image(node, 0)
        let result = try builder.windowed(node, image) { image, builder throws(Diagnostic) in
          try builder.add(pool, [image])
        }
        return [result]
      },
    ])

  private static let largest = TensorFlowMapping(makes: ["max_pool_2d", "padv2", "transpose"]) {
    node, builder throws(Diagnostic) in
    let (rule, rows, columns) = try node.padding()
    let pool = MaxPool2D(
      filter: try node.steps("ksize"), stride: try node.steps("strides"), padding: rule)
    let image = try builder.image(node, 0)
    let result = try builder.windowed(node, image) { image, builder throws(Diagnostic) in
      let padded = try builder.pad(
        image, height: rows, width: columns, value: -.greatestFiniteMagnitude)
      return try builder.add(pool, [padded])
    }
    return [result]
  }
}

/// A pooling with Caffe's rules: sizes round up, windows may reach over the border, and an average
/// divides by the part of the window inside the padded image.
private struct CaffePooling {
  private let isMax: Bool
  private let window: ForeignWindow
  private let rows: Span
  private let columns: Span

  init(_ settings: ForeignAttributes, height: Int, width: Int) throws(Diagnostic) {
    let kind = try settings.choice("pool", among: ["MAX", "AVE", "STOCHASTIC"])
    guard kind != "STOCHASTIC" else {
      throw Diagnostic(
        .unsupportedParameter, "stochastic pooling has no TFLite form",
        help: "choose MAX or AVE if the net allows it")
    }
    isMax = kind == "MAX"
    let window = try ForeignWindow(pooling: settings, whole: Steps(height, width))
    let roundsUp = try Self.roundsUp(settings)
    let isPadded = window.pad != Steps(0, 0)
    func span(_ extent: Int, _ kernel: Int, _ stride: Int, _ pad: Int) throws(Diagnostic) -> Span {
      guard
        let span = Span(
          extent: extent, kernel: kernel, stride: stride, pad: pad, roundsUp, isPadded)
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

  /// Sizes round up unless `round_mode` says otherwise, or `ceil_mode`, as forks of Caffe call it.
  private static func roundsUp(_ settings: ForeignAttributes) throws(Diagnostic) -> Bool {
    let mode = try settings.choice("round_mode", among: ["CEIL", "FLOOR"])
    guard settings.contains("ceil_mode") else { return mode == "CEIL" }
    guard !settings.contains("round_mode") else {
      throw Diagnostic(
        .unsupportedParameter, "round_mode and ceil_mode are both given", help: "keep one of them")
    }
    return try settings.bool("ceil_mode", default: true)
  }

  func build(_ image: ValueID, _ builder: inout GraphBuilder) throws(Diagnostic) -> ValueID {
    let (height, width) = ((rows.pad, rows.after), (columns.pad, columns.after))
    if isMax { return try builder.maxPool(image, window, rows: height, columns: width) }
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
    guard rows.overhangs || columns.overhangs else { return average }
    guard rows.output * columns.output <= 1 << 26 else {
      throw Diagnostic(
        .tensorTooLarge,
        "an average over \(rows.output)x\(columns.output) windows with padding is too large",
        help: "make the input smaller")
    }
    let across = columns.corrections
    let factors = rows.corrections.flatMap { row in across.map { row * $0 } }
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
    /// True when windows reach beyond the padded image, whose pixels an average does not count.
    let overhangs: Bool
    private let kernel: Int
    private let stride: Int
    /// Where the padded image ends, from the image's first pixel.
    private let end: Int

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
      self.kernel = kernel
      self.stride = stride
      end = extent + pad
      let last = (output - 1) * stride - pad + kernel
      after = max(0, last - extent)
      overhangs = last > end
      let same = WindowPadding.same.span(input: extent, window: kernel, stride: stride)
      isSame = same?.output == output && same?.before == 0
    }

    /// For each output, the kernel's extent over its part inside the padded image.
    var corrections: [Float] {
      (0..<output).map { index in
        let start = index * stride - pad
        return Float(kernel) / Float(min(start + kernel, end) - start)
      }
    }
  }
}
