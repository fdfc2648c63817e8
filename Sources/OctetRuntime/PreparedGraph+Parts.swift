import OctetDiagnostics
import OctetIR
import OctetKernels
import OctetOps

extension PreparedGraph {
  /// What a graph has in common with its subgraphs.
  final class Common {
    /// Nodes of subgraphs, each counted for every node that runs it.
    private static let mostNodes = 1 << 16

    let pool: WorkPool
    let scratch: Scratch
    let turns: LoopTurns
    let variables: Variables
    let faults: RunFaults
    let usesReference: Bool
    /// Bytes that arenas may still take.
    var arenaLimit: Int
    private var nodes = 0

    init(threads: Int, usesReference: Bool, arenaLimit: Int) {
      pool = WorkPool(threads: threads)
      scratch = Scratch(workers: pool.threadCount)
      turns = LoopTurns()
      variables = Variables()
      faults = RunFaults()
      self.usesReference = usesReference
      self.arenaLimit = arenaLimit
    }

    /// For a stage of the same model, with memory of its own.
    init(stageOf model: Common) {
      pool = model.pool
      scratch = Scratch(workers: pool.threadCount)
      turns = model.turns
      variables = model.variables
      faults = model.faults
      usesReference = model.usesReference
      arenaLimit = model.arenaLimit
    }

    /// Makes the scratch memory, once everything is prepared. Throws `OCT0703` when the limit is exceeded.
    func allocateScratch(beside arenaBytes: Int) throws(Diagnostic) {
      guard scratch.byteCount <= arenaLimit else {
        throw Diagnostic(
          .arenaTooLarge,
          "the tensors and the steps need \(arenaBytes) and \(scratch.byteCount) bytes, the limit is "
            + "\(arenaBytes + arenaLimit)")
      }
      scratch.allocate()
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

  static func prepared(
    _ name: String, of graph: Graph, _ common: Common, _ inputs: [TensorView], _ use: LentInputs
  ) throws(Diagnostic) -> PreparedSubgraph {
    guard var subgraph = graph.subgraphs.first(where: { $0.name == name }) else {
      throw Diagnostic(.noKernel, "there is no subgraph '@\(name)'")
    }
    try common.add(subgraph)
    subgraph.takeShapes(of: inputs.map { $0.type })
    let log = DiagnosticLog()
    do throws(DiagnosticFailure) {
      let prepared = try PreparedGraph(
        subgraph, common, keepsAllTensors: false, inputs: inputs, use: use, log: log)
      return PreparedSubgraph(
        outputs: prepared.outputs, steps: prepared.steps, memory: prepared,
        current: prepared.isShapedByData ? { prepared.outputs } : nil)
    } catch {
      var problem = log.diagnostics.first { $0.severity == .error } ?? Diagnostic(.noKernel, "")
      problem.location?.function = name
      throw problem
    }
  }

  /// A stage of what data decide the shapes of, with memory of its own that counts as long as it lives.
  static func prepared(
    _ stage: Graph, of model: Common, _ inputs: [TensorView]
  ) throws(Diagnostic) -> PreparedSubgraph {
    let common = Common(stageOf: model)
    let log = DiagnosticLog()
    do throws(DiagnosticFailure) {
      let prepared = try PreparedGraph(
        stage, common, keepsAllTensors: false, inputs: inputs, use: .kept, log: log)
      try log.attempt { () throws(Diagnostic) in
        try common.allocateScratch(beside: prepared.arenaBytes)
      }
      return PreparedSubgraph(
        outputs: prepared.outputs, steps: prepared.steps,
        memory: StageMemory(prepared, taken: model.arenaLimit - common.arenaLimit, from: model))
    } catch {
      throw log.diagnostics.first { $0.severity == .error } ?? Diagnostic(.noKernel, "")
    }
  }

  /// Takes a stage's bytes from those that the model's arenas may still take, for as long as it lives.
  private final class StageMemory {
    private let prepared: PreparedGraph
    private let byteCount: Int
    private let model: Common

    init(_ prepared: PreparedGraph, taken byteCount: Int, from model: Common) {
      (self.prepared, self.byteCount, self.model) = (prepared, byteCount, model)
      model.arenaLimit -= byteCount
    }

    deinit { model.arenaLimit += byteCount }
  }
}
