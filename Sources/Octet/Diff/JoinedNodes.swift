import OctetIR
import OctetOps

/// Nodes that say together what other formats say with one.
///
///     maximum(mul(%x, 0.1), %x)                      a leaky ReLU, as TensorFlow graphs spell it
///     conv_2d(pad(%x, 1 around), padding = valid)    a layer with a border
struct JoinedNodes {
  struct Slope {
    let input: ValueID
    let alpha: Float
  }

  /// By the place of the node that takes the larger.
  private(set) var slopes: [Int: Slope] = [:]
  /// By the place of a window operator.
  private(set) var borders: [Int: WindowBorder] = [:]
  /// The nodes that are part of another one.
  private(set) var absorbed: Set<Int> = []

  init(_ graph: Graph) {
    let view = (producers: graph.producers(), readers: graph.readerCounts())
    let outputs = Set(graph.outputs)
    for (index, node) in graph.nodes.enumerated() {
      /// The maker of an input that nothing else reads.
      func sole(_ input: ValueID?) -> Int? {
        guard let input, view.readers[input.index] == 1, !outputs.contains(input) else {
          return nil
        }
        return view.producers[input.index]
      }
      if let border = WindowBorder(node, in: graph, after: nil) { borders[index] = border }
      if let pad = sole(node.inputs.first ?? nil),
        let border = WindowBorder(node, in: graph, after: graph.nodes[pad])
      {
        borders[index] = border
        absorbed.insert(pad)
      }
      guard node.op is Maximum, node.inputs.count == 2 else { continue }
      for (scaled, plain) in [(0, 1), (1, 0)] {
        guard let maker = sole(node.inputs[scaled]), let input = node.inputs[plain],
          let mul = graph.nodes[maker].op as? Mul, mul.activation == .none,
          graph.nodes[maker].inputs.contains(input),
          let alpha = graph.nodes[maker].inputs.compactMap({ Self.factor(graph, $0) }).first
        else { continue }
        slopes[index] = Slope(input: input, alpha: alpha)
        absorbed.insert(maker)
        break
      }
    }
  }

  private static func factor(_ graph: Graph, _ id: ValueID?) -> Float? {
    guard let id, let storage = graph[id].constant, graph[id].type.element == .float32,
      storage.bytes.count == 4, let value = storage.array(of: Float.self).first, value > 0,
      value < 1
    else { return nil }
    return value
  }
}

/// What lies around the image under the windows of an operator, however a model says it. Less than 0 are pixels
/// that no window reaches.
struct WindowBorder {
  /// The image.
  let input: ValueID
  let top: Int
  let left: Int
  let bottom: Int
  let right: Int

  var text: String { "[\(top), \(left), \(bottom), \(right)]" }

  /// Nil for an operator without windows, for unknown extents, and where `pad` adds something else than
  /// the operator's own border would.
  init?(_ node: Node, in graph: Graph, after pad: Node?) {
    guard let rule = OpCatalog.builtin(node.op)?.traits.window,
      let image = node.inputs.first ?? nil,
      let extents = graph[image].type.shape.extents, extents.count == 4
    else { return nil }
    var window = rule.extent
    if window == nil, node.inputs.count > 1, let filter = node.inputs[1],
      let sizes = graph[filter].type.shape.extents, sizes.count == 4
    {
      window = Steps(sizes[1], sizes[2])
    }
    guard let window,
      let rows = rule.padding.span(
        input: extents[1], window: window.height, stride: rule.stride.height,
        dilation: rule.dilation.height),
      let columns = rule.padding.span(
        input: extents[2], window: window.width, stride: rule.stride.width,
        dilation: rule.dilation.width)
    else { return nil }
    var (source, outer) = (image, [0, 0, 0, 0])
    if let pad {
      guard let (input, around) = Self.border(of: pad, rule.border, in: graph) else { return nil }
      (source, outer) = (input, around)
    }
    /// What the last window has beyond the image. The span has bounded all numbers.
    func behind(_ span: WindowSpan, _ axis: Int, _ before: Int, _ stride: Int, _ reach: Int) -> Int
    {
      (span.output - 1) * stride + reach - before
        - (extents[axis] - outer[axis - 1] - outer[axis + 1])
    }
    input = source
    (top, left) = (outer[0] + rows.before, outer[1] + columns.before)
    bottom = behind(
      rows, 1, top, rule.stride.height, (window.height - 1) * rule.dilation.height + 1)
    right = behind(
      columns, 2, left, rule.stride.width, (window.width - 1) * rule.dilation.width + 1)
  }

  /// The image before a pad and what that adds: top, left, bottom, right.
  private static func border(
    of pad: Node, _ kind: WindowRule.Border, in graph: Graph
  ) -> (input: ValueID, around: [Int])? {
    switch kind {
    case .zero: guard pad.op is Pad else { return nil }
    case .lowest:
      guard pad.op is PadV2, pad.inputs.count == 3, let id = pad.inputs[2],
        graph[id].type.element == .float32,
        let value = graph[id].constant?.array(of: Float.self).first,
        value <= -Float.greatestFiniteMagnitude
      else { return nil }
    }
    guard pad.inputs.count > 1, let input = pad.inputs[0], let amounts = pad.inputs[1],
      graph[input].type.shape.rank == 4, graph[amounts].type.element == .int32,
      let numbers = graph[amounts].constant?.array(of: Int32.self).map({ Int($0) }),
      numbers.count == 8, numbers[0...1] == [0, 0], numbers[6...7] == [0, 0]
    else { return nil }
    return (input, [numbers[2], numbers[4], numbers[3], numbers[5]])
  }
}
