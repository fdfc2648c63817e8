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
  /// The model's outputs, valid until the next `invoke`. Those whose shapes data decide (`isShapedByData`) have no
  /// elements before a run has come to them.
  package var outputs: [TensorView] {
    guard let shapedByData else { return plannedOutputs }
    return graph.outputs.map { id in
      shapedByData.view(of: id) ?? Self.nothing(graph[id].type)
    }
  }
  /// Whether there are tensors whose shapes data decide.
  package var isShapedByData: Bool { shapedByData != nil }
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
  private let plannedOutputs: [TensorView]
  private let shapedByData: ShapedByData?
  private let arena: Storage
  private let keepsAllTensors: Bool
  private let common: Common
  private let views: [TensorView?]
  private let alignedConstants: [Storage]

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
    try log.attempt { () throws(Diagnostic) in
      try common.allocateScratch(beside: arenaBytes)
    }
  }

  /// - Parameters:
  ///   - inputs: the tensors that are the graph's inputs, and what it may do to them; nil for its own.
  init(
    _ given: Graph, _ common: Common, keepsAllTensors: Bool, inputs lent: [TensorView]?,
    use: LentInputs?, log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    let limit = common.arenaLimit
    try Self.checkOperators(given, log)
    var whole = given
    whole.takeShapes(of: whole.inputs.map { whole[$0].type })
    let isOpen = whole.nodesShapedByData()
    let (first, rest) = whole.split { !isOpen[$0] }
    if let node = rest.first, keepsAllTensors {
      throw log.failure(whole.described(.shapedByData(whole, node), node))
    }
    try Self.checkSizes(first, limit, log)
    var graph = try Self.dequantizingConstants(first, common, log)
    let hasEmpty = graph.values.contains { $0.type.shape.elementCount == 0 }
    let schedule =
      keepsAllTensors || common.usesReference || hasEmpty
      ? Schedule(graph) : Schedule(joining: graph)
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
        if !context.outputs.isEmpty, context.outputs.allSatisfy({ $0.count == 0 }) {
          steps.append(Step(kernel: "nothing", phases: []))
          continue
        }
        try context.requireElements(op.entry)
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
    plannedOutputs = graph.outputs.compactMap { views[$0.index] }
    precondition(plannedOutputs.count == graph.outputs.count, "sizes have been checked")
    var entries = schedule
    if rest.isEmpty {
      shapedByData = nil
    } else {
      let nodes = Array(graph.nodes.count..<graph.nodes.count + rest.count)
      graph.nodes += rest
      graph.outputs = given.outputs
      let shaped = ShapedByData(
        graph, nodes: nodes, given: views,
        prepare: { stage, inputs throws(Diagnostic) in
          try Self.prepared(stage, of: common, inputs)
        })
      shapedByData = shaped
      entries.append(nodes)
      steps.append(
        Step(kernel: "shapes that data decide") { [pool = common.pool, faults = common.faults] in
          do throws(Diagnostic) {
            try shaped.run { $0.run(on: pool) }
          } catch {
            faults.problem = faults.problem ?? error
          }
        })
    }
    self.graph = graph
    self.plan = plan
    self.schedule = entries
    self.keepsAllTensors = keepsAllTensors
    self.arena = arena
    self.views = views
    self.steps = steps
    arenaBytes = limit - common.arenaLimit
    inputs = graph.inputs.compactMap { views[$0.index] }
    precondition(inputs.count == graph.inputs.count, "sizes have been checked")
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

  /// A tensor without elements.
  private static func nothing(_ type: TensorType) -> TensorView {
    TensorView(
      type: TensorType(type.element, Shape([0])), extents: [0], count: 0, base: nowhere,
      isConstant: false)
  }

  private static let someBytes = Storage(byteCount: 64)

  /// Where tensors without elements begin.
  private static var nowhere: UnsafeMutableRawPointer {
    guard let base = someBytes.mutableBytes.baseAddress else {
      preconditionFailure("64 bytes have an address")
    }
    return base
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

  private static func view(
    of value: Value, _ place: UnsafeMutableRawPointer?, _ pixelStride: Int?,
    _ aligned: inout [Storage]
  ) -> TensorView? {
    guard let extents = value.type.shape.extents, let count = value.type.shape.elementCount,
      let size = value.type.element.byteCount
    else { return nil }
    var base = count == 0 ? nowhere : place
    if let constant = value.constant, count > 0 {
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

extension PrepareContext {
  /// Throws `OCT0701` for an operand that the model computes and that turns out to have no elements, where the operator
  /// needs some to make its result of.
  fileprivate func requireElements(_ entry: OpEntry) throws(Diagnostic) {
    if entry.takesEmpty { return }
    for case let input? in inputs where input.count == 0 && !input.isConstant {
      throw noKernel("'\(entry.name)' makes nothing of an operand without elements")
    }
  }
}

extension Graph {
  /// Two parts: the nodes for whose places `isFirst` holds, in a graph that gives what the others or the outputs read,
  /// and the others.
  fileprivate func split(_ isFirst: (Int) -> Bool) -> (first: Graph, rest: [Node]) {
    var first = self
    first.nodes = nodes.indices.filter(isFirst).map { nodes[$0] }
    let rest = nodes.indices.filter { !isFirst($0) }.map { nodes[$0] }
    if rest.isEmpty { return (self, []) }
    let made = Set(rest.flatMap { $0.outputs })
    var wanted: [ValueID] = []
    for id in outputs + rest.flatMap({ $0.inputs.compactMap { $0 } })
    where !made.contains(id) && self[id].constant == nil && !wanted.contains(id) {
      wanted.append(id)
    }
    first.outputs = wanted
    return (first, rest)
  }
}
