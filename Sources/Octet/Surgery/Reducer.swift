import OctetData
import OctetDiagnostics
import OctetIR

/// Makes a part of a model smaller as long as it shows a failure.
struct Reducer {
  private let model: Model
  private var graph: Graph { model.graph }
  private let contents: [ValueID: Tensor]
  private let test: any FailureTest
  private let progress: (String) -> Void
  private let isInterrupted: () -> Bool
  private let makers: [Int?]
  private let isFixed: [Bool]
  private var tried: Set<ReductionPart> = []
  private var best: (part: ReductionPart, reduced: ReducedCase, finding: String)?
  private(set) var tests = 0
  private(set) var wasInterrupted = false
  /// What the last part that was tried has shown.
  private(set) var lastText =
    "no part of it can be tried: a model beside it needs tensors of the same names"

  private struct Interrupted: Error {}

  init(
    _ model: Model, _ contents: [ValueID: Tensor], _ test: any FailureTest,
    progress: @escaping (String) -> Void, isInterrupted: @escaping () -> Bool
  ) {
    self.model = model
    self.contents = contents
    self.test = test
    self.progress = progress
    self.isInterrupted = isInterrupted
    makers = model.graph.producers()
    isFixed = model.graph.isFixed()
  }

  /// - Returns: nil where the whole model does not show the failure.
  mutating func run() -> (ReducedCase, finding: String)? {
    do throws(Interrupted) {
      let whole = ReductionPart(
        places: Array(graph.nodes.indices),
        outputs: graph.outputs.filter { makers[$0.index] != nil })
      guard try shows(whole) else { return nil }
      try bisect()
      while try shrink() {}
      try narrow()
    } catch {
      wasInterrupted = true
    }
    return best.map { ($0.reduced, $0.finding) }
  }

  /// Leaves out what follows, then what comes before: halves of what is left, at each cut of which all that crosses it is
  /// an output or an input.
  private mutating func bisect() throws(Interrupted) {
    let count = graph.nodes.count
    var (good, bad) = (0, count)
    while bad - good > 1 {
      let middle = (good + bad) / 2
      if try shows(slice(0..<middle)) { bad = middle } else { good = middle }
    }
    let end = bad
    (good, bad) = (0, end)
    while bad - good > 1 {
      let middle = (good + bad) / 2
      if try shows(slice(middle..<end)) { good = middle } else { bad = middle }
    }
  }

  /// Consecutive nodes, with all outputs that others or the model need.
  private func slice(_ places: Range<Int>) -> ReductionPart {
    var wanted = Set(graph.outputs)
    for node in graph.nodes[places.upperBound...] {
      wanted.formUnion(node.inputs.compactMap { $0 })
    }
    return ReductionPart(
      places: Array(places),
      outputs: places.filter { !isFixed[$0] }.flatMap { graph.nodes[$0].outputs }
        .filter { wanted.contains($0) })
  }

  /// Tries once to leave out each output and each node.
  ///
  /// - Returns: whether anything could be left out.
  private mutating func shrink() throws(Interrupted) -> Bool {
    guard let before = best?.part else { return false }
    for output in before.outputs where before.outputs.count > 1 {
      var part = before
      part.outputs = [output]
      if try shows(part) { break }
    }
    for output in before.outputs {
      guard var part = best?.part, part.outputs.count > 1, part.outputs.contains(output) else {
        continue
      }
      part.outputs.removeAll { $0 == output }
      _ = try shows(part)
    }
    for place in before.places.reversed() {
      for smaller in parts(without: place) where try shows(smaller) { break }
    }
    return best?.part != before
  }

