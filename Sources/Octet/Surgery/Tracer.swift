public import OctetData
public import OctetDiagnostics
import OctetIR
import OctetImport
import OctetOps
import OctetRuntime

/// Runs a model an operator at a time and keeps what each tensor holds.
///
/// ```swift
/// let tracer = try Tracer(model, log: log)
/// let trace = try tracer.run(.random, log: log)
/// try trace.save("trace.npz", log: log)
/// ```
public final class Tracer {
  /// What goes into a run.
  public enum Feed {
    /// As `Session.run` takes them.
    case inputs([(name: String?, input: Session.Input)])
    case sample(Dataset, Int, Preprocessing)
    /// Random contents, always the same.
    case random
  }

  let model: Model
  private let session: Session
  private let names: [String]
  private let makers: [Int?]
  private let kept: Set<Int>
  private let watched: Set<Int>

  /// - Parameters:
  ///   - tensors: names or patterns of those to keep, or `#index`.
  ///   - watching: of those that statistics are wanted of.
  /// - Throws: after logging what cannot be run (`OCT0701`…), or a tensor that is not there (`OCT0920`).
  public convenience init(
    _ source: Model, tensors: [String] = ["*"], watching: [String] = [], log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    try self.init(
      runnable: try source.runnable(log: log), tensors: tensors, watching: watching, log: log)
  }

  /// - Parameter model: runs as it is.
  init(
    runnable model: Model, tensors: [String], watching: [String], log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    self.model = model
    session = try Session(runnable: model, keepsAllTensors: true, log: log)
    names = model.graph.uniqueValueNames()
    makers = model.graph.producers()
    kept = model.flowing(tensors, session.prepared.graph, names, log)
    watched = model.flowing(watching, session.prepared.graph, names, log)
    try log.throwIfErrors()
  }

  /// The model's inputs among the arrays of a trace; nil where it has none of them.
  public func inputs(in arrays: [NamedTensor]) -> Feed? {
    let types = session.prepared.inputs.map { $0.type }
    var result: [(name: String?, input: Session.Input)] = []
    for (name, type) in zip(session.inputNames, types) {
      for key in TensorTrace.keys(of: name, type) {
        guard let tensor = arrays.first(where: { $0.name == key })?.tensor else { continue }
        let single = tensor.inSinglePrecision ?? tensor
        guard let stored = single.stored(as: type) else { continue }
        result.append((name, .tensor(stored)))
        break
      }
    }
    return result.isEmpty ? nil : .inputs(result)
  }

  /// - Parameter stopsAtNotFinite: whether to look for the first tensor with a NaN or an infinity, and keep nothing behind
  ///   it.
  public func run(
    _ feed: Feed, preprocessing: Preprocessing? = nil, stopsAtNotFinite: Bool = false,
    log: DiagnosticLog
  ) throws(DiagnosticFailure) -> TensorTrace {
    switch feed {
    case .inputs(let inputs):
      try session.choose(preprocessing, for: inputs, log: log)
      try session.fill(inputs, log: log)
      return try run(stopsAtNotFinite, log)
    case .random:
      var generator = SplitMix64(seed: 1)
      for (name, view) in zip(session.inputNames, session.prepared.inputs) {
        guard let tensor = Tensor.random(view.type, &generator) else {
          throw log.failure(
            Diagnostic(
              .inputMismatch, "there are no random contents for input '\(name)'",
              at: Location(file: model.path),
              helps: [.init("give it", arguments: ["--input", "\(name)=FILE.npy"])],
              tensors: ["\(name): \(view.type.text)"]))
        }
        view.copy(from: tensor)
      }
      return try run(stopsAtNotFinite, log)
    case .sample(let dataset, let index, let preprocessing):
      let loop = try log.attempt(at: Location(file: model.path)) { () throws(Diagnostic) in
        try SampleLoop(session.prepared, readsOutputs: false)
      }
      let feeder = try SampleFeeder(dataset, model, preprocessing, log: log)
      let batch = try log.attempt { () throws(Diagnostic) in try feeder.batch([index]) }
      var result = TensorTrace(entries: [], names: Set(names))
      try loop.forEachGroup(of: batch) { _ throws(DiagnosticFailure) in
        result = try run(stopsAtNotFinite, log)
      }
      return result
    }
  }

