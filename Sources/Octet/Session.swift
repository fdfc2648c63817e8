public import OctetDiagnostics
public import OctetData
public import OctetIR
import OctetOps
import OctetRuntime

/// A model prepared once, to run any number of times on raw tensors, without preprocessing.
///
/// ```swift
/// let session = try Session(model, log: log)
/// let result = try session.run([(nil, Tensor([1, 28, 28, 1], pixels))], log: log)
/// ```
/// One session serves one thread at a time.
public final class Session {
  private let prepared: PreparedGraph
  private let path: String
  /// Names of the inputs and outputs, unique.
  public let inputNames: [String]
  public let outputNames: [String]

  /// Prepares the model; one that comes from a framework is converted first, so its images are
  /// channels-last.
  public init(_ model: Model, log: DiagnosticLog) throws(DiagnosticFailure) {
    let graph = try model.runnable(log: log).graph
    prepared = try PreparedGraph(graph, log: log)
    path = model.path
    inputNames = uniqued(graph.inputs.map { graph[$0].name })
    outputNames = uniqued(graph.outputs.map { graph[$0].name })
  }

  /// - Parameter inputs: by name or, without one, in the model's order; in the types and shapes of the
  ///   model's inputs.
  /// - Throws: after logging every input that is missing, unknown or does not fit (`OCT0702`).
  public func run(
    _ inputs: [(name: String?, tensor: Tensor)], log: DiagnosticLog
  ) throws(DiagnosticFailure) -> RunResult {
    var isGiven = [Bool](repeating: false, count: inputNames.count)
    for (name, tensor) in inputs {
      do throws(Diagnostic) {
        let position = try position(of: name, isGiven)
        isGiven[position] = true
        try write(tensor, to: position)
      } catch {
        log.add(error.located(Location(file: path)))
      }
    }
    for (name, given) in zip(inputNames, isGiven) where !given && !log.hasErrors {
      log.add(
        Diagnostic(
          .inputMismatch, "input '\(name)' is not given", at: Location(file: path),
          helps: [.init("give it", arguments: ["--input", "\(name)=FILE.npy"])]))
    }
    try log.throwIfErrors()
    prepared.invoke()
    return RunResult(
      outputs: zip(outputNames, prepared.outputs).map { NamedTensor($0, $1.copy()) })
  }

  private func position(of name: String?, _ isGiven: [Bool]) throws(Diagnostic) -> Int {
    guard let name else {
      if let position = isGiven.firstIndex(of: false) { return position }
      throw Diagnostic(
        .inputMismatch, "more inputs are given than the model's \(inputNames.count)")
    }
    guard let position = inputNames.firstIndex(of: name) else {
      throw Diagnostic(
        .inputMismatch, "the model has no input '\(name)'",
        notes: ["its inputs are " + inputNames.joined(separator: ", ")]
      ).suggesting(name, from: inputNames)
    }
    if isGiven[position] { throw Diagnostic(.inputMismatch, "input '\(name)' is given twice") }
    return position
  }

  private func write(_ tensor: Tensor, to position: Int) throws(Diagnostic) {
    let input = prepared.inputs[position]
    guard tensor.type.element == input.element, tensor.extents == input.extents else {
      throw Diagnostic(
        .inputMismatch,
        "input '\(inputNames[position])' is \(input.type.text), not \(tensor.type.text)",
        help: "raw tensors are given in the model's own type and shape")
    }
    UnsafeMutableRawBufferPointer(start: input.base, count: tensor.storage.bytes.count)
      .copyMemory(from: tensor.storage.bytes)
  }
}

/// The outputs of a run, in the model's order and types.
public struct RunResult: Sendable {
  public let outputs: [NamedTensor]

  /// Writes an `.npz` whose entries have the outputs' names.
  public func save(_ path: String, log: DiagnosticLog) throws(DiagnosticFailure) {
    try log.attempt { () throws(Diagnostic) in try NPZ.write(outputs, to: path) }
  }

  /// For each output `prob: f32[1,10]` and the largest elements of a vector, or the first elements of
  /// anything else, as real numbers.
  public var text: String {
    outputs.map { output in
      var text = "\(output.name): \(output.tensor.type.text)"
      guard let values = output.tensor.realValues else { return text }
      if output.tensor.extents.filter({ $0 > 1 }).count == 1 {
        let order = values.indices.sorted { (values[$0], $1) > (values[$1], $0) }
        for index in order.prefix(5) { text += "\n  \(index)  \(values[index])" }
      } else {
        text += "\n  " + values.prefix(8).map { "\($0)" }.joined(separator: ", ")
        if values.count > 8 { text += ", …" }
      }
      return text
    }.joined(separator: "\n")
  }

  /// Elements are in the outputs' own types; beside integers stands what they mean.
  public var json: JSON {
    .members([
      (
        "outputs",
        .array(
          outputs.map { output in
            .members([
              ("name", .string(output.name)), ("type", .string(output.tensor.type.element.name)),
              ("shape", .ints(output.tensor.extents)),
              ("quantization", output.tensor.type.quantization?.json),
              ("values", Self.values(output.tensor).map { .array($0) }),
            ])
          })
      )
    ])
  }

  private static func values(_ tensor: Tensor) -> [JSON]? {
    switch tensor.type.element {
    case .float32: tensor.storage.array(of: Float.self).map { .number(Double($0)) }
    case .int8: tensor.storage.array(of: Int8.self).map { .int(Int($0)) }
    case .uint8: tensor.storage.array(of: UInt8.self).map { .int(Int($0)) }
    case .int32: tensor.storage.array(of: Int32.self).map { .int(Int($0)) }
    default: nil
    }
  }
}

extension NamedTensor {
  /// The tensors of a file: of an `.npz` each under its own name, of an `.npy` one under `name`.
  ///
  /// Throws `OCT0101` or `OCT0108`.
  public static func inputs(
    _ path: String, name: String?
  ) throws(Diagnostic) -> [(name: String?, tensor: Tensor)] {
    // Read once: a pipe has nothing left for a second time.
    let bytes = try readFile(path)
    if ZipArchive.isZip(bytes) {
      guard name == nil else {
        throw Diagnostic(
          .invalidData, "'\(path)' is an .npz, which names its tensors itself",
          at: Location(file: path), help: "give it without NAME=")
      }
      return try NPZ.tensors(bytes, file: path).map { ($0.name, $0.tensor) }
    }
    return [(name, try NPY.tensor(bytes, file: path))]
  }
}

/// The names, with `#1`, `#2`… behind those that are empty or repeat an earlier one.
private func uniqued(_ names: [String]) -> [String] {
  var taken = Set(names)
  var seen: Set<String> = []
  return names.map { name in
    if !name.isEmpty, seen.insert(name).inserted { return name }
    var suffix = 1
    while !taken.insert("\(name)#\(suffix)").inserted { suffix += 1 }
    return "\(name)#\(suffix)"
  }
}
