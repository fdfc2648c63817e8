import OctetData
public import OctetDiagnostics
public import OctetIR
import OctetOps
import OctetRuntime

extension Model {
  /// Runs the model once on raw tensors, without preprocessing.
  ///
  /// - Parameter inputs: by name, in the types and shapes of the model's inputs; a model that comes from
  ///   a framework is converted first, so its images are channels-last.
  /// - Returns: names and contents of the outputs, in the model's order.
  public func run(
    _ inputs: [(name: String?, tensor: Tensor)], log: DiagnosticLog
  ) throws(DiagnosticFailure) -> [(name: String, tensor: Tensor)] {
    let model = try runnable(log: log)
    let graph = model.graph
    let names = graph.uniqueValueNames()
    let prepared = try PreparedGraph(graph, log: log)
    let inputNames = graph.inputs.map { names[$0.index] }
    var isGiven = [Bool](repeating: false, count: inputNames.count)
    for (name, tensor) in inputs {
      let position = name.map { inputNames.firstIndex(of: $0) } ?? isGiven.firstIndex(of: false)
      guard let position else {
        log.add(unknown(name, inputNames))
        continue
      }
      isGiven[position] = true
      let input = prepared.inputs[position]
      guard tensor.type.element == input.element, tensor.extents == input.extents else {
        log.add(
          Diagnostic(
            .inputMismatch,
            "input '\(inputNames[position])' is \(input.type.text), not \(tensor.type.text)",
            at: Location(file: path),
            help: tensor.type.element == input.element
              ? "give a tensor of that shape, or change the model's with --input-shape"
              : "raw tensors are given in the model's own type"))
        continue
      }
      UnsafeMutableRawBufferPointer(start: input.base, count: tensor.storage.bytes.count)
        .copyMemory(from: tensor.storage.bytes)
    }
    for (name, given) in zip(inputNames, isGiven) where !given && !log.hasErrors {
      log.add(
        Diagnostic(
          .inputMismatch, "input '\(name)' is not given", at: Location(file: path),
          helps: [.init("give it", arguments: ["--input", "\(name)=FILE.npy"])]))
    }
    try log.throwIfErrors()
    prepared.invoke()
    return zip(graph.outputs, prepared.outputs).map { (names[$0.index], $1.copy()) }
  }

  private func unknown(_ name: String?, _ inputs: [String]) -> Diagnostic {
    guard let name else {
      return Diagnostic(
        .inputMismatch, "more inputs are given than the model's \(inputs.count)",
        at: Location(file: path))
    }
    return Diagnostic(
      .inputMismatch, "the model has no input '\(name)'", at: Location(file: path),
      notes: ["its inputs are " + inputs.joined(separator: ", ")]
    ).suggesting(name, from: inputs)
  }
}
