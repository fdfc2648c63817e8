import OctetData
import OctetDiagnostics
import OctetIR
import OctetQuantize
import OctetRuntime
import OctetTFLite

/// Tells whether a part of a model still shows the failure that is looked for.
protocol FailureTest {
  /// - Parameter isInterrupted: asked while it takes long; then what it finds is of no account.
  func look(at reduced: ReducedCase, _ isInterrupted: () -> Bool) -> Finding

  /// The same part of another model that it is compared with.
  ///
  /// - Parameter sources: what the part's inputs are in the whole model.
  /// - Returns: nil where that model has no such part; no model where none is needed.
  func counterpart(of part: ReductionPart, sources: [ValueID]) -> Counterpart?
}

struct Finding {
  let shows: Bool
  /// What was seen, in words.
  let text: String
}

enum Counterpart {
  case unneeded
  case model(Model)
}

/// Outputs that differ from those of another model, or of the operators' definitions.
struct DifferenceTest: FailureTest {
  /// The whole model, and the one beside it; nil for definitions.
  let model: Model
  let other: Model?
  let bound: Double?
  /// By value, the tensor of the other model; nil where both have the same nodes and values.
  private let matches: [ValueID: ValueID]?

  init(_ model: Model, other: Model?, bound: Double?) {
    self.model = model
    self.other = other
    self.bound = bound
    matches = other.flatMap { other in
      if model.graph.hasStructure(of: other.graph) { return nil }
      var byName: [String: ValueID] = [:]
      for (index, name) in other.graph.uniqueValueNames().enumerated()
      where other.graph.values[index].constant == nil { byName[name] = ValueID(index) }
      var result: [ValueID: ValueID] = [:]
      for (index, name) in model.graph.uniqueValueNames().enumerated() {
        result[ValueID(index)] = byName[name]
      }
      return result
    }
  }

  func counterpart(of part: ReductionPart, sources: [ValueID]) -> Counterpart? {
    guard let other else { return .unneeded }
    let graph = other.graph
    guard let matches else {
      let (cut, _) = graph.part(part.nodes(of: graph), inputs: sources, outputs: part.outputs)
      return .model(other.reduced(to: cut, inputs: sources, outputs: part.outputs))
    }
    // Nodes between two tensors of the same names are taken as a whole.
    guard part.bypassed.isEmpty else { return nil }
    let inputs = sources.compactMap { matches[$0] }
    let outputs = part.outputs.compactMap { matches[$0] }
    guard inputs.count == sources.count, outputs.count == part.outputs.count,
      Set(inputs).isDisjoint(with: outputs)
    else { return nil }
    let nodes = graph.places(from: inputs, to: outputs).map { graph.nodes[$0] }
    let (cut, needed) = graph.part(nodes, inputs: inputs, outputs: outputs)
    guard needed.count == inputs.count, cut.outputs.count == outputs.count else { return nil }
    return .model(other.reduced(to: cut, inputs: inputs, outputs: outputs))
  }

  func look(at reduced: ReducedCase, _ isInterrupted: () -> Bool) -> Finding {
    let graph = reduced.model.graph
    let beside = reduced.counterpart?.graph ?? graph
    guard let found = reduced.outputs(of: graph) else {
      return Finding(shows: false, text: "it cannot be run")
    }
    guard let wanted = reduced.outputs(of: beside, usesReference: reduced.counterpart == nil),
      wanted.count == found.count
    else { return Finding(shows: false, text: "what it is compared with cannot be run") }
    var largest: (name: String, difference: TensorDifference)?
    for (id, (a, b)) in zip(graph.outputs, zip(found, wanted)) {
      guard let difference = TensorDifference(a, from: b) else { continue }
      if difference.exceeds(bound) {
        return Finding(shows: true, text: difference.text(of: graph[id].name))
      }
      if difference.largest >= largest?.difference.largest ?? 0 {
        largest = (graph[id].name, difference)
      }
    }
    return Finding(
      shows: false,
      text: largest.map { $0.difference.text(of: $0.name) } ?? "no output can be compared")
  }
}

/// A diagnostic of a conversion, and of preparing its result to run.
struct CodeTest: FailureTest {
  let code: DiagnosticCode
  let isInt8: Bool
  let folder: TemporaryFolder

