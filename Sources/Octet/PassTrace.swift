public import OctetDiagnostics
package import OctetIR
package import OctetPasses

/// One patch of a conversion, as `--print-passes` and `--print-after` show it.
public struct PassTrace: Sendable {
  private let step: PassManager.Step
  private let graph: Graph

  /// The pass's name.
  public var pass: String { step.pass }

  /// `12 FuseActivation: fuse relu into conv_2d of conv1 (9 -> 8 nodes)`
  public var text: String {
    "\(step.number) \(step.pass): \(step.summary) (\(step.nodesBefore) -> \(step.nodesAfter) nodes)"
  }

  /// The graph after the patch as text IR; constants of more than 16 elements are left out.
  public func graphText() -> String { GraphPrinter(constantLimit: 16).print(graph) }

  package init(_ step: PassManager.Step, _ graph: Graph) {
    self.step = step
    self.graph = graph
  }

  /// Names and one-line summaries of the passes of a conversion, in order.
  public static var passes: [(name: String, summary: String)] {
    Pipeline.conversion.map { ($0.name, $0.summary) }
  }

  /// Logs `OCT0402` for names that are no passes.
  public static func check(_ names: [String], log: DiagnosticLog) {
    let known = passes.map { $0.name }
    for name in names where !known.contains(name) {
      log.add(
        Diagnostic(
          .unknownPass, "there is no pass '\(name)'",
          notes: ["the passes are " + known.joined(separator: ", ")]
        ).suggesting(name, from: known))
    }
  }
}

extension Model {
  /// Runs the conversion passes.
  ///
  /// - Parameters:
  ///   - forInt8: whether the model is to be quantized.
  ///   - stopAfter: apply at most this many patches.
  ///   - observe: called after each patch.
  public func converted(
    forInt8: Bool = false, stopAfter: Int? = nil, log: DiagnosticLog,
    observe: @escaping (PassTrace) -> Void
  ) throws(DiagnosticFailure) -> Model {
    try optimized(
      passes: passes(forInt8: forInt8), stopAfter: stopAfter, log: log
    ) { step, graph in observe(PassTrace(step, graph)) }
  }

  /// The number of operators.
  public var operatorCount: Int { graph.nodes.count }

  /// The names of the inputs, in order.
  public var inputNames: [String] { graph.inputs.map { graph[$0].name } }

  /// A model as text IR; constants of more than 16 elements are left out. Weights are not needed.
  public static func text(
    _ path: String, _ options: ModelOptions, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> String {
    let model = try read(path, options, needsWeights: false, log: log)
      .specialised(options, fixesBatch: false, log)
    return GraphPrinter(constantLimit: 16).print(model.graph)
  }
}

extension PassBisection {
  public var text: String {
    guard let culprit else {
      return "none of \(patches) patches changes the outputs "
        + "(largest difference \(difference) of the largest value)"
    }
    return "patch \(culprit.number) of \(patches) changes the outputs by \(culprit.difference) of "
      + "the largest value: \(culprit.pass): \(culprit.summary)"
  }

  public var json: JSON {
    .members([
      ("patches", .int(patches)), ("difference", .number(Double(difference))),
      (
        "culprit",
        culprit.map {
          .members([
            ("number", .int($0.number)), ("pass", .string($0.pass)),
            ("summary", .string($0.summary)), ("difference", .number(Double($0.difference))),
          ])
        }
      ),
    ])
  }
}
