package import OctetDiagnostics
import OctetIR
import OctetKernels

extension MaxPool2D {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, output) = (context.input(0), context.output)
    let window = PoolWindow(input, settings)
    switch input.element {
    case .float32:
      return Self.step(
        context.usesReference ? nil : MaxPool.float, window, input.float32, output.float32,
        settings.activation.bounds, lowest: -.greatestFiniteMagnitude)
    case .int16:
      try context.requireOneScale()
      return Self.step(
        context.usesReference ? nil : MaxPool.int16, window, input.int16, output.int16,
        settings.activation.codeBounds(
          Int16.self, scale: try output.perTensor().scale, zeroPoint: 0),
        lowest: .min)
    case .uint8:
      try context.requireOneScale()
      let to = try output.perTensor()
      return Self.step(
        nil, window, input.uint8, output.uint8,
        settings.activation.codeBounds(UInt8.self, scale: to.scale, zeroPoint: to.zeroPoint),
        lowest: .min)
    default:
      try context.requireOneScale()
      let to = try output.perTensor()
      return Self.step(
        context.usesReference ? nil : MaxPool.int8, window, input.int8, output.int8,
        settings.activation.codeBounds(Int8.self, scale: to.scale, zeroPoint: to.zeroPoint),
        lowest: -128)
    }
  }

  /// An item is a line of output pixels: those whose window is whole in one call, the others one by one.
  private static func step<Element: Comparable & BitwiseCopyable>(
    _ kernel: MaxPool.Variant<Element>?, _ window: PoolWindow, _ source: UnsafePointer<Element>,
    _ target: UnsafeMutablePointer<Element>, _ bounds: (low: Element, high: Element),
    lowest: Element
  ) -> Step {
    guard let kernel else {
      return Step(kernel: "max-pool-2d--reference") {
        reference(window, source, target, lowest: lowest, bounds: bounds)
      }
    }
    let (channels, width) = (window.channels, window.columns.output)
    let lineStride = window.inputWidth * channels
    let work = Work(count: window.batches * window.rows.output) { line, _ in
      let (batch, y) = line.quotientAndRemainder(dividingBy: window.rows.output)
      let rows = window.rowRange(y)
      let result = target + line * width * channels
      var x = 0
      while x < width {
        let columns = window.columnRange(x)
        let place = result + x * channels
        if rows.isEmpty || columns.isEmpty {
          place.update(repeating: min(max(lowest, bounds.low), bounds.high), count: channels)
          x += 1
          continue
        }
        let pixels =
          columns.count == window.filter.width
          ? min(
            width - x,
            (window.inputWidth - columns.upperBound) / window.stride.width + 1) : 1
        kernel.run(
          pixels: pixels, channels: channels, rows: rows.count, columns: columns.count,
          from: source + window.offset(batch, rows.lowerBound, columns.lowerBound),
          lineStride: lineStride, step: window.stride.width * channels, bounds: bounds, to: place)
        x += pixels
      }
    }
    return Step(kernel: "\(kernel.name)", phases: [work])
  }
}
