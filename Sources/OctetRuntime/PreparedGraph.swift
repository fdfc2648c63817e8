package import OctetDiagnostics
package import OctetIR
package import OctetKernels
package import OctetOps

/// A graph ready to run: memory planned, kernels chosen, weights packed.
///
/// ```swift
/// let prepared = try PreparedGraph(graph, log: log)
/// // write the inputs through prepared.inputs[i].float32 ...
/// prepared.invoke()
/// // read prepared.outputs[i]
/// ```
/// `invoke` neither checks nor allocates. One object serves one thread at a time.
package final class PreparedGraph {
  package let graph: Graph
  package let plan: MemoryPlan
  /// The model's inputs; their contents may be overwritten by `invoke`, so write them each time.
  package let inputs: [TensorView]
  /// The model's outputs, valid until the next `invoke`.
  package let outputs: [TensorView]
  package let schedule: Schedule
  /// One step an entry of the schedule.
  package let steps: [Step]
  /// The threads that `invoke` uses, the caller's among them.
  package var threadCount: Int { pool.threadCount }
  /// Bytes of the memory that steps share while they run.
  package let scratchBytes: Int
  private let arena: Storage
  private let keepsAllTensors: Bool
  /// Idle between steps.
  package let pool: WorkPool
  private let scratch: Scratch
  private let views: [TensorView?]
  private let alignedConstants: [Storage]

  /// Prepares every node and logs all that cannot be run (`OCT0203`, `OCT0701`, `OCT0703`).
  ///
  /// - Parameters:
  ///   - threads: 1...256. Results are the same for any number.
  ///   - keepsAllTensors: For `invoke(observing:)`: every node has a step of its own.
  ///   - usesReference: Runs every operator as it is defined, without fast kernels: for comparisons.
  ///   - arenaLimit: the most bytes the arena may take, at most `MemoryPlan.limit`.
  /// - Precondition: the graph has been verified.
  package init(
    _ graph: Graph, threads: Int = 1, keepsAllTensors: Bool = false, usesReference: Bool = false,
    arenaLimit: Int = min(1 << 30, MemoryPlan.limit), log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    precondition(arenaLimit <= MemoryPlan.limit, "no arena is that large")
    try Self.checkOperators(graph, log)
    try Self.checkSizes(graph, arenaLimit, log)
    let schedule =
      keepsAllTensors || usesReference ? Schedule(graph) : Schedule(joining: graph)
    let plan = MemoryPlan(graph, schedule)
    if plan.arenaBytes > arenaLimit {
      throw log.failure(
        Diagnostic(
          .arenaTooLarge,
          "the tensors need \(plan.arenaBytes) bytes at once, the limit is \(arenaLimit)"))
    }
    let arena = Storage(byteCount: plan.arenaBytes)
    var aligned: [Storage] = []
    var views: [TensorView?] = []
    for (index, value) in graph.values.enumerated() {
      let id = ValueID(index)
      views.append(
        Self.view(of: value, plan.offset(of: id), plan.pixelStride(of: id), arena, &aligned))
    }
    let pool = WorkPool(threads: threads)
    let scratch = Scratch(workers: pool.threadCount)
    var steps: [Step] = []
    for entry in schedule.entries {
      let node = graph.nodes[entry.main]
      let context = PrepareContext(
        inputs: entry.inputs.map { $0.flatMap { views[$0.index] } },
        outputs: entry.outputs.compactMap { views[$0.index] },
        resultType: graph[node.outputs[0]].type, epilogue: entry.epilogue,
        border: entry.border, usesReference: usesReference, pool: pool, scratch: scratch)
      do throws(Diagnostic) {
        guard let op = OpCatalog.builtin(node.op) else { continue }
        steps.append(try op.prepare(context))
        for index in context.packedInputs {
          entry.inputs[index].flatMap { graph[$0].constant }?.forgetPages()
        }
      } catch {
        log.add(graph.described(error, node))
      }
    }
    try log.throwIfErrors()
    let scratchBytes = scratch.byteCount
    if scratchBytes > arenaLimit - plan.arenaBytes {
      throw log.failure(
        Diagnostic(
          .arenaTooLarge,
          "the tensors and the steps need \(plan.arenaBytes) and \(scratchBytes) bytes, the limit is "
            + "\(arenaLimit)"))
    }
    scratch.allocate()
    self.pool = pool
    self.scratch = scratch
    self.graph = graph
    self.plan = plan
    self.schedule = schedule
    self.keepsAllTensors = keepsAllTensors
    self.arena = arena
    self.views = views
    self.steps = steps
    self.scratchBytes = scratchBytes
    inputs = graph.inputs.compactMap { views[$0.index] }
    outputs = graph.outputs.compactMap { views[$0.index] }
    precondition(
      inputs.count == graph.inputs.count && outputs.count == graph.outputs.count,
      "sizes have been checked")
    alignedConstants = aligned
  }

  /// The operators of a step, in order: `conv_2d + leaky_relu`.
  package func operators(_ entry: Schedule.Entry) -> String {
    entry.nodes.map { graph.nodes[$0].op.name }.joined(separator: " + ")
  }

  /// Computes the outputs from the inputs.
  package func invoke() {
    for step in steps { step.run(on: pool) }
  }

  /// As `invoke`, and tells after each step that it is done.
  package func invoke(afterStep: (Int) -> Void) {
    for (index, step) in steps.enumerated() {
      step.run(on: pool)
      afterStep(index)
    }
  }

  /// As `invoke`, and shows each tensor as soon as it is complete: the inputs first, then each node's
  /// outputs. A view's contents last only for the call.
  ///
  /// - Precondition: the graph was prepared with `keepsAllTensors`.
  package func invoke(observing observe: (ValueID, TensorView) -> Void) {
    precondition(keepsAllTensors, "some tensors are never made")
    for (id, view) in zip(graph.inputs, inputs) { observe(id, view) }
    for (index, step) in steps.enumerated() {
      step.run(on: pool)
      for output in graph.nodes[index].outputs {
        if let view = views[output.index] { observe(output, view) }
      }
    }
  }

  private static func checkOperators(
    _ graph: Graph, _ log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    for node in graph.nodes where OpCatalog.builtin(node.op) == nil {
      log.add(
        graph.described(
          Diagnostic(
            .noKernel, "operator '\(node.operatorName)' cannot be run",
            help: "cut the model before it with --outputs"), node))
    }
    try log.throwIfErrors()
  }

  private static func checkSizes(
    _ graph: Graph, _ limit: Int, _ log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    func check(_ id: ValueID, _ place: Location?) {
      let value = graph[id]
      for case .unknown(let name, let origin) in value.type.shape.dimensions {
        log.add(
          Diagnostic(
            .unknownDimension, "dimension '\(name)' of '\(value.name)' is unknown", at: place,
            notes: origin.isEmpty ? [] : ["it comes from \(origin)"],
            help: "give every extent with --input-shape NAME=1,…", tensors: [value.text]))
        return
      }
      let isEmpty = value.type.shape.elementCount == 0 && value.constant == nil
      if value.type.byteCount == nil || isEmpty {
        log.add(
          Diagnostic(
            .noKernel, "tensor '\(value.name)' has no elements the runtime can hold", at: place,
            tensors: [value.text]))
      } else if value.constant == nil, let size = value.type.byteCount, size > limit {
        log.add(
          Diagnostic(
            .arenaTooLarge, "tensor '\(value.name)' needs \(size) bytes, the limit is \(limit)",
            at: place, tensors: [value.text]))
      }
    }
    for input in graph.inputs { check(input, nil) }
    for output in graph.outputs where graph[output].constant != nil { check(output, nil) }
    for node in graph.nodes {
      for case let input? in node.inputs where graph[input].constant != nil {
        check(input, node.location)
      }
      for output in node.outputs { check(output, node.location) }
    }
    try log.throwIfErrors()
  }

  private static func view(
    of value: Value, _ offset: Int?, _ pixelStride: Int?, _ arena: Storage,
    _ aligned: inout [Storage]
  ) -> TensorView? {
    guard let extents = value.type.shape.extents, let count = value.type.shape.elementCount,
      let size = value.type.element.byteCount
    else { return nil }
    var base: UnsafeMutableRawPointer?
    if let constant = value.constant {
      var bytes = constant.bytes
      if let start = bytes.baseAddress, Int(bitPattern: start) % min(size, 8) != 0 {
        let copy = Storage(byteCount: bytes.count)
        copy.mutableBytes.copyMemory(from: bytes)
        aligned.append(copy)
        bytes = copy.bytes
      }
      // No step writes to a constant: outputs are never constants in a verified graph.
      base = UnsafeMutableRawPointer(mutating: bytes.baseAddress)
    } else if let offset {
      base = arena.mutableBytes.baseAddress.map { $0 + offset }
    }
    return base.map {
      TensorView(
        type: value.type, extents: extents, count: count, base: $0,
        pixelStride: pixelStride, isConstant: value.constant != nil)
    }
  }
}