  func counterpart(of part: ReductionPart, sources: [ValueID]) -> Counterpart? { .unneeded }

  func look(at reduced: ReducedCase, _ isInterrupted: () -> Bool) -> Finding {
    let log = DiagnosticLog()
    try? convert(reduced, log)
    for diagnostic in log.diagnostics where diagnostic.code == code {
      return Finding(shows: true, text: "\(code.id): \(diagnostic.message)")
    }
    let codes = log.diagnostics.map { $0.code.id }
    return Finding(
      shows: false,
      text: codes.isEmpty
        ? "it converts without a diagnostic" : "it gives " + codes.joined(separator: ", "))
  }

  private func convert(_ reduced: ReducedCase, _ log: DiagnosticLog) throws(DiagnosticFailure) {
    var model = try reduced.model.optimized(forInt8: isInt8, log: log)
    if isInt8 {
      let path = folder.path("samples.npz")
      try log.attempt { () throws(Diagnostic) in try NPZ.write(reduced.inputs, to: path) }
      var options = Int8Options(data: path)
      options.algorithm = .minMax
      model = try Int8Conversion(model, options, preprocessing: nil, log: log).model
    }
    _ = try TFLiteWriter.write(TFLiteModel(graph: model.graph), log: log)
    _ = try PreparedGraph(model.graph, threads: model.threads, log: log)
  }
}

/// A command that crashes or fails.
struct CommandTest: FailureTest {
  /// A command of the shell in which `{model}` and `{input}` stand for files.
  let command: String
  /// The exit code of the failure; nil for any but 0.
  let exitCode: Int?
  let seconds: Int
  let folder: TemporaryFolder

  /// What the shell gives for a command that it does not find or may not run.
  private static let notRun = 126...127

  func counterpart(of part: ReductionPart, sources: [ValueID]) -> Counterpart? { .unneeded }

  func look(at reduced: ReducedCase, _ isInterrupted: () -> Bool) -> Finding {
    let log = DiagnosticLog()
    let (model, input) = (folder.path("model.tflite"), folder.path("input.npz"))
    do {
      try reduced.model.write(model, log: log)
      try log.attempt { () throws(Diagnostic) in try NPZ.write(reduced.inputs, to: input) }
    } catch {
      return Finding(
        shows: false, text: log.diagnostics.last?.message ?? "the model cannot be written")
    }
    let line = command.replacing("{model}", with: "'\(model)'")
      .replacing("{input}", with: "'\(input)'")
    let code = ShellCommand.run(line, seconds: seconds, isInterrupted: isInterrupted)
    guard let code else { return Finding(shows: false, text: "the command cannot be started") }
    let shows = exitCode.map { $0 == code } ?? (code != 0 && !Self.notRun.contains(code))
    let text =
      switch code {
      case ShellCommand.timedOut: "the command took more than \(seconds) s"
      case 126: "the command ended with 126: the shell may not run it"
      case 127: "the command ended with 127: the shell does not find it"
      default: "the command ended with \(code)"
      }
    return Finding(shows: shows, text: text)
  }
}

extension Graph {
  /// Whether both have the same operators on the same values, whatever their constants and attributes.
  fileprivate func hasStructure(of other: Graph) -> Bool {
    guard values.count == other.values.count, inputs == other.inputs,
      nodes.count == other.nodes.count
    else { return false }
    return zip(nodes, other.nodes).allSatisfy {
      $0.operatorName == $1.operatorName && $0.inputs == $1.inputs && $0.outputs == $1.outputs
    }
  }
}

extension Model {
  /// A part of the graph, with unique names.
  func reduced(to part: Graph, inputs: [ValueID], outputs: [ValueID]) -> Model {
    var part = part
    part.compact()
    part.makeNamesUnique()
    return holding(part, inputs: inputs, outputs: outputs)
  }
}

extension TensorDifference {
  /// `'conv1' differs by 0.25 (2 steps), the largest value being 4`
  fileprivate func text(of name: String) -> String {
    "'\(name)' differs by \(Float(largest))" + (steps.map { " (\(counted($0, "step")))" } ?? "")
      + ", the largest value being \(shortDecimal(Float(magnitude)))"
  }
}
