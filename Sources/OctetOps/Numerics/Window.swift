import OctetDiagnostics
import OctetIR
import OctetSchema

/// How a window operator treats the border.
package enum WindowPadding: String, Sendable {
  case same
  case valid

  static let names = ["same", "valid"]

  init(_ attributes: AttributeReader) throws(Diagnostic) {
    let name = try attributes.symbol("padding", among: Self.names)
    self = WindowPadding(rawValue: name) ?? .valid
  }

  /// Throws `OCT0104` for a padding that the schema does not have.
  init(_ padding: StoredPadding) throws(Diagnostic) {
    switch padding {
    case .same: self = .same
    case .valid: self = .valid
    default: throw Diagnostic(.invalidModel, "there is no padding \(padding.rawValue)")
    }
  }

  var attribute: Attribute { Attribute("padding", .symbol(rawValue)) }

  var schema: StoredPadding { self == .valid ? .valid : .same }

  /// Output extent and padding of a window along one dimension, or nil when the window does not fit
  /// or a number overflows.
  ///
  /// Source: TFLite's `ComputeOutSize` and `ComputePaddingWithOffset`; of an odd padding the larger
  /// half comes after.
  package func span(
    input: Int, window: Int, stride: Int, dilation: Int = 1
  ) -> WindowSpan? {
    guard input > 0, window > 0, stride > 0, dilation > 0,
      input < 1 << 30, window < 1 << 30, stride < 1 << 30, dilation < 1 << 30
    else { return nil }
    let reach = (Int64(window) - 1) * Int64(dilation) + 1
    let output: Int64
    switch self {
    case .same: output = (Int64(input) + Int64(stride) - 1) / Int64(stride)
    case .valid: output = (Int64(input) + Int64(stride) - reach) / Int64(stride)
    }
    guard output > 0 else { return nil }
    let total = max(0, (output - 1) * Int64(stride) + reach - Int64(input))
    guard total < 1 << 30 else { return nil }
    return WindowSpan(output: Int(output), before: Int(total / 2), after: Int(total - total / 2))
  }
}

/// One dimension of a sliding window.
package struct WindowSpan: Equatable {
  package let output: Int
  /// Padding before the first element and after the last.
  package let before: Int
  package let after: Int
}

/// `[height, width]` of a window's stride or dilation.
package struct Steps: Sendable, Equatable {
  package var height: Int
  package var width: Int

  package init(_ height: Int, _ width: Int) {
    self.height = height
    self.width = width
  }

  package static let one = Steps(1, 1)

  init(_ name: String, _ attributes: AttributeReader) throws(Diagnostic) {
    let values = try attributes.ints(name, count: 2, default: [1, 1])
    self.init(values[0], values[1])
  }

  func attribute(_ name: String) -> Attribute { Attribute(name, .ints([height, width])) }
}

/// The output's height and width of a window over an NHWC input whose extents may be unknown.
func windowedExtents(
  _ input: Shape, _ padding: WindowPadding, window: Steps, stride: Steps, dilation: Steps = .one
) throws(Diagnostic) -> [Dimension] {
  [
    try windowedExtent(
      input.dimensions[1], padding, window: window.height, stride: stride.height,
      dilation: dilation.height),
    try windowedExtent(
      input.dimensions[2], padding, window: window.width, stride: stride.width,
      dilation: dilation.width),
  ]
}

/// The output's extent of a window along one dimension.
func windowedExtent(
  _ input: Dimension, _ padding: WindowPadding, window: Int, stride: Int, dilation: Int
) throws(Diagnostic) -> Dimension {
  // TFLite stores them as int32.
  guard [window, stride, dilation].allSatisfy({ (1...1 << 30).contains($0) }) else {
    throw Diagnostic(
      .invalidAttribute, "window, stride and dilation must be positive and at most 2^30")
  }
  switch input {
  case .known(let extent):
    guard
      let span = padding.span(
        input: extent, window: window, stride: stride, dilation: dilation)
    else {
      throw Diagnostic(
        .shapeMismatch,
        "a window of \(window) with stride \(stride) and dilation \(dilation) does not fit an "
          + "extent of \(extent)")
    }
    return .known(span.output)
  case .unknown(let name, let origin):
    if stride == 1, padding == .same { return input }
    return .unknown(name: "\(name)/window", origin: origin)
  }
}
