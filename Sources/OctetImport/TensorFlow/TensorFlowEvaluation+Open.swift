import OctetDiagnostics
import OctetIR

/// Dimensions whose extent only a run tells, in imports that are traced: what follows from them is made with the sizes
/// that the trace takes for them.
extension TensorFlowEvaluation {
  /// Stand-ins for the results of a node that could not be made since their sizes are open; none for other nodes, and
  /// where nothing is traced.
  func openResults(
    of node: TFNodeDef, _ values: [TensorFlowValue], at place: Int, in run: BodyRun,
    _ location: Location
  ) -> [TensorFlowValue] {
    guard let trace = options.trace else { return [] }
    let inputs = values.map { value -> (id: ValueID?, type: TensorType)? in
      switch value {
      case .computed(let id): (id, builder.graph[id].type)
      case .constant(let tensor): (nil, tensor.type)
      default: nil
      }
    }
    guard case let first?? = inputs.first, let extents = first.type.shape.extents else { return [] }
    func read(_ index: Int = 0) -> String {
      node.input.indices.contains(index)
        ? "'\(TensorReference(node.input[index]).node)'" : "its input"
    }
    func size(
      _ part: String, _ meaning: String, cause: String? = nil, for key: ValueID? = nil
    ) -> Int {
      trace.size(
        of: ShapeTrace.Open(
          name: "\(node.name)\(part)", meaning: meaning, node: location, cause: cause),
        for: key)
    }
    func tensor(_ element: ElementType, _ extents: [Int]) -> TensorFlowValue {
      .computed(builder.graph.add(Value(name: node.name, type: TensorType(element, extents))))
    }
    switch node.op {
    case "Where":
      let count = size(
        ":0.count", "how many elements of \(read()) are not 0", for: first.id.map(root))
      return [tensor(.int64, [count, extents.count])]
    case "Unique", "UniqueV2", "UniqueWithCounts":
      guard extents.count == 1 else { return [] }
      let count = size(":0.count", "how many different elements \(read()) has")
      let index = node.attr["out_idx"].flatMap { ElementType($0.type) } ?? .int32
      return [
        tensor(first.type.element, [count]), tensor(index, extents), tensor(index, [count]),
      ]
    case "ListDiff":
      let count = size(":0.count", "how many elements of \(read()) are not in \(read(1))")
      return [tensor(first.type.element, [count]), tensor(.int32, [count])]
    case "DynamicPartition":
      guard case let places?? = inputs.dropFirst().first,
        let rank = places.type.shape.extents?.count, rank <= extents.count
      else { return [] }
      let parts = min(max(Int(node.attr["num_partitions"]?.i ?? 1), 1), 16)
      return (0..<parts).map { part in
        let count = size(":\(part).count", "how many elements of \(read(1)) are \(part)")
        return tensor(first.type.element, [count] + extents.dropFirst(rank))
      }
    case "NonMaxSuppression", "NonMaxSuppressionV2", "NonMaxSuppressionV3":
      return [tensor(.int32, [size(":0.count", "how many of the boxes \(read()) are chosen")])]
    case "RaggedRange":
      guard let rows = inputs.compactMap({ $0?.type.shape.extents?.first }).max() else { return [] }
      return [
        tensor(.int64, [rows + 1]),
        tensor(first.type.element, [size(":1.count", "how many numbers all its ranges have")]),
      ]
    case "RaggedTensorToTensor":
      return ragged(node, inputs.map { $0?.type }, size, tensor)
    case "ResizeBilinear", "ResizeNearestNeighbor", "ResizeBicubic", "ResizeArea":
      guard extents.count == 4 else { return [] }
      if case .constant? = values.dropFirst().first { return [] }
      let cause = cause(of: place, in: run)
      let meaning = "the size \(read(1)) that it is resized to"
      return [
        tensor(
          .float32,
          [
            extents[0], size(".height", meaning, cause: cause),
            size(".width", meaning, cause: cause), extents[3],
          ])
      ]
    default: return []
    }
  }

  /// Inputs: the shape, the values, what is put where there are none, and the parts of the rows.
  private func ragged(
    _ node: TFNodeDef, _ inputs: [TensorType?],
    _ size: (String, String, String?, ValueID?) -> Int,
    _ tensor: (ElementType, [Int]) -> TensorFlowValue
  ) -> [TensorFlowValue] {
    guard inputs.count > 3, case let values?? = inputs.dropFirst().first,
      let extents = values.shape.extents, let rows = inputs[3]?.shape.extents?.first, rows > 1
    else { return [] }
    let longest = size(".columns", "how long the longest row is", nil, nil)
    return [tensor(values.element, [rows - 1, longest] + extents.dropFirst())]
  }

  /// The value whose elements another one has in the same number.
  private func root(_ id: ValueID) -> ValueID {
    var id = id
    while let node = builder.producer(of: id), node.op.name == "reshape", let input = node.inputs[0]
    {
      id = input
    }
    return id
  }

  /// The node that could not be made for other reasons than what it reads, and from which a node reads.
  private func cause(of place: Int, in run: BodyRun) -> String? {
    var seen: Set<Int> = []
    var stack = [place]
    while let next = stack.popLast(), seen.count < 1000 {
      guard seen.insert(next).inserted else { continue }
      if next != place, problems.nodes.contains(run.body.nodes[next].name) {
        return run.body.nodes[next].name
      }
      for reference in run.body.inputs[next] {
        guard case .missing = run.value(reference), let source = run.body.place(of: reference.node)
        else { continue }
        stack.append(source)
      }
    }
    return nil
  }
}
