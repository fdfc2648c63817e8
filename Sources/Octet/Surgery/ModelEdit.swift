import OctetData
public import OctetDiagnostics
import OctetIR
public import OctetQuantize
import OctetTFLite

/// A model with other names, ends or types of its ends, which computes the same.
///
/// ```swift
/// let edit = try ModelEdit(model, ModelEdit.Options(inputType: .float32), log: log)
/// let check = try edit.write("float_ends.tflite", log: log)
/// ```
public struct ModelEdit: Sendable {
  public struct Options: Sendable {
    /// `OLD=NEW`, a tensor and its name to be.
    public var renames: [String] = []
    /// Outputs to leave out.
    public var dropOutputs: [String] = []
    /// The type of the inputs and of the outputs that hold real numbers; nil to leave them.
    public var inputType: InterfaceType?
    public var outputType: InterfaceType?
    /// Whether to write nothing but the graph: no archive behind it, no entries, no places of operators in their sources,
    /// no signatures.
    public var stripsMetadata = false

    public init(inputType: InterfaceType? = nil, outputType: InterfaceType? = nil) {
      self.inputType = inputType
      self.outputType = outputType
    }
  }

  public private(set) var model: Model
  /// What is different now, a line each.
  public private(set) var changes: [String] = []
  private let before: Model
  /// Those of the outputs before that are left.
  private var outputs: [ValueID]

  /// - Throws: after logging a tensor that is not there (`OCT0920`) or a change that cannot be made (`OCT0924`).
  public init(
    _ source: Model, _ options: Options, log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    before = try source.runnable(log: log)
    model = before
    outputs = before.graph.outputs
    let renames = try before.renames(options.renames, log: log)
    try drop(try before.tensors(named: options.dropOutputs, log: log), log)
    try rename(renames, log)
    try log.attempt(at: Location(file: before.path)) { () throws(Diagnostic) in
      if let type = options.inputType {
        for place in model.graph.inputs.indices {
          changes += try model.graph.setInput(place, type)
        }
      }
      if let type = options.outputType {
        for place in model.graph.outputs.indices {
          changes += try model.graph.setOutput(place, type)
        }
      }
    }
    if options.stripsMetadata { strip() }
    model.graph.compact()
    model.graph.makeNamesUnique()
  }

  /// Writes the model, reads it back and compares it with what it was.
  ///
  /// - Returns: the size in bytes, and what was compared.
  public func write(
    _ path: String, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> (bytes: Int, check: SurgeryCheck) {
    try model.write(
      path, checkedAgainst: before, inputs: before.graph.inputs, outputs: outputs, log: log)
  }

  /// The inputs and outputs as they are now: `input 'x': f32[1,8]`.
  public var ends: [String] {
    model.graph.inputs.map { "input " + model.graph[$0].text }
      + model.graph.outputs.map { "output " + model.graph[$0].text }
  }

  private mutating func drop(
    _ dropped: [ValueID], _ log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    guard !dropped.isEmpty else { return }
    let graph = before.graph
    let place = Location(file: before.path)
    for id in dropped where !graph.outputs.contains(id) {
      log.add(
        Diagnostic(
          .invalidEdit, "'\(graph[id].name)' is no output of the model", at: place,
          notes: [
            "its outputs are "
              + graph.outputs.map { "'\(graph[$0].name)'" }.joined(separator: ", ")
          ]))
    }
    try log.throwIfErrors()
    outputs.removeAll { dropped.contains($0) }
    guard !outputs.isEmpty else {
      throw log.failure(
        Diagnostic(
          .invalidEdit, "no output would be left", at: place,
          help: "keep one, or make other tensors the outputs with --outputs"))
    }
    model.graph.outputs = outputs
    var rest = model.graph
    let kept = rest.compact().count
    let names = outputs.map { graph[$0].name }
    model.detector = model.detector.flatMap { try? Detector($0) }?.reading(only: names)?.text
    changes += dropped.map { "output '\(graph[$0].name)' dropped" }
    if kept < graph.nodes.count {
      changes.append(
        counted(graph.nodes.count - kept, "operator") + " that nothing else needs dropped")
    }
    let others = model.metadata.signatures.filter { $0.graph == nil }
    model.metadata.signatures.removeAll { $0.graph == nil }
    changes += others.map { "signature '\($0.key ?? "")', which counts the outputs, dropped" }
  }

  private mutating func rename(
    _ renames: [(id: ValueID, name: String)], _ log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    let graph = before.graph
    for (id, name) in renames {
      model.graph[id].name = name
      changes.append("'\(graph[id].name)' is called '\(name)'")
    }
    let renamed = Set(renames.map { $0.id })
    var names: [String: String] = [:]
    for (id, name) in renames where outputs.contains(id) { names[graph[id].name] = name }
    for (id, name) in renames {
      let other = graph.values.indices.first {
        ValueID($0) != id && model.graph.values[$0].name == name
      }
      guard let other else { continue }
      log.add(
        Diagnostic(
          .invalidEdit, "two tensors would be called '\(name)'", at: Location(file: before.path),
          notes: renamed.contains(ValueID(other))
            ? ["'\(graph.values[other].name)' and '\(graph[id].name)' are both to be"] : [],
          help: "rename the other one, too"))
    }
    try log.throwIfErrors()
    if !names.isEmpty {
      model.detector =
        model.detector.flatMap { try? Detector($0) }?.reading(outputsRenamed: names).text
    }
  }

  private mutating func strip() {
    let had = model.metadata
    if let files = had.files { changes.append("archive of \(files.byteCount) bytes stripped") }
    changes += had.others.map {
      "metadata '\($0.name)' of \($0.contents.bytes.count) bytes stripped"
    }
    if had.preprocessing != nil { changes.append("preprocessing stripped") }
    if had.detector != nil { changes.append("detector stripped") }
    changes.append("where operators come from stripped")
    changes += (["serving_default"] + had.signatures.map { $0.key ?? "" }).enumerated().map {
      "signature '\($0 == 0 ? had.signatureKey ?? $1 : $1)' stripped"
    }
    model.metadata = .stripped
    model.graph.dropProvenance()
  }
}

extension Model {
  /// Takes `OLD=NEW` apart at the first `=` behind the name of a tensor.
  ///
  /// - Throws: after logging `OCT0920` for tensors that the model does not have, `OCT0924` for one that is named twice.
  fileprivate func renames(
    _ texts: [String], log: DiagnosticLog
  ) throws(DiagnosticFailure) -> [(id: ValueID, name: String)] {
    var result: [(id: ValueID, name: String)] = []
    for text in texts {
      let places = text.indices.filter { text[$0] == "=" && $0 > text.startIndex }
      let found = places.first { equals in
        let quiet = DiagnosticLog()
        return (try? tensors(named: [String(text[..<equals])], log: quiet))?.count == 1
      }
      guard let equals = found ?? places.first else { continue }
      let id = try tensors(named: [String(text[..<equals])], log: log)[0]
      if result.contains(where: { $0.id == id }) {
        throw log.failure(
          Diagnostic(
            .invalidEdit, "'\(graph[id].name)' is renamed twice", at: Location(file: path),
            help: "give it one name"))
      }
      result.append((id, String(text[text.index(after: equals)...])))
    }
    return result
  }
}
