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
  package var scratchBytes: Int { common.scratch.byteCount }
  /// Whether variables keep their values from run to run. If not, each run begins as the first one.
  package var keepsVariables = false
  /// Whether the next run is the first.
  private var isNew = true
  /// Bytes of the arena and of those of all subgraphs.
  package let arenaBytes: Int
  /// Idle between steps.
  package var pool: WorkPool { common.pool }
  private let arena: Storage
  private let keepsAllTensors: Bool
  private let common: Common
  private let views: [TensorView?]
  private let alignedConstants: [Storage]

  /// What a graph has in common with its subgraphs.
  private final class Common {
    /// Nodes of subgraphs, each counted for every node that runs it.
    private static let mostNodes = 1 << 16

    let pool: WorkPool
    let scratch: Scratch
    let turns = LoopTurns()
    let variables = Variables()
    let faults = RunFaults()
    let usesReference: Bool
    /// Bytes that arenas may still take.
    var arenaLimit: Int
    private var nodes = 0

    init(threads: Int, usesReference: Bool, arenaLimit: Int) {
      pool = WorkPool(threads: threads)
      scratch = Scratch(workers: pool.threadCount)
      self.usesReference = usesReference
      self.arenaLimit = arenaLimit
    }

    func allocate(_ byteCount: Int) throws(Diagnostic) -> Storage {
      guard byteCount <= arenaLimit else {
        throw Diagnostic(
          .arenaTooLarge, "the step needs \(byteCount) bytes of its own, \(arenaLimit) are left")
      }
      arenaLimit -= byteCount
      return Storage(byteCount: byteCount)
    }

    /// Counts a subgraph that is about to be prepared. Throws `OCT0701` for more than a model may run.
    func add(_ graph: Graph) throws(Diagnostic) {
      nodes += graph.nodes.count + 1
      guard nodes <= Self.mostNodes else {
        throw Diagnostic(
          .noKernel, "the subgraphs have more than \(Self.mostNodes) operators to run",
          notes: ["each counts for every operator that runs it"])
      }
    }
  }

  /// Prepares every node and logs all that cannot be run (`OCT0203`, `OCT0701`, `OCT0703`).
  ///
  /// - Parameters:
  ///   - threads: 1...256. Results are the same for any number.
  ///   - keepsAllTensors: For `invoke(observing:)`: every node has a step of its own.
  ///   - usesReference: Runs every operator as it is defined, without fast kernels: for comparisons.
  ///   - arenaLimit: the most bytes the arenas may take, at most `MemoryPlan.limit`.
  /// - Precondition: the graph has been verified.
  package convenience init(
    _ graph: Graph, threads: Int = 1, keepsAllTensors: Bool = false, usesReference: Bool = false,
    arenaLimit: Int = min(1 << 30, MemoryPlan.limit), log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    precondition(arenaLimit <= MemoryPlan.limit, "no arena is that large")
    let common = Common(threads: threads, usesReference: usesReference, arenaLimit: arenaLimit)
    try self.init(
      graph, common, keepsAllTensors: keepsAllTensors, inputs: nil, use: nil, log: log)
    if scratchBytes > common.arenaLimit {
      throw log.failure(
        Diagnostic(
          .arenaTooLarge,
          "the tensors and the steps need \(arenaBytes) and \(scratchBytes) bytes, the limit is "
            + "\(arenaLimit)"))
    }
    common.scratch.allocate()
  }

  /// - Parameters:
  ///   - inputs: the tensors that are the graph's inputs, and what it may do to them; nil for its own.
  private init(
    _ given: Graph, _ common: Common, keepsAllTensors: Bool, inputs lent: [TensorView]?,
    use: LentInputs?, log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    let limit = common.arenaLimit
    try Self.checkOperators(given, log)
    try Self.checkSizes(given, limit, log)
    let graph = try Self.dequantizingConstants(given, common, log)
    let schedule =
      keepsAllTensors || common.usesReference ? Schedule(graph) : Schedule(joining: graph)
    let plan = MemoryPlan(graph, schedule, lent: use)
    if plan.arenaBytes > common.arenaLimit {
      throw log.failure(
        Diagnostic(
          .arenaTooLarge,
          "the tensors need \(plan.arenaBytes) bytes at once, the limit is \(common.arenaLimit)"))
    }
    common.arenaLimit -= plan.arenaBytes
    let arena = Storage(byteCount: plan.arenaBytes)
    var aligned: [Storage] = []
    var views: [TensorView?] = []
    for (index, value) in graph.values.enumerated() {
      let id = ValueID(index)
      let base =
        lent.flatMap { lent in
          graph.inputs.firstIndex(of: plan.root(of: id)).map { lent[$0].base }
        } ?? plan.offset(of: id).flatMap { arena.mutableBytes.baseAddress?.advanced(by: $0) }
      views.append(Self.view(of: value, base, plan.pixelStride(of: id), &aligned))
    }
    var steps: [Step] = []
    for entry in schedule.entries {
      let node = graph.nodes[entry.main]
      let context = PrepareContext(
        inputs: entry.inputs.map { $0.flatMap { views[$0.index] } },
        outputs: entry.outputs.compactMap { views[$0.index] },
        resultType: node.outputs.first.map { graph[$0].type } ?? TensorType(.resource, Shape([0])),
        epilogue: entry.epilogue,
        border: entry.border, usesReference: common.usesReference, pool: common.pool,
        scratch: common.scratch, turns: common.turns, variables: common.variables,
        faults: common.faults,
        allocate: common.allocate,
        subgraph: { name, inputs, use throws(Diagnostic) in
          try Self.prepared(name, of: graph, common, inputs, use)
        })
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
    self.common = common
    self.graph = graph
    self.plan = plan
    self.schedule = schedule
    self.keepsAllTensors = keepsAllTensors
    self.arena = arena
    self.views = views
    self.steps = steps
    arenaBytes = limit - common.arenaLimit
    inputs = graph.inputs.compactMap { views[$0.index] }
    outputs = graph.outputs.compactMap { views[$0.index] }
    precondition(
      inputs.count == graph.inputs.count && outputs.count == graph.outputs.count,
      "sizes have been checked")
    alignedConstants = aligned
  }

  /// The graph with the results of operators that dequantize constants, and variables' handles, as constants, which are
  /// computed here.
  private static func dequantizingConstants(
    _ graph: Graph, _ common: Common, _ log: DiagnosticLog
  ) throws(DiagnosticFailure) -> Graph {
    var result = graph
    result.nodes = []
    for node in graph.nodes {
      if let op = node.op as? VarHandle, !graph.outputs.contains(node.outputs[0]) {
        result[node.outputs[0]].constant = Storage([common.variables.handle(of: op)])
        continue
      }
      guard let op = OpCatalog.builtin(node.op), op.name == Dequantize.entry.name,
        let input = node.inputs[0], let constant = graph[input].constant,
        !graph.outputs.contains(node.outputs[0]),
        let byteCount = graph[node.outputs[0]].type.byteCount
      else {
        result.nodes.append(node)
        continue
      }
      do throws(Diagnostic) {
        let real = try common.allocate(byteCount)
        try Dequantize.dequantize(constant, graph[input].type, into: real)
        constant.forgetPages()
        result[node.outputs[0]].constant = real
      } catch {
        throw log.failure(graph.described(error, node))
      }
    }
    return result
  }

  private static func prepared(
    _ name: String, of graph: Graph, _ common: Common, _ inputs: [TensorView], _ use: LentInputs
  ) throws(Diagnostic) -> PreparedSubgraph {
    guard let subgraph = graph.subgraphs.first(where: { $0.name == name }) else {
      throw Diagnostic(.noKernel, "there is no subgraph '@\(name)'")
    }
    try common.add(subgraph)
    let log = DiagnosticLog()
    do throws(DiagnosticFailure) {
      let prepared = try PreparedGraph(
        subgraph, common, keepsAllTensors: false, inputs: inputs, use: use, log: log)
      return PreparedSubgraph(
        outputs: prepared.outputs, steps: prepared.steps, memory: prepared)
    } catch {
      var problem = log.diagnostics.first { $0.severity == .error } ?? Diagnostic(.noKernel, "")
      problem.location?.function = name
      throw problem
    }
  }

  /// The operators of a step, in order: `conv_2d + leaky_relu`.
  package func operators(_ entry: Schedule.Entry) -> String {
    entry.nodes.map { graph.nodes[$0].op.name }.joined(separator: " + ")
  }

  private func begin() {
    common.turns.reset()
    common.faults.problem = nil
    if isNew || !keepsVariables { common.variables.reset() } else { common.variables.keep() }
    isNew = false
  }

  /// Computes the outputs from the inputs.
  package func invoke() {
    begin()
    for step in steps { step.run(on: pool) }
  }

  /// As `invoke`, for the steps from `first` on: the results of those before are taken as they lie there.
  ///
  /// - Precondition: the graph was prepared with `keepsAllTensors`, so that a step is a node, and all tensors that later
  ///   steps read are outputs.
  package func invoke(from first: Int) {
    precondition(keepsAllTensors, "steps are not nodes")
    common.turns.reset()
    for step in steps[first...] { step.run(on: pool) }
  }

  /// As `invoke`, and tells after each step that it is done.
  package func invoke(afterStep: (Int) -> Void) {
    begin()
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
    begin()
    for (id, view) in zip(graph.inputs, inputs) { observe(id, view) }
    for (index, step) in steps.enumerated() {
      step.run(on: pool)
      for output in graph.nodes[index].outputs {
        if let view = views[output.index] { observe(output, view) }
      }
    }
  }

  /// Throws `OCT0704` when the last run has ended a loop that would have gone on, and what steps have found wrong with
  /// their numbers (`OCT0702`).
  package func requireSoundRun() throws(Diagnostic) {
    if let problem = common.faults.problem { throw problem }
    guard common.turns.areUsedUp else { return }
    throw Diagnostic(
      .endlessLoop, "the model's loops were ended after \(While.mostTurns) turns",
      notes: ["its outputs are what they had come to"],
      help: "look at what the loop's condition depends on")
  }

  private static func checkOperators(
    _ graph: Graph, _ log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    let refused = graph.nodes.indices.filter { OpCatalog.builtin(graph.nodes[$0].op) == nil }
    var told: [String] = []
    for place in refused {
      let node = graph.nodes[place]
      guard !told.contains(node.operatorName) else { continue }
      told.append(node.operatorName)
      let count = refused.filter { graph.nodes[$0].operatorName == node.operatorName }.count
      var problem = Diagnostic(
        .noKernel, "operator '\(node.operatorName)' cannot be run",
        notes: [node.foreignReason, count == 1 ? nil : "there are \(count) of them"]
          .compactMap { $0 })
      if place == refused[0], let help = graph.cut(before: place) { problem.helps = [help] }
      log.add(graph.described(problem, node))
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
    of value: Value, _ place: UnsafeMutableRawPointer?, _ pixelStride: Int?,
    _ aligned: inout [Storage]
  ) -> TensorView? {
    guard let extents = value.type.shape.extents, let count = value.type.shape.elementCount,
      let size = value.type.element.byteCount
    else { return nil }
    var base = place
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
    }
    return base.map {
      TensorView(
        type: value.type, extents: extents, count: count, base: $0,
        pixelStride: pixelStride, isConstant: value.constant != nil)
    }
  }
}

extension Graph {
  /// How to have what comes before a node alone; nil where nothing does.
  fileprivate func cut(before place: Int) -> Diagnostic.Help? {
    let makers = producers()
    var names: [String] = []
    for case let input? in nodes[place].inputs {
      guard let maker = makers[input.index], maker < place, !names.contains(self[input].name) else {
        continue
      }
      names.append(self[input].name)
    }
    if names.isEmpty { return nil }
    return Diagnostic.Help(
      "what comes before it runs", arguments: names.flatMap { ["--outputs", $0] })
  }
}
