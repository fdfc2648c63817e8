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

  public internal(set) var a: ComparedModel
  public internal(set) var b: ComparedModel
  /// The layers that are the same in both.
  public private(set) var matched: [Match] = []
  /// What else there is, in the order of the models.
  public internal(set) var differences: [Difference] = []
  /// By tensor of A and of B, what becomes of the operator that makes it: `same`, `removed`, `added` or `changed`.
  private(set) var marks: (a: [ValueID: String], b: [ValueID: String]) = ([:], [:])
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
    b = try ComparedModel(pathB, optionsB, shapes: a.inputShapes, log: log)
    // What a model leaves open is taken from the one that does not.
    if !a.stops.isEmpty, b.stops.isEmpty {
      a = try ComparedModel(pathA, optionsA, shapes: b.inputShapes, log: log)
    }
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
    addCuts(match)
    explainStops(match)
  }

  /// The layers of a model that there is nothing to compare with.
  private mutating func countLayers() {
    let scope = ModelStructure.Scope(comparesExtents: false, comparesNumbers: false)
    if let graph = a.graph { a.layers = ModelStructure(graph, scope).layers.count }
    if let graph = b.graph { b.layers = ModelStructure(graph, scope).layers.count }
  }

  private mutating func mark(_ match: StructureMatch) {
    func isChanged(_ part: Int, _ other: Int) -> Bool {
      match.a.parts[part].signature != match.b.parts[other].signature
    }
    for (index, part) in match.a.parts.enumerated() {
      let mark = match.partner[index].map { isChanged(index, $0) ? "changed" : "same" }
      for output in part.outputs { marks.a[output] = mark ?? "removed" }
    }
    for (index, part) in match.b.parts.enumerated() {
      let mark = match.reverse[index].map { isChanged($0, index) ? "changed" : "same" }
      for output in part.outputs { marks.b[output] = mark ?? "added" }
    }
  }

  private mutating func compare(_ match: StructureMatch, _ scope: ModelStructure.Scope) {
    differences = DifferenceFinder(match).differences()
    mark(match)
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
}

extension Graph {
  /// What the inputs look like, in no order.
  fileprivate var inputShapes: [String] { inputs.map { self[$0].type.shape.text }.sorted() }
}
