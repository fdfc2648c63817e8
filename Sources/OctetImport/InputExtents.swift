package import OctetDiagnostics
import OctetIR

/// The extents of a model's input: those that the user gives, else the model's own with a batch of one.
package struct InputExtents {
  let name: String
  /// What the model says, -1 where it leaves an extent open; nil where it does not even say how many there are.
  private let own: [Int]?
  /// As far as they are known, -1 elsewhere.
  private let extents: [Int]?
  /// Whether an open batch became 1.
  private let isBatchChosen: Bool

  init(_ name: String, _ own: [Int]?, _ options: ImportOptions) {
    self.name = name
    self.own = own
    if let given = options.inputShapes[name] {
      extents = given
      isBatchChosen = false
      return
    }
    guard var extents = own, !extents.isEmpty else {
      self.extents = own
      isBatchChosen = false
      return
    }
    // Height, width and channels of a picture without a batch.
    let isPicture = extents.count == 3 && extents[1] == -1 && [1, 3, 4].contains(extents[2])
    let isOpen = extents[0] == -1 && !isPicture
    if isOpen { extents[0] = 1 }
    if let batch = options.batch, !isPicture { extents[0] = batch }
    self.extents = extents
    isBatchChosen = isOpen && options.batch == nil
  }

  /// Nil where one is open, or where they are those of no tensor.
  var known: [Int]? {
    guard let extents, extents.allSatisfy({ $0 > 0 }), GraphBuilder.isTensor(extents) else {
      return nil
    }
    return extents
  }

  /// Remarks that an open batch became 1.
  func remark(at location: Location, _ log: DiagnosticLog) {
    guard isBatchChosen else { return }
    log.add(
      Diagnostic(
        .batchBecameOne, "the batch of '\(name)' becomes 1; the model leaves it open",
        at: location, helps: [.init("choose another", arguments: ["--batch", "N"])]))
  }

  /// What to say of extents that are not known; an open one is named after its place in the input.
  func problem(at location: Location, notes: [String] = []) -> Diagnostic {
    let known = extents.map { $0.map { $0 > 0 ? "\($0)" : "N" }.joined(separator: ",") }
    var first = known.map { "the model says [\($0)]" } ?? "the model does not even say its rank"
    let open = (extents ?? []).indices.filter { extents?[$0] == -1 }.map { dimension($0) }
    if !open.isEmpty { first += "; open is " + open.joined(separator: " and ") }
    return Diagnostic(
      .unknownDimension, "the shape of input '\(name)' is not known", at: location,
      notes: [first] + notes,
      helps: [
        .init("give it", arguments: ["--input-shape", "\(name)=\(known ?? "1,EXTENT,…")"])
      ])
  }

  private func dimension(_ index: Int) -> String { Self.dimension(index, of: name, own ?? []) }

  /// `image.height`: a dimension by its place in an input of which `extents` are known.
  package static func dimension(_ index: Int, of name: String, _ extents: [Int]) -> String {
    let names: [String] =
      switch extents.count {
      case 4: ["batch", "height", "width", "channels"]
      case 3 where [1, 3, 4].contains(extents[2]): ["height", "width", "channels"]
      case 3: ["batch", "steps", "features"]
      case 2: ["batch", "features"]
      default: []
      }
    return "\(name)." + (names.indices.contains(index) ? names[index] : "dimension\(index)")
  }

  func traced(at location: Location) -> ShapeTrace.Input {
    ShapeTrace.Input(name: name, extents: extents, location: location)
  }

  /// The extents; nil, with a diagnostic, where they are not known.
  func resolve(at location: Location, _ log: DiagnosticLog) -> [Int]? {
    guard let known else {
      log.add(problem(at: location))
      return nil
    }
    remark(at: location, log)
    return known
  }
}

extension DiagnosticLog {
  /// Logs `OCT0309` for each of `given`, which name inputs, that is none of `names`.
  ///
  /// - Parameter what: whose inputs they are: `model` or `net`.
  package func refuseUnknownInputs(
    _ given: some Sequence<String>, among names: [String], of what: String = "model",
    at place: Location
  ) {
    let known = Set(names)
    for name in given.sorted() where !known.contains(name) {
      add(
        Diagnostic(
          .unknownInput, "the \(what) has no input '\(name)'", at: place,
          notes: ["its inputs are " + names.joined(separator: ", ")]
        ).suggesting(name, from: names))
    }
  }
}

extension GraphBuilder {
  /// Makes a value an output of the model. Throws `OCT0307` for an input, a constant or another output.
  ///
  /// - Parameter others: the outputs that there are beside it.
  mutating func addOutput(
    _ name: String, _ value: TensorFlowValue, others: [String]
  ) throws(Diagnostic) {
    let id = try self.value(value)
    guard !graph.inputs.contains(id), !graph.outputs.contains(id), graph[id].constant == nil else {
      throw Diagnostic(
        .unsupportedParameter, "the output '\(name)' is an input, a constant or another output",
        helps: [
          .init("leave it out", arguments: others.isEmpty ? [] : ["--outputs"] + others)
        ])
    }
    graph[id].name = name
    graph.outputs.append(id)
  }
}
