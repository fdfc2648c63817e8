public import OctetDiagnostics
import OctetIR

/// How the structures of two models differ, of whatever formats; `text` and `json` render it.
///
/// Layers are matched by their filters' shapes, their order and what they read; names play no role but
/// among equals.
///
/// ```swift
/// let diff = try ModelDiff("yolov3-tiny.cfg", "saved_model", log: log)
/// print(diff.text)
/// ```
public struct ModelDiff: Sendable {
  /// A layer that both models have.
  public struct Match: Sendable {
    /// The operator.
    public let kind: String
    /// The filter's extents in TFLite's layout.
    public let filter: [Int]
    /// The layer's name in each model.
    public let a: String
    public let b: String
    /// The largest difference of a weight or bias, as a part of the largest in A; nil unless both models
    /// have weights.
    public let difference: Float?

    /// Whether both have the same numbers, but for what rounding makes of them.
    public var isEqual: Bool { (difference ?? 0) <= 1e-5 }
  }

  public private(set) var a: ComparedModel
  public private(set) var b: ComparedModel
  /// The layers that are the same in both.
  public private(set) var matched: [Match] = []
  /// What else there is, in the order of the models.
  public private(set) var differences: [Difference] = []
  /// Operators without weights that both have.
  public private(set) var matchedOperators = 0

  /// What only A has.
  public var removed: [Difference] { differences.filter { $0.b == nil } }
  /// What only B has.
  public var added: [Difference] { differences.filter { $0.a == nil } }
  public var changed: [Difference] { differences.filter { $0.a != nil && $0.b != nil } }

  /// Whether both models have the same structure and need the same to convert; weights may differ.
  public var isSame: Bool {
    differences.isEmpty && a.graph != nil && b.graph != nil
      && a.stops.map { $0.diagnostic.code } == b.stops.map { $0.diagnostic.code }
  }

  /// Compares two models.
  ///
  /// - Parameters:
  ///   - optionsA: how to read A; without the weights of a Caffe or Darknet net only its structure is compared.
  ///   - optionsB: the same for B.
  /// - Throws: `DiagnosticFailure` for a file of which nothing can be read.
  public init(
    _ pathA: String, _ pathB: String, optionsA: ModelOptions = ModelOptions(),
    optionsB: ModelOptions = ModelOptions(), log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    a = try ComparedModel(pathA, optionsA, log: log)
    b = try ComparedModel(pathB, optionsB, log: log)
    guard let graphA = a.graph, let graphB = b.graph else {
      countLayers()
      return
    }
    let shapes = (graphA.inputShapes, graphB.inputShapes)
    let scope = ModelStructure.Scope(
      comparesExtents: shapes.0 == shapes.1, comparesNumbers: a.hasWeights && b.hasWeights)
    let match = StructureMatch(ModelStructure(graphA, scope), ModelStructure(graphB, scope))
    a.layers = match.a.layers.count
    b.layers = match.b.layers.count
    compare(match, scope)
    addCuts()
    explainStops(match)
  }

  /// The layers of a model that there is nothing to compare with.
  private mutating func countLayers() {
    let scope = ModelStructure.Scope(comparesExtents: false, comparesNumbers: false)
    if let graph = a.graph { a.layers = ModelStructure(graph, scope).layers.count }
    if let graph = b.graph { b.layers = ModelStructure(graph, scope).layers.count }
  }

  private mutating func compare(_ match: StructureMatch, _ scope: ModelStructure.Scope) {
    differences = DifferenceFinder(match).differences()
    for (index, other) in match.partner.enumerated() {
      guard let other else { continue }
      let (mine, theirs) = (match.a.parts[index], match.b.parts[other])
      guard mine.signature == theirs.signature else { continue }
      guard let weights = mine.weights, let others = theirs.weights else {
        matchedOperators += 1
        continue
      }
      matched.append(
        Match(
          kind: mine.kind, filter: weights.extents, a: mine.name, b: theirs.name,
          difference: scope.comparesNumbers
            ? WeightComparison.difference((match.a.graph, weights), (match.b.graph, others)) : nil))
    }
  }

  /// What was left out to make a model convert is something that it has and the other has not.
  private mutating func addCuts() {
    if a.cuts.map({ $0.name }) == b.cuts.map({ $0.name }) { return }
    for (model, isA) in [(a, true), (b, false)] {
      for cut in model.cuts {
        let side = Difference.Side(
          name: cut.name, operators: [], after: cut.isEnd ? cut.name : nil)
        var difference = Difference(.part, isA ? side : nil, isA ? nil : side)
        difference.stops = unique(model.stops.map { $0.diagnostic.code.id })
        differences.append(difference)
      }
    }
  }

  // MARK: What stops a conversion

  private mutating func explainStops(_ match: StructureMatch) {
    let partners = (
      match.partner.map { $0.map { match.b.parts[$0].name } },
      match.reverse.map { $0.map { match.a.parts[$0].name } }
    )
    for index in a.stops.indices {
      let place = StopPlaces(a.stops[index].diagnostic)
      a.stops[index].counterpart = place.counterpart(match.a, partners.0)
      mark(place) { difference in difference.parts.a.map { match.a.parts[$0] } }
    }
    for index in b.stops.indices {
      let place = StopPlaces(b.stops[index].diagnostic)
      b.stops[index].counterpart = place.counterpart(match.b, partners.1)
      mark(place) { difference in difference.parts.b.map { match.b.parts[$0] } }
    }
  }

  /// Marks the differences that lie where a diagnostic is about, at least in its name scope.
  private mutating func mark(
    _ place: StopPlaces, _ parts: (Difference) -> [ModelStructure.Part]
  ) {
    for test in [StopPlaces.names, StopPlaces.sharesScope] {
      let found = differences.indices.filter { index in
        parts(differences[index]).contains { part in
          part.places.contains { test(place)($0) }
        }
      }
      for index in found where !differences[index].stops.contains(place.code) {
        differences[index].stops.append(place.code)
      }
      if !found.isEmpty { return }
    }
  }
}

extension Graph {
  /// What the inputs look like, in no order.
  fileprivate var inputShapes: [String] { inputs.map { self[$0].type.shape.text }.sorted() }
}

private func unique(_ names: [String]) -> [String] {
  var seen: Set<String> = []
  return names.filter { seen.insert($0).inserted }
}
