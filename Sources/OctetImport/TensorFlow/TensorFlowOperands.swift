import OctetDiagnostics
import OctetIR
import OctetOps

extension TensorFlowNode {
  /// The value of input `index`. Throws `OCT0204` when the node has fewer.
  func input(_ index: Int) throws(Diagnostic) -> TensorFlowValue {
    guard inputs.indices.contains(index) else {
      throw Diagnostic(.invalidGraph, "the node has \(counted(inputs.count, "input"))")
    }
    return inputs[index]
  }

  /// Input `index`, which must be a constant; `what` tells the user what it is.
  func constant(_ index: Int, _ what: String) throws(Diagnostic) -> Tensor {
    guard case .constant(let tensor) = try input(index) else {
      throw Diagnostic(
        .dataDependent, "the \(what) must be constant, and the graph computes it")
    }
    return tensor
  }

  /// The whole numbers of a constant input.
  func integers(_ index: Int, _ what: String) throws(Diagnostic) -> [Int] {
    let tensor = try constant(index, what)
    switch tensor.type.element {
    case .int32: return tensor.storage.array(of: Int32.self).map { Int($0) }
    case .int64: return tensor.storage.array(of: Int64.self).map { Int($0) }
    default:
      throw Diagnostic(
        .typeMismatch, "the \(what) must be whole numbers, they are \(tensor.type.element.name)")
    }
  }

  /// The float32 numbers of a constant input of shape `extents`.
  func floats(
    _ index: Int, _ what: String, count: Int? = nil
  ) throws(Diagnostic) -> [Float] {
    let given = try constant(index, what)
    let tensor = given.inSinglePrecision ?? given
    guard tensor.type.element == .float32 else {
      throw Diagnostic(
        .typeMismatch, "the \(what) must be float32, they are \(tensor.type.element.name)")
    }
    guard count == nil || tensor.count == count else {
      throw Diagnostic(
        .shapeMismatch,
        "the \(what) have the shape [\(tensor.type.shape.text)], not \(count ?? 0) "
          + "numbers")
    }
    return tensor.storage.array(of: Float.self)
  }

  /// Whether images have their channels first.
  func isChannelsFirst() throws(Diagnostic) -> Bool {
    switch try text("data_format", default: "NHWC") {
    case "NHWC", "NDHWC": return false
    case "NCHW", "NCDHW": return true
    case let other:
      throw Diagnostic(.unsupportedParameter, "the data format \(other) is not supported")
    }
  }

  /// The height and the width of a list of one number for each dimension of an image.
  func steps(_ name: String) throws(Diagnostic) -> Steps {
    let values = try ints(name)
    if values.isEmpty { return .one }
    let isFirst = try isChannelsFirst()
    let others = isFirst ? [0, 1] : [0, 3]
    guard values.count == 4, others.allSatisfy({ values[$0] == 1 }),
      values.allSatisfy({ $0 > 0 && $0 < 1 << 16 })
    else {
      throw Diagnostic(
        .unsupportedParameter, "'\(name)' \(values) moves over other than height and width")
    }
    return isFirst ? Steps(values[2], values[3]) : Steps(values[1], values[2])
  }

  /// TensorFlow's padding: its rule, or pixels before and after the height and the width.
  func padding() throws(Diagnostic) -> (rule: WindowPadding, rows: (Int, Int), columns: (Int, Int))
  {
    switch try text("padding", default: "VALID") {
    case "SAME": return (.same, (0, 0), (0, 0))
    case "VALID": return (.valid, (0, 0), (0, 0))
    case "EXPLICIT":
      let pads = try ints("explicit_paddings")
      let first = try isChannelsFirst() ? 4 : 2
      guard pads.count == 8, pads.allSatisfy({ $0 >= 0 && $0 < 1 << 16 }) else {
        throw Diagnostic(.unsupportedParameter, "explicit_paddings \(pads) are not understood")
      }
      return (
        .valid, (pads[first], pads[first + 1]), (pads[first + 2], pads[first + 3])
      )
    case let other:
      throw Diagnostic(.unsupportedParameter, "the padding '\(other)' is not understood")
    }
  }
}

extension GraphBuilder {
  /// The value in the graph, where constants are put as they are needed.
  mutating func value(_ value: TensorFlowValue, _ name: String = "constant") throws(Diagnostic)
    -> ValueID
  {
    switch value {
    case .computed(let id): return id
    case .constant(let tensor):
      narrowing.add(tensor)
      return constant(name, tensor.inSinglePrecision ?? tensor)
    case .variable(let name):
      throw Diagnostic(
        .unsupportedParameter, "the handle of the variable '\(name)' is no tensor")
    case .list, .packedList:
      throw Diagnostic(.unsupportedParameter, "a list of tensors leaves the part that is converted")
    case .complex:
      throw Diagnostic(
        .unsupportedParameter, "the node computes with complex numbers, which is not supported",
        notes: ["absolute values, real and imaginary parts of them are"])
    case .random(let numbers): return constant(name, numbers.mean)
    case .dead:
      throw Diagnostic(.invalidGraph, "a value that it needs is of a branch that never runs")
    case .missing: throw Diagnostic(.invalidGraph, "a value that it needs could not be made")
    }
  }

  /// A value of the graph that is a constant, as the constant.
  func known(_ value: TensorFlowValue) -> TensorFlowValue {
    guard case .computed(let id) = value, let storage = graph[id].constant else { return value }
    return .constant(Tensor(graph[id].type, storage))
  }

  /// Input `index` of a node as a value of the graph.
  mutating func input(
    _ node: TensorFlowNode, _ index: Int, _ name: String = "constant"
  ) throws(Diagnostic) -> ValueID {
    try value(try node.input(index), name)
  }

  /// Input `index` as an image of four dimensions.
  mutating func image(_ node: TensorFlowNode, _ index: Int) throws(Diagnostic) -> ValueID {
    let id = try input(node, index)
    let extents = try extents(id)
    guard extents.count == 4 else {
      throw Diagnostic(
        .shapeMismatch, "'\(graph[id].name)' of shape \(extents) is no image",
        tensors: [graph[id].text])
    }
    return id
  }

  /// Computes with the channels-last form of an image, whose result has the image's own form.
  mutating func windowed(
    _ node: TensorFlowNode, _ image: ValueID,
    _ body: (ValueID, inout GraphBuilder) throws(Diagnostic) -> ValueID
  ) throws(Diagnostic) -> TensorFlowValue {
    .computed(
      try node.isChannelsFirst() ? try channelsLast(image, body) : try body(image, &self))
  }
}
