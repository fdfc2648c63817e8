package import OctetDiagnostics
package import OctetIR
import OctetOps

/// Builds the graph of one import, layer by layer.
///
/// Values have the source's shapes. Where a TFLite operator is channels-last and the source is not, a
/// mapping puts transposes around it; the pass `SinkTranspose` takes out those that are not needed.
package struct GraphBuilder {
  package var graph: Graph
  /// The present value of each blob; layers that work in place give a blob a new one.
  private var blobs: [String: ValueID] = [:]
  /// Blobs that could not be made; what depends on them is not reported again.
  private var missing: Set<String> = []
  private var node: ForeignNode?

  package init(name: String) {
    graph = Graph(name: name)
  }

  package mutating func addInput(_ name: String, _ type: TensorType) -> ValueID {
    let id = graph.add(Value(name: name, type: type))
    graph.inputs.append(id)
    return id
  }

  package mutating func setBlob(_ name: String, _ id: ValueID) { blobs[name] = id }

  package func blob(_ name: String) -> ValueID? { blobs[name] }

  /// Builds one layer with `build` and binds its outputs; a failure is logged with the layer's place.
  package mutating func add(_ node: ForeignNode, _ log: DiagnosticLog, _ build: OpMapping.Build) {
    guard node.inputs.allSatisfy({ blobs[$0] != nil }) else {
      fail(node)
      return
    }
    self.node = node
    do throws(Diagnostic) {
      let outputs = try build(node, &self)
      guard outputs.count >= node.outputs.count else {
        throw Diagnostic(
          .unsupportedParameter,
          "the layer has \(node.outputs.count) tops; Octet makes \(outputs.count) of them",
          help: "take the other tops off")
      }
      for (name, output) in zip(node.outputs, outputs) { blobs[name] = output }
    } catch {
      var problem = error.located(node.location)
      if problem.tensors.isEmpty {
        problem.tensors = node.inputs.compactMap { blobs[$0].map { graph[$0].text } }
      }
      log.add(problem)
      fail(node)
    }
  }

  /// Notes that a blob could not be made.
  package mutating func setMissing(_ blob: String) { missing.insert(blob) }

  /// Notes that a layer could not be built.
  package mutating func fail(_ node: ForeignNode) {
    for output in node.outputs {
      blobs[output] = nil
      missing.insert(output)
    }
  }

  package func isMissing(_ blob: String) -> Bool { missing.contains(blob) }

  /// The value of the present layer's input `index`.
  func input(_ index: Int) throws(Diagnostic) -> ValueID {
    guard let node, index < node.inputs.count, let id = blobs[node.inputs[index]] else {
      throw Diagnostic(.unsupportedParameter, "the layer needs at least \(index + 1) inputs")
    }
    return id
  }

  /// The extents of a value; throws `OCT0203` when one is unknown.
  func extents(_ id: ValueID) throws(Diagnostic) -> [Int] {
    guard let extents = graph[id].type.shape.extents else {
      throw Diagnostic(
        .unknownDimension, "the shape of '\(graph[id].name)' is not known",
        help: "give every extent with --input-shape", tensors: [graph[id].text])
    }
    return extents
  }

  /// Weights `index` of the present layer, which must have `count` elements (`OCT0303`). A layer without
  /// any weights gives zeros: that they are missing is reported elsewhere, or shapes are all that is
  /// asked for.
  func weights(_ index: Int, count: Int, _ what: String) throws(Diagnostic) -> [Float] {
    guard count <= 1 << 29 else {
      throw Diagnostic(.tensorTooLarge, "the layer has \(count) \(what)")
    }
    guard let node, !node.weights.isEmpty else { return [Float](repeating: 0, count: count) }
    guard index < node.weights.count else {
      throw Diagnostic(.weightsMismatch, "the weights file has no \(what) for the layer")
    }
    let tensor = node.weights[index]
    guard tensor.values.count == count else {
      throw Diagnostic(
        .weightsMismatch,
        "the \(what) have \(tensor.values.count) numbers, the layer needs \(count)",
        notes: ["the weights file gives them the shape \(tensor.extents)"],
        help: "use the prototxt and the caffemodel of the same training")
    }
    return tensor.values
  }

  /// The name of the present layer's first output.
  var outputName: String { node?.outputs.first ?? "" }

  mutating func constant(_ suffix: String, _ tensor: Tensor) -> ValueID {
    graph.addConstant("\(node?.name ?? "")/\(suffix)", tensor)
  }

  /// Adds an operator with one output, called as the present layer's first output. Throws `OCT0209` for
  /// an output of more than 2^31 elements, so that products of extents never overflow.
  mutating func add(
    _ op: any BuiltinOp, _ inputs: [ValueID?], name: String? = nil
  ) throws(Diagnostic) -> ValueID {
    let id = try graph.append(
      op, inputs: inputs, names: [name ?? outputName], provenance: node.map { [$0.location] } ?? []
    )[0]
    guard let extents = graph[id].type.shape.extents, let count = Shape.elementCount(extents),
      count <= 1 << 31
    else {
      throw Diagnostic(
        .tensorTooLarge, "the layer makes a tensor of shape \(graph[id].type.shape.text)")
    }
    return id
  }

  mutating func transpose(
    _ id: ValueID, _ order: Permutation, name: String? = nil
  ) throws(Diagnostic) -> ValueID {
    if order.isIdentity { return id }
    let constant = constant("order", order.tensor)
    return try add(Transpose(), [id, constant], name: name ?? graph[id].name)
  }

  mutating func reshape(_ id: ValueID, _ shape: [Int]) throws(Diagnostic) -> ValueID {
    if graph[id].type.shape == Shape(shape) { return id }
    let constant = constant("shape", Tensor([shape.count], int32: shape.map { Int32($0) }))
    return try add(Reshape(shape: shape), [id, constant])
  }

  /// Applies `body` to the channels-last form of a channels-first image and turns its result back.
  mutating func channelsLast(
    _ id: ValueID, _ body: (ValueID, inout GraphBuilder) throws(Diagnostic) -> ValueID
  ) throws(Diagnostic) -> ValueID {
    let last = try transpose(id, .toChannelsLast)
    return try transpose(try body(last, &self), .toChannelsFirst)
  }

  /// Pads height and width of a channels-last image, with zeros or with `value`.
  mutating func pad(
    _ id: ValueID, height: (Int, Int), width: (Int, Int), value: Float? = nil
  ) throws(Diagnostic) -> ValueID {
    if height == (0, 0), width == (0, 0) { return id }
    let paddings = [0, 0, height.0, height.1, width.0, width.1, 0, 0].map { Int32($0) }
    let constant = constant("paddings", Tensor([4, 2], int32: paddings))
    let name = graph[id].name
    guard let value else { return try add(Pad(), [id, constant], name: name) }
    return try add(
      PadV2(), [id, constant, self.constant("padding", Tensor([], [value]))], name: name)
  }
}
