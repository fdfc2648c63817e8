import OctetDiagnostics
import OctetOps

/// Kernel, stride, padding and dilation of a convolution or pooling. Caffe gives them as one number for
/// both directions, a list, or `_h` and `_w`. What Caffe refuses is `OCT0307`.
struct ForeignWindow {
  let kernel: Steps
  let stride: Steps
  var pad: Steps
  private(set) var dilation = Steps.one

  private static let limit = 1 << 16

  /// A square window with the strides of a Darknet section; throws `OCT0307` for numbers that no window
  /// has.
  init(
    darknet options: ForeignAttributes, size: Int, padding: Int, dilation: Int = 1
  ) throws(Diagnostic) {
    let stride = try options.int("stride", default: 1)
    let steps = Steps(
      try options.int("stride_y", default: stride), try options.int("stride_x", default: stride))
    kernel = try Self.checked(Steps(size, size), "size", least: 1)
    self.stride = try Self.checked(steps, "stride", least: 1)
    pad = try Self.checked(Steps(padding, padding), "padding", least: 0)
    self.dilation = try Self.checked(Steps(dilation, dilation), "dilation", least: 1)
  }

  /// - Parameter settings: a `convolution_param`.
  init(convolution settings: ForeignAttributes) throws(Diagnostic) {
    kernel = try Self.pair(settings, "kernel_size", stem: "kernel", least: 1)
    stride = try Self.pair(settings, "stride", default: 1, least: 1)
    pad = try Self.pair(settings, "pad", default: 0, least: 0, loneDefault: 0)
    dilation = try Self.pair(settings, "dilation", default: 1, least: 1)
  }

  /// - Parameters:
  ///   - settings: a `pooling_param`.
  ///   - whole: the image's extents, which a global pooling takes as its window.
  init(pooling settings: ForeignAttributes, whole: Steps) throws(Diagnostic) {
    let isGlobal = try settings.bool("global_pooling", default: false)
    for name in ["kernel_size", "stride", "pad"] { _ = try settings.int(name, default: 0) }
    stride = try Self.pair(settings, "stride", default: 1, least: 1)
    pad = try Self.pair(settings, "pad", default: 0, least: 0)
    guard isGlobal else {
      kernel = try Self.pair(settings, "kernel_size", stem: "kernel", least: 1)
      return
    }
    kernel = whole
    let hasKernel = ["kernel_size", "kernel_h", "kernel_w"].contains { settings.contains($0) }
    guard !hasKernel, stride == Steps(1, 1), pad == Steps(0, 0) else {
      throw Diagnostic(
        .unsupportedParameter, "global_pooling takes no kernel size, stride or padding",
        help: "take them off, or global_pooling")
    }
  }

  /// - Parameter loneDefault: what `_h` or `_w` is when only the other is given; nil refuses that.
  private static func pair(
    _ settings: ForeignAttributes, _ name: String, stem: String? = nil,
    default fallback: Int? = nil,
    least: Int, loneDefault: Int? = nil
  ) throws(Diagnostic) -> Steps {
    let (tall, wide) = ("\(stem ?? name)_h", "\(stem ?? name)_w")
    let values = try settings.ints(name)
    let sides = [settings.contains(tall), settings.contains(wide)]
    var result: Steps
    if sides.contains(true) {
      guard values.isEmpty else {
        throw Diagnostic(
          .unsupportedParameter, "'\(name)' and '\(tall)' or '\(wide)' are both given",
          help: "keep one form")
      }
      guard !sides.contains(false) || loneDefault != nil else {
        throw Diagnostic(
          .unsupportedParameter, "only one of '\(tall)' and '\(wide)' is given", help: "give both")
      }
      result = Steps(
        try settings.int(tall, default: loneDefault ?? 0),
        try settings.int(wide, default: loneDefault ?? 0))
    } else {
      guard values.count <= 2 else {
        throw Diagnostic(
          .unsupportedParameter, "'\(name)' has more than two numbers", help: "give one or two")
      }
      guard let first = values.first ?? fallback, let last = values.last ?? fallback else {
        throw Diagnostic(
          .unsupportedParameter, "the layer has no \(name)", help: "give \(name): NUMBER")
      }
      result = Steps(first, last)
    }
    return try checked(result, name, least: least)
  }

  private static func checked(
    _ steps: Steps, _ name: String, least: Int
  ) throws(Diagnostic) -> Steps {
    guard (least...limit).contains(steps.height), (least...limit).contains(steps.width) else {
      throw Diagnostic(
        .unsupportedParameter,
        "\(name) \(steps.height)x\(steps.width) must lie in \(least)...\(limit)")
    }
    return steps
  }
}
