public import OctetDiagnostics
import OctetIR
import OctetKernels
import OctetOps
import OctetRuntime

/// The runtime's plan for a model: each operator's kernel and where tensors live in the arena.
public struct PlanReport: Sendable {
  private let kernels: [(op: String, output: String, kernel: String, estimates: String)]
  private let tensors:
    [(name: String, offset: Int, bytes: Int, first: Int, last: Int, whole: String?)]
  public let arenaBytes: Int
  public let scratchBytes: Int

  /// Prepares the model and describes the plan; converts it first if it comes from a framework.
  public init(_ model: Model, log: DiagnosticLog) throws(DiagnosticFailure) {
    let graph = try model.runnable(log: log).graph
    let prepared = try PreparedGraph(graph, threads: model.threads, log: log)
    arenaBytes = prepared.arenaBytes
    scratchBytes = prepared.scratchBytes
    kernels = zip(prepared.schedule.entries, prepared.steps).map { entry, step in
      (
        prepared.operators(entry), entry.outputs.first.map { graph[$0].name } ?? "", step.kernel,
        step.estimates.map { "\($0.name) \($0.cost)" }.joined(separator: ", ")
      )
    }
    tensors = prepared.plan.allocations.map {
      (
        graph[$0.value].name, $0.offset, $0.byteCount, $0.firstStep, $0.lastStep,
        $0.sharedWith.map { graph[$0].name }
      )
    }
  }

  public var text: String {
    let kernelRows = kernels.enumerated().map {
      ["\($0)", $1.op, $1.output, $1.kernel, $1.estimates]
    }
    let tensorRows = tensors.map { tensor in
      [
        tensor.name, "\(tensor.offset)", "\(tensor.bytes)", "\(tensor.first)...\(tensor.last)",
        tensor.whole.map { "within \($0)" } ?? "",
      ]
    }
    return TextTable(
      header: ["#", "op", "output", "kernel", "estimated cost in vector multiply-adds"],
      rows: kernelRows, rightAligned: [0]
    ).text + "\n"
      + TextTable(
        header: ["tensor", "offset", "bytes", "steps", ""], rows: tensorRows, rightAligned: [1, 2]
      ).text + "\narena \(arenaBytes) bytes, scratch \(scratchBytes) bytes\n"
  }

  public var json: JSON {
    .members([
      ("arena_bytes", .int(arenaBytes)), ("scratch_bytes", .int(scratchBytes)),
      (
        "ops",
        .array(
          kernels.enumerated().map { index, row in
            .members([
              ("index", .int(index)), ("op", .string(row.op)), ("output", .string(row.output)),
              ("kernel", .string(row.kernel)),
            ])
          })
      ),
      (
        "tensors",
        .array(
          tensors.map { tensor in
            .members([
              ("name", .string(tensor.name)), ("offset", .int(tensor.offset)),
              ("bytes", .int(tensor.bytes)), ("first_step", .int(tensor.first)),
              ("last_step", .int(tensor.last)), ("shared", .bool(tensor.whole != nil)),
              ("within", tensor.whole.map { .string($0) }),
            ])
          })
      ),
    ])
  }
}
