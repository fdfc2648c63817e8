import OctetData
public import OctetDiagnostics
import OctetIR
import OctetOps
import OctetRuntime

extension Session {
  /// Runs on a stream: tensors whose first extent holds several runs' inputs, one after the other. What the model keeps
  /// in variables stays from one run to the next, and the outputs of all runs lie one after the other too.
  ///
  /// - Parameter stream: as for `run`, tensors alone, all for the same number of runs.
  /// - Throws: after logging what does not fit (`OCT0702`), or what a run has found wrong.
  public func run(
    stream: [(name: String?, input: Input)], log: DiagnosticLog
  ) throws(DiagnosticFailure) -> RunResult {
    let parts = try log.attempt(at: Location(file: path)) { () throws(Diagnostic) in
      try split(stream)
    }
    prepared.keepsVariables = true
    defer { prepared.keepsVariables = false }
    var results: [RunResult] = []
    for inputs in parts { results.append(try run(inputs, log: log)) }
    return try log.attempt(at: Location(file: path)) { () throws(Diagnostic) in
      RunResult(
        outputs: try outputNames.enumerated().map { index, name throws(Diagnostic) in
          NamedTensor(name, try joined(results.map { $0.outputs[index].tensor }, name))
        })
    }
  }

  /// The inputs of each run.
  private func split(
    _ stream: [(name: String?, input: Input)]
  ) throws(Diagnostic) -> [[(name: String?, tensor: Tensor)]] {
    var isGiven = [Bool](repeating: false, count: inputNames.count)
    var runs: [[(name: String?, tensor: Tensor)]] = []
    for (number, (name, input)) in stream.enumerated() {
      let place = try position(of: name, isGiven)
      isGiven[place] = true
      let wanted = prepared.inputs[place]
      guard case .tensor(let tensor) = input, let first = wanted.extents.first,
        let length = tensor.extents.first, length > 0, length % first == 0,
        tensor.extents.dropFirst().elementsEqual(wanted.extents.dropFirst()),
        tensor.type.element == wanted.element, number == 0 || runs.count == length / first
      else {
        throw Diagnostic(
          .inputMismatch, "input '\(inputNames[place])' is no stream of \(wanted.type.text)",
          help: "give tensors with a multiple of its first extent, the same for all inputs")
      }
      if number == 0 { runs = Array(repeating: [], count: length / first) }
      let size = tensor.storage.bytes.count / runs.count
      for run in runs.indices {
        let part = Storage(byteCount: size)
        part.mutableBytes.copyMemory(
          from: UnsafeRawBufferPointer(
            rebasing: tensor.storage.bytes[run * size..<(run + 1) * size]))
        runs[run].append((inputNames[place], Tensor(wanted.type, part)))
      }
    }
    return runs
  }

  /// Tensors one after the other along the first dimension; those without dimensions as a vector.
  private func joined(_ tensors: [Tensor], _ name: String) throws(Diagnostic) -> Tensor {
    let first = tensors[0]
    guard tensors.allSatisfy({ $0.extents.dropFirst() == first.extents.dropFirst() }) else {
      throw Diagnostic(
        .inputMismatch, "output '\(name)' has other shapes in other runs of the stream",
        help: "run the model on each part of the stream")
    }
    let storage = Storage(byteCount: tensors.reduce(0) { $0 + $1.storage.bytes.count })
    var place = 0
    for tensor in tensors {
      let bytes = tensor.storage.bytes
      UnsafeMutableRawBufferPointer(rebasing: storage.mutableBytes[place..<place + bytes.count])
        .copyMemory(from: bytes)
      place += bytes.count
    }
    var type = first.type
    type.shape = Shape(
      [tensors.reduce(0) { $0 + ($1.extents.first ?? 1) }] + first.extents.dropFirst())
    return Tensor(type, storage)
  }
}