  /// The smallest part so far without a node: what it reads becomes outputs, what it makes becomes inputs, or is taken for
  /// what it reads.
  private func parts(without place: Int) -> [ReductionPart] {
    guard let part = best?.part, part.places.contains(place) else { return [] }
    let node = graph.nodes[place]
    var rest = part
    rest.places.removeAll { $0 == place }
    rest.outputs.removeAll { node.outputs.contains($0) }
    let others = rest.nodes(of: graph)
    let isRead = others.contains { other in
      other.inputs.contains { $0.map { node.outputs.contains($0) } ?? false }
    }
    let made = Set(others.flatMap { $0.outputs })
    var result: [ReductionPart] = []
    if !isRead {
      var front = rest
      for case let input? in node.inputs.map({ $0.map(part.source) })
      where made.contains(input) && !front.outputs.contains(input)
        && !(makers[input.index].map { isFixed[$0] } ?? false)
      {
        front.outputs.append(input)
      }
      result.append(front)
    }
    if isRead || rest.outputs.isEmpty == false { result.append(rest) }
    if isRead, node.outputs.count == 1 {
      let output = node.outputs[0]
      for case let input? in node.inputs
      where graph[input].constant == nil && graph[input].type.element == graph[output].type.element
        && graph[input].type.shape == graph[output].type.shape
      {
        var bypass = rest
        bypass.bypassed[output] = input
        result.append(bypass)
      }
    }
    return result.filter { !$0.outputs.isEmpty }
  }

  /// Halves the inputs along each dimension, those of one extent together.
  private mutating func narrow() throws(Interrupted) {
    for place in best?.reduced.inputs.indices ?? 0..<0 {
      for axis in best?.reduced.inputs[place].tensor.extents.indices ?? 0..<0 {
        while try halve(place, axis) {}
      }
    }
  }

  private mutating func halve(_ place: Int, _ axis: Int) throws(Interrupted) -> Bool {
    guard let (part, reduced, _) = best else { return false }
    let (_, sources) = graph.part(part.nodes(of: graph), outputs: part.outputs)
    let extents = reduced.inputs[place].tensor.extents
    guard extents[axis] > 1 else { return false }
    for isFirst in [true, false] {
      var smaller = part
      for (source, input) in zip(sources, reduced.inputs)
      where input.tensor.extents.count == extents.count
        && input.tensor.extents[axis] == extents[axis]
      {
        let window = part.windows[source] ?? TensorWindow(input.tensor.extents)
        smaller.windows[source] = window.half(axis, isFirst: isFirst)
      }
      if try shows(smaller) { return true }
    }
    return false
  }

  /// Whether a part shows the failure; it is the best one then.
  private mutating func shows(_ part: ReductionPart) throws(Interrupted) -> Bool {
    let part = part.normalised(in: graph, makers, isFixed)
    guard !part.places.isEmpty, tried.insert(part).inserted, let reduced = reduced(part) else {
      return false
    }
    if isInterrupted() { throw Interrupted() }
    let found = test.look(at: reduced, isInterrupted)
    // What an interruption has ended shows nothing.
    if isInterrupted() { throw Interrupted() }
    tests += 1
    lastText = found.text
    let last = part.outputs.last.map { graph[$0].name } ?? ""
    let narrowed = reduced.inputs.map { $0.tensor.type.text }.joined(separator: ", ")
    progress(
      "\(part.places.count) of \(counted(graph.nodes.count, "operator"))"
        + (part.windows.isEmpty ? "" : ", of \(narrowed)") + ", to '\(last)': "
        + (found.shows ? "shows it: " : "does not: ") + found.text)
    if found.shows { best = (part, reduced, found.text) }
    return found.shows
  }

  /// The part as a model; nil where it is none.
  private func reduced(_ part: ReductionPart) -> ReducedCase? {
    let (cut, sources) = graph.part(part.nodes(of: graph), outputs: part.outputs)
    guard cut.outputs.count == part.outputs.count,
      let counterpart = test.counterpart(of: part, sources: sources)
    else { return nil }
    var small = model.reduced(to: cut, inputs: sources, outputs: part.outputs)
    var generator = SplitMix64(seed: 1)
    var inputs: [NamedTensor] = []
    for (source, input) in zip(sources, small.graph.inputs) {
      guard let tensor = contents[source] ?? .random(graph[source].type, &generator) else {
        return nil
      }
      let window = part.windows[source]
      inputs.append(
        NamedTensor(small.graph[input].name, window.map { tensor.within($0) } ?? tensor))
    }
    var other: Model?
    if case .model(let model) = counterpart { other = model }
    if !part.windows.isEmpty {
      let shapes = inputs.map { $0.tensor.type.shape }
      guard small.graph.take(shapes), other?.graph.take(shapes) ?? true else { return nil }
    }
    guard small.graph.verify(into: DiagnosticLog()) else { return nil }
    return ReducedCase(model: small, inputs: inputs, counterpart: other)
  }
}
