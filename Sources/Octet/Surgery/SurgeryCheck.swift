public import OctetDiagnostics
import OctetFiles
import OctetIR
import OctetOps
import OctetRuntime

/// What has shown that a model which was cut or edited still computes what it did.
public struct SurgeryCheck: Sendable {
  /// Numbers of outputs that were compared on random inputs, all of which were equal to the last bit; nil where the models
  /// were not run.
  public let elements: Int?
  /// Why they were not run.
  public let reason: String?

  /// Reads the written file back, verifies it, and runs it and the model it was made of on the same random inputs, an
  /// operator a step.
  ///
  /// - Throws: after logging `OCT0923` where the file is not what it should be.
  fileprivate static func run(
    _ path: String, against whole: Model, inputs: [ValueID], outputs: [ValueID],
    log: DiagnosticLog
  ) throws(DiagnosticFailure) -> SurgeryCheck {
    let found = DiagnosticLog()
    func fault(_ message: String) -> DiagnosticFailure {
      log.failure(
        Diagnostic(
          .notExact, message, at: Location(file: path),
          notes: found.diagnostics.filter { $0.severity == .error }.map { $0.message },
          help: "report it with the model: the fault is Octet's"))
    }
    // A pipe cannot be read back.
    try log.attempt { () throws(Diagnostic) in _ = try MappedFile(path) }
    let written: Model
    do {
      written = try Model.open(path, ModelOptions(threads: whole.threads), log: found)
    } catch {
      throw fault("the written file does not read back")
    }
    guard written.graph.inputs.count == inputs.count, written.graph.outputs.count == outputs.count
    else { throw fault("the written file has other inputs or outputs") }
    let recorded: [ValueID: Tensor]
    let first: PreparedGraph
    do {
      // What is an output is computed in the run, even of constants.
      var graph = whole.graph
      graph.outputs = inputs + outputs.filter { !inputs.contains($0) }
      first = try PreparedGraph(
        graph, threads: whole.threads, keepsAllTensors: true, log: found)
      recorded = try first.record(
        inputs + outputs,
        on: try whole.randomInputs(
          like: written.graph.inputs.map { written.graph[$0].type }, inputs)
      )
    } catch let problem as Diagnostic {
      return SurgeryCheck(elements: nil, reason: problem.message)
    } catch {
      let problem = found.diagnostics.first { $0.severity == .error }
      return SurgeryCheck(elements: nil, reason: problem?.message ?? "it cannot be run")
    }
    let second: PreparedGraph
    do {
      second = try PreparedGraph(
        written.graph, threads: whole.threads, keepsAllTensors: true, log: found)
    } catch {
      throw fault("the written file cannot be run, and the model it was made of can")
    }
    for (id, view) in zip(inputs, second.inputs) {
      guard let tensor = recorded[id]?.stored(as: view.type) else {
        return SurgeryCheck(
          elements: nil, reason: "no random numbers can be given to '\(whole.graph[id].name)'")
      }
      view.copy(from: tensor)
    }
    second.invoke()
    var elements = 0
    for (id, view) in zip(outputs, second.outputs) {
      guard let expected = recorded[id] else { continue }
      guard expected.isSame(as: view.copy()) else {
        throw fault("output '\(whole.graph[id].name)' of the written file has other numbers")
      }
      elements += view.count
    }
    return SurgeryCheck(elements: elements, reason: nil)
  }

  /// One line for people.
  public var text: String {
    guard let elements else {
      return "verified by reading it back; not run: \(reason ?? "")"
    }
    return "verified: read back and run on random inputs, \(counted(elements, "number")) equal "
      + "to the last bit"
  }

  public var json: JSON {
    .members([
      ("equal_elements", elements.map { .int($0) }), ("not_run", reason.map { .string($0) }),
    ])
  }
}

extension Model {
  /// Writes a model that was cut or edited, and compares the file with what it was made of.
  ///
  /// - Parameters:
  ///   - whole: the model before.
  ///   - inputs: the tensors of `whole` that are the file's inputs, in order.
  ///   - outputs: those that are its outputs.
  /// - Returns: the size in bytes, and what was compared.
  /// - Throws: after logging `OCT0923` where the file is not what it should be.
  func write(
    _ path: String, checkedAgainst whole: Model, inputs: [ValueID], outputs: [ValueID],
    log: DiagnosticLog
  ) throws(DiagnosticFailure) -> (bytes: Int, check: SurgeryCheck) {
    let bytes = try write(path, log: log)
    return (
      bytes,
      try SurgeryCheck.run(path, against: whole, inputs: inputs, outputs: outputs, log: log)
    )
  }

  /// Random contents for each input. Where the model that is compared has codes for an input of real numbers, they are
  /// numbers that its codes stand for.
  fileprivate func randomInputs(
    like types: [TensorType], _ sources: [ValueID]
  ) throws(Diagnostic) -> [Tensor] {
    var generator = SplitMix64(seed: 1)
    var result: [Tensor] = []
    for input in graph.inputs {
      let own = graph[input].type
      var type = own
      if let place = sources.firstIndex(of: input), types[place].isQuantized, !own.isQuantized {
        type = types[place]
      }
      guard let tensor = Tensor.random(type, &generator)?.stored(as: own) else {
        throw Diagnostic(
          .noKernel, "no random numbers can be given to input '\(graph[input].name)'")
      }
      result.append(tensor)
    }
    return result
  }
}

extension PreparedGraph {
  /// Runs on these inputs and keeps some of the tensors.
  fileprivate func record(
    _ wanted: [ValueID], on tensors: [Tensor]
  ) throws(Diagnostic) -> [ValueID: Tensor] {
    for (view, tensor) in zip(inputs, tensors) { view.copy(from: tensor) }
    let wanted = Set(wanted)
    var result: [ValueID: Tensor] = [:]
    invoke(observing: { id, view in
      if wanted.contains(id) { result[id] = view.copy() }
    })
    try requireSoundRun()
    return result
  }
}

extension Tensor {
  /// Whether all numbers are equal, to the last bit: as stored, or as real numbers where the types differ.
  fileprivate func isSame(as other: Tensor) -> Bool {
    if type == other.type { return storage.bytes.elementsEqual(other.storage.bytes) }
    guard let values = realValues, let others = other.realValues else { return false }
    return values.elementsEqual(others) { $0.bitPattern == $1.bitPattern }
  }
}