  private func run(
    _ stopsAtNotFinite: Bool, _ log: DiagnosticLog
  ) throws(DiagnosticFailure) -> TensorTrace {
    var result = TensorTrace(entries: [], names: Set(names))
    session.prepared.invoke(observing: { [makers, names, kept, watched, model] id, view in
      guard result.notFinite == nil else { return }
      let (isKept, isWatched) = (kept.contains(id.index), watched.contains(id.index))
      if isKept || isWatched {
        let node = makers[id.index].map { model.graph.nodes[$0] }
        result.entries.append(
          TensorTrace.Entry(
            name: names[id.index], tensor: view.copy(), index: makers[id.index],
            op: node?.operatorName, location: node?.location, id: id, isKept: isKept,
            isWatched: isWatched))
      }
      if stopsAtNotFinite { result.notFinite = self.notFinite(id, view) }
    })
    try log.attempt(at: Location(file: model.path)) { () throws(Diagnostic) in
      try session.prepared.requireSoundRun()
    }
    return result
  }

  /// `OCT0925` for a tensor with numbers that are not finite, all those before it being finite; nil for another.
  private func notFinite(_ id: ValueID, _ view: TensorView) -> Diagnostic? {
    guard view.element == .float32 else { return nil }
    let statistics = TensorStatistics(UnsafeBufferPointer(start: view.float32, count: view.count))
    guard statistics.notFinite > 0 else { return nil }
    let (graph, name) = (model.graph, names[id.index])
    let counts = "\(statistics.nans) NaN and \(statistics.infinities) infinite of \(view.count)"
    guard let maker = makers[id.index] else {
      return Diagnostic(
        .tensorNotFinite, "input '\(name)' holds \(counts) numbers", at: Location(file: model.path),
        help: "give numbers that are finite", tensors: ["\(name): \(view.type.text)"])
    }
    let node = graph.nodes[maker]
    var notes: [String] = []
    for case let input? in node.inputs {
      guard let constant = graph[input].constant, graph[input].type.element == .float32 else {
        continue
      }
      let own = TensorStatistics(constant.array(of: Float.self))
      if own.notFinite > 0 {
        notes.append(
          "its constant '\(graph[input].name)' holds \(own.nans) NaN and \(own.infinities) infinite"
        )
      }
    }
    if notes.isEmpty { notes = ["what it reads is finite"] }
    return Diagnostic(
      .tensorNotFinite,
      "operator \(maker) (\(node.operatorName)) makes \(counts) numbers of '\(name)'",
      at: node.location.completed(by: Location(file: model.path)), notes: notes,
      helps: [
        .init(
          "see what it reads",
          arguments: node.inputs.compactMap { $0 }
            .filter { graph[$0].constant == nil }.flatMap { ["--watch", names[$0.index]] })
      ], tensors: ["\(name): \(view.type.text)"])
  }
}

extension Model {
  /// The indices of inputs and results that patterns mean. Logs `OCT0920` for a pattern that means none.
  ///
  /// - Parameter graph: as it is run, where some results are constants.
  fileprivate func flowing(
    _ patterns: [String], _ graph: Graph, _ names: [String], _ log: DiagnosticLog
  ) -> Set<Int> {
    let flowing = graph.inputs + graph.nodes.flatMap { $0.outputs }
    var result: Set<Int> = []
    for text in patterns {
      let pattern = NamePattern(text)
      let found = flowing.map { $0.index }.filter {
        pattern.matches(names[$0]) || text == "#\($0)"
      }
      if found.isEmpty {
        var problem = noSuchTensor(text)
        if names.indices.contains(where: {
          names[$0] == text && graph.values[$0].constant != nil
        }) {
          problem.notes.append("it is a constant, which is the same in each run")
        }
        log.add(problem)
      }
      result.formUnion(found)
    }
    return result
  }
}
