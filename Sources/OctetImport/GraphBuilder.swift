package import OctetDiagnostics
package import OctetIR
import OctetOps

/// Builds the graph of one import, layer by layer.
///
/// Values have the source's shapes. Where a TFLite operator is channels-last and the source is not, a
/// mapping puts transposes around it; the pass `SinkTranspose` takes out those that are not needed.
package struct GraphBuilder {
  package var graph: Graph
  /// The file and format that are imported.
  let place: Location
  /// What the layout remark lists: `'data' is [1,28,28,1]`.
  var changedLayouts: [String] = []
  /// The arguments of error functions and of their complements, by their results: what stands for one has an
  /// operator of its own in some products.
  var errorFunctions: [ValueID: (argument: ValueID, isComplement: Bool)] = [:]
  /// What is known of the results of batch normalizations.
  private var distributions: [ValueID: ChannelDistribution] = [:]
  /// For each value that `add` has made the place of its node.
  private var places: [ValueID: Int] = [:]
  /// The present value of each blob; layers that work in place give a blob a new one.
  private var blobs: [String: ValueID] = [:]
  /// Blobs that could not be made; what depends on them is not reported again.
  private var missing: Set<String> = []
  private var node: ForeignNode?
  /// How many of the present layer's weights were asked for.
  private var takenWeights = 0
  /// Elements of constants that are in no file but made here.
  private var madeElements = 0
  /// What constants lost that were not float32.
  var narrowing = Narrowing()
  /// Bytes that absent weights would have.
  private var absentBytes = 0

  package init(within place: Location) {
    graph = Graph(name: "main")
    self.place = place
  }

  /// A builder of a subgraph, which counts on from `outer`.
  init(subgraphOf outer: GraphBuilder) {
    self.init(within: outer.place)
    take(countsOf: outer)
  }

  /// Takes what another builder has counted since it took this one's counts.
  mutating func take(countsOf other: GraphBuilder) {
    (madeElements, absentBytes, narrowing) = (
      other.madeElements, other.absentBytes, other.narrowing
    )
  }

  package mutating func addInput(_ name: String, _ type: TensorType) -> ValueID {
    let id = graph.add(Value(name: name, type: type))
    graph.inputs.append(id)
    return id
  }

  package mutating func setBlob(_ name: String, _ id: ValueID) { blobs[name] = id }

  package func blob(_ name: String) -> ValueID? { blobs[name] }

  /// Builds one layer with `build` and binds its outputs; a failure is logged with the layer's place.
  ///
  /// - Returns: false when the layer itself is at fault, and not what it reads.
  @discardableResult
  mutating func add(
    _ node: ForeignNode, _ log: DiagnosticLog, _ build: OpMapping.Build
  ) -> Bool {
    guard node.inputs.allSatisfy({ blobs[$0] != nil }) else {
      fail(node)
      return true
    }
    do throws(Diagnostic) {
      try bind(node, build)
      return true
    } catch {
      var problem = error.located(node.location)
      if problem.tensors.isEmpty {
        problem.tensors = node.inputs.compactMap { blobs[$0].map { graph[$0].text } }
      }
      log.add(problem)
      // The layers after one with wrong weights are checked all the same.
      var shapesOnly = node
      shapesOnly.weights = []
      if error.code != .weightsMismatch || (try? bind(shapesOnly, build)) == nil { fail(node) }
      return false
    }
  }

  private mutating func bind(
    _ node: ForeignNode, _ build: OpMapping.Build
  ) throws(Diagnostic) {
    self.node = node
    takenWeights = 0
    let outputs = try build(node, &self)
    guard outputs.count >= node.outputs.count else {
      throw Diagnostic(
        .unsupportedParameter,
        "the layer has \(node.outputs.count) tops; Octet makes \(outputs.count) of them",
        help: "take the other tops off")
    }
    guard node.weights.count <= takenWeights else {
      throw Diagnostic(
        .weightsMismatch,
        "the weights file has \(node.weights.count) blobs for the layer, which takes \(takenWeights)",
        help: Self.sameTraining)
    }
    for (name, output) in zip(node.outputs, outputs) { blobs[name] = output }
  }

  /// Begins the node whose operators are added next.
  mutating func begin(_ name: String, _ location: Location) {
    node = ForeignNode(
      type: location.op ?? "", name: name, inputs: [], outputs: [name],
      attributes: ForeignAttributes(), location: location)
  }

  /// Notes what the present node, a batch normalization, makes of each channel; `result` is nil where nothing asks for it.
  mutating func note(_ distribution: ChannelDistribution, of result: ValueID? = nil) {
    if let node { graph.distributions.append((node.location, distribution)) }
    if let result { distributions[result] = distribution }
  }

  /// What the batch normalization that made a value makes of each channel.
  func distribution(of id: ValueID) -> ChannelDistribution? { distributions[id] }

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

  /// The value of the present layer's input `index`, which is there: importers count them.
  func input(_ index: Int) throws(Diagnostic) -> ValueID {
    guard let node, index < node.inputs.count, let id = blobs[node.inputs[index]] else {
      throw Diagnostic(.unsupportedParameter, "the layer has no bottom \(index)")
    }
    return id
  }

  /// Input `index` as an image of four dimensions: a vector has one pixel.
  mutating func image(_ index: Int) throws(Diagnostic) -> ValueID {
    let id = try input(index)
    let extents = try extents(id)
    if extents.count == 2 { return try reshape(id, extents + [1, 1]) }
    guard extents.count == 4 else {
      throw Diagnostic(
        .shapeMismatch, "'\(graph[id].name)' of shape \(extents) is no image",
        tensors: [graph[id].text])
    }
    return id
  }

  /// The extents of a blob that `what`, a layer, takes for an image; throws `OCT0307` for one that has not
  /// four dimensions.
  func imageExtents(_ id: ValueID, for what: String) throws(Diagnostic) -> [Int] {
    let extents = try extents(id)
    guard extents.count == 4 else {
      throw Diagnostic(
        .unsupportedParameter,
        "\(what) needs a blob of 4 dimensions, this one has \(extents.count)",
        help: "put a Reshape layer before it")
    }
    return extents
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

  /// False when shapes are all that is asked for, or the weights are missing, which is reported
  /// elsewhere.
  var hasWeights: Bool { node?.weights.isEmpty == false }

  /// Weights `index` of the present layer, which must have the shape `extents` (`OCT0303`), with their
  /// dimensions in `order`. A layer without any weights gives zeros that take no memory.
  mutating func weights(
    _ index: Int, _ extents: [Int], _ what: String, order: Permutation? = nil
  ) throws(Diagnostic) -> Tensor {
    let laidOut = order?.apply(extents) ?? extents
    guard let count = Shape.elementCount(extents), count <= 1 << 29 else {
      throw Diagnostic(
        .tensorTooLarge, "the \(what) of shape \(extents) are too large",
        notes: ["a tensor of weights has at most 2^29 elements"],
        help: "check the layer's numbers and the extents of the input")
    }
    guard hasWeights else {
      absentBytes += 4 * count
      guard absentBytes <= 4 << 30 else {
        throw Diagnostic(
          .tensorTooLarge, "the weights of the layers up to here are too large",
          notes: ["a net has at most 4 GiB of weights"],
          help: "check the layers' numbers and the extents of the input")
      }
      return Tensor(TensorType(.float32, laidOut), try Storage.zeros(byteCount: 4 * count))
    }
    let found = try stored(index, extents, what)
    return Tensor(laidOut, order?.apply(found.values, extents: extents) ?? found.values)
  }

  /// As `weights`, for numbers that are computed with; the layer must have weights.
  mutating func numbers(
    _ index: Int, _ extents: [Int], _ what: String
  ) throws(Diagnostic) -> [Float] {
    try stored(index, extents, what).values
  }

  private mutating func stored(
    _ index: Int, _ extents: [Int], _ what: String
  ) throws(Diagnostic) -> ForeignTensor {
    takenWeights = max(takenWeights, index + 1)
    guard let node, index < node.weights.count else {
      throw Diagnostic(
        .weightsMismatch, "the weights file has no \(what) for the layer", help: Self.sameTraining)
    }
    let tensor = node.weights[index]
    // Old files have four extents for everything, the first ones 1.
    let legacy = [Int](repeating: 1, count: max(0, 4 - extents.count)) + extents
    guard tensor.extents == extents || tensor.extents == legacy else {
      throw Diagnostic(
        .weightsMismatch,
        "the \(what) have the shape \(tensor.extents), the layer needs \(extents)",
        help: Self.sameTraining)
    }
    return tensor
  }

  private static let sameTraining =
    "use the prototxt and the caffemodel of the same training, and its input size (--input-shape)"

  /// The name of the present layer's first output.
  var outputName: String { node?.outputs.first ?? "" }

  mutating func constant(_ suffix: String, _ tensor: Tensor) -> ValueID {
    graph.addConstant("\(node?.name ?? "")/\(suffix)", tensor)
  }

  /// Adds an operator with one output, called as the present layer's first output. Throws as `add(_:_:names:)`.
  mutating func add(
    _ op: any BuiltinOp, _ inputs: [ValueID?], name: String? = nil
  ) throws(Diagnostic) -> ValueID {
    try add(op, inputs, names: [name ?? outputName])[0]
  }

  /// Adds an operator with one output for each name. Throws `OCT0209` for an output of 2^31 elements or more, so that
  /// extents fit 32 bits and products never overflow.
  mutating func add(
    _ op: any BuiltinOp, _ inputs: [ValueID?], names: [String]
  ) throws(Diagnostic) -> [ValueID] {
    let outputs = try graph.append(
      op, inputs: inputs, names: names, provenance: node.map { [$0.location] } ?? [])
    for id in outputs {
      places[id] = graph.nodes.count - 1
      let extents = try extents(id)
      guard Self.isTensor(extents) else {
        throw Diagnostic(
          .tensorTooLarge, "the layer makes a tensor of shape \(extents), which is too large",
          notes: ["a tensor has less than 2^31 elements"], help: "make the input smaller")
      }
    }
    return outputs
  }

  /// The node that makes a value; nil for inputs and constants.
  func producer(of id: ValueID) -> Node? { places[id].map { graph.nodes[$0] } }

  /// True for shapes that a value may have: 2^31 elements are too many.
  static func isTensor(_ extents: [Int]) -> Bool {
    Shape.elementCount(extents).map { $0 < 1 << 31 } ?? false
  }

  mutating func transpose(
    _ id: ValueID, _ order: Permutation, name: String? = nil
  ) throws(Diagnostic) -> ValueID {
    if order.isIdentity { return id }
    let constant = constant("order", order.tensor)
    return try add(Transpose(), [id, constant], name: name ?? graph[id].name)
  }

  /// Counts elements of constants that are about to be made. Throws `OCT0209` beyond 2^28 of them, which a few nodes of a
  /// small file could ask for.
  mutating func reserve(_ count: Int) throws(Diagnostic) {
    let (sum, overflow) = madeElements.addingReportingOverflow(count)
    guard !overflow, sum <= 1 << 28 else {
      throw Diagnostic(
        .tensorTooLarge, "the graph asks for more than 1 GiB of constants that are not in the file")
    }
    madeElements = sum
  }

  mutating func reshape(_ id: ValueID, _ shape: [Int]) throws(Diagnostic) -> ValueID {
    if graph[id].type.shape == Shape(shape) { return id }
    if let storage = graph[id].constant,
      Shape.elementCount(shape) == graph[id].type.shape.extents.flatMap({ Shape.elementCount($0) })
    {
      return constant("part", Tensor(TensorType(graph[id].type.element, shape), storage))
    }
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

  /// The largest elements of the windows of a channels-last image; what is outside it never wins.
  ///
  /// - Parameters:
  ///   - rows, columns: pixels outside the image before and after it.
  mutating func maxPool(
    _ id: ValueID, _ window: ForeignWindow, rows: (Int, Int), columns: (Int, Int)
  ) throws(Diagnostic) -> ValueID {
    let padded = try pad(id, height: rows, width: columns, value: -.greatestFiniteMagnitude)
    return try add(
      MaxPool2D(filter: window.kernel, stride: window.stride, padding: .valid), [padded])
  }

  /// The box of `size` elements that begins at `begin`.
  mutating func slice(
    _ id: ValueID, begin: [Int], size: [Int], name: String? = nil
  ) throws(Diagnostic) -> ValueID {
    if graph[id].type.shape == Shape(size) { return id }
    if let part = sliced(id, begin: begin, size: size) { return constant("part", part) }
    let from = constant("begin", Tensor([begin.count], int32: begin.map { Int32($0) }))
    let extents = constant("size", Tensor([size.count], int32: size.map { Int32($0) }))
    return try add(Slice(), [id, from, extents], name: name)
  }

  /// The box of a constant; nil for other values, and for a box that is not within it.
  private func sliced(_ id: ValueID, begin: [Int], size: [Int]) -> Tensor? {
    let value = graph[id]
    guard let storage = value.constant, let extents = value.type.shape.extents,
      let bytes = value.type.element.byteCount, let count = Shape.elementCount(size), count > 0,
      begin.count == extents.count, size.count == extents.count,
      extents.indices.allSatisfy({
        begin[$0] >= 0 && size[$0] >= 0 && begin[$0] <= extents[$0] - size[$0]
      })
    else { return nil }
    // Rows of the last dimension are copied whole.
    let row = (size.last ?? 1) * bytes
    let result = Storage(byteCount: count * bytes)
    var place = [Int](repeating: 0, count: size.count)
    for target in stride(from: 0, to: count * bytes, by: row) {
      var source = 0
      for axis in extents.indices { source = source * extents[axis] + begin[axis] + place[axis] }
      UnsafeMutableRawBufferPointer(rebasing: result.mutableBytes[target..<target + row])
        .copyMemory(
          from: UnsafeRawBufferPointer(
            rebasing: storage.bytes[source * bytes..<source * bytes + row]))
      for axis in size.indices.dropLast().reversed() {
        place[axis] += 1
        if place[axis] < size[axis] { break }
        place[axis] = 0
      }
    }
    return Tensor(TensorType(value.type.element, size), result)
  }

  /// A channels-last image of another size by its nearest pixels.
  mutating func upsample(_ id: ValueID, height: Int, width: Int) throws(Diagnostic) -> ValueID {
    guard height < 1 << 31, width < 1 << 31 else {
      throw Diagnostic(
        .tensorTooLarge, "the layer makes an image of \(height)x\(width), which is too large",
        notes: ["a tensor has less than 2^31 elements"], help: "make the input smaller")
    }
    let size = constant("size", Tensor([2], int32: [Int32(height), Int32(width)]))
    return try add(ResizeNearestNeighbor(), [id, size])
  }
}
