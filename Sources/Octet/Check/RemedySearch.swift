import OctetDiagnostics

/// Tries what the diagnostics of a failed conversion propose, and what the tries propose in turn.
struct RemedySearch {
  /// Options under which the conversion was tried.
  struct Remedy {
    let arguments: [String]
    /// Shapes cost least, then changes of what is computed, then parts cut off.
    let cost: Int
    /// How many proposals it follows.
    let steps: Int
    let options: ModelOptions
    let attempt: Attempt

    /// Tells which part of a model was converted, and what stayed outside.
    func remark(outside errors: [Diagnostic], at location: Location) -> Diagnostic {
      var notes: [String] = []
      for error in errors.prefix(8) {
        let op = error.location?.op.map { " (\($0))" } ?? ""
        notes.append("outside stays '\(error.location?.node ?? "")'\(op): \(error.message)")
      }
      if errors.count > 8 { notes.append("and \(errors.count - 8) more") }
      return Diagnostic(
        .partConverted, "a part of the model was converted", at: location, notes: notes,
        helps: [.init("the same part by its ends", arguments: arguments)])
    }
  }

  private let path: String
  private let options: ModelOptions
  private let first: Attempt
  private let allowsFixes: Bool
  private let needsWeights: Bool
  private let shapes: [[Int]]
  /// Those that convert, the least change first.
  private(set) var remedies: [Remedy] = []
  /// What came of each proposal of the first diagnostics.
  private var results: [[String]: (arguments: [String], result: String)] = [:]
  private var trials = 0

  private static let mostTrials = 40
  private static let mostRemedies = 3
  private static let longest = 4

  /// - Parameters:
  ///   - allowsFixes: whether what the model computes may change.
  ///   - shapes: extents of inputs to try first where the model leaves them open.
  init(
    _ path: String, _ options: ModelOptions, _ first: Attempt, needsWeights: Bool = true,
    allowsFixes: Bool = true, shapes: [[Int]] = []
  ) {
    self.path = path
    self.allowsFixes = allowsFixes
    self.options = options
    self.first = first
    self.needsWeights = needsWeights
    self.shapes = shapes
  }

  mutating func run() {
    var open = [Remedy(arguments: [], cost: 0, steps: 0, options: options, attempt: first)]
    var seen: Set<Set<String>> = []
    while !open.isEmpty, remedies.count < Self.mostRemedies, trials < Self.mostTrials {
      guard let index = open.indices.min(by: { open[$0].cost < open[$1].cost }) else { break }
      let state = open.remove(at: index)
      for help in state.attempt.errors.flatMap({ $0.helps }) where isTried(help) {
        guard let remedy = tryOut(help, after: state) else { continue }
        let set = Set(remedy.arguments)
        guard seen.insert(set).inserted,
          // What converts without the rest needs no rest.
          !remedies.contains(where: { Set($0.arguments).isSubset(of: set) })
        else { continue }
        if remedy.attempt.model != nil {
          remedies.append(remedy)
        } else if remedy.steps < Self.longest {
          open.append(remedy)
        }
      }
    }
    remedies.sort { $0.cost < $1.cost }
  }

  private func isTried(_ help: Diagnostic.Help) -> Bool {
    !help.arguments.isEmpty && (allowsFixes || !help.arguments.contains("--fix"))
  }

  /// The first form of a help that changes what is wrong; a help may leave extents open.
  private mutating func tryOut(
    _ help: Diagnostic.Help, after state: Remedy
  ) -> Remedy? {
    var best: Remedy?
    var tried: Remedy?
    for arguments in RemedyArguments.forms(of: help.arguments, shapes: shapes)
    where trials < Self.mostTrials {
      guard let changed = RemedyArguments.apply(arguments, to: state.options) else { return nil }
      trials += 1
      let remedy = Remedy(
        arguments: state.arguments + arguments,
        cost: state.cost + RemedyArguments.cost(of: arguments), steps: state.steps + 1,
        options: changed,
        attempt: Attempt(path, changed, needsWeights: needsWeights))
      if remedy.attempt.model != nil {
        best = remedy
        break
      }
      let isProgress =
        Self.messages(remedy).isDisjoint(with: Self.messages(state))
        || remedy.attempt.errors.count < state.attempt.errors.count
      tried = tried ?? remedy
      if best == nil, isProgress { best = remedy }
    }
    if state.steps == 0, let last = best ?? tried {
      let count = last.attempt.errors.count
      results[help.arguments] = (
        last.arguments, last.attempt.model != nil ? "converts" : "leaves \(counted(count, "cause"))"
      )
    }
    return best
  }

  /// Extents of inputs that were tried, those that convert first.
  private var triedShapes: [[String: [Int]]] {
    remedies.map { $0.options.inputShapes }
      + results.values.filter { $0.arguments.first == "--input-shape" }.compactMap {
        RemedyArguments.apply($0.arguments, to: options)?.inputShapes
      }
  }

  private static func messages(_ remedy: Remedy) -> Set<String> {
    Set(remedy.attempt.errors.map { $0.message })
  }

  /// The first diagnostics with what came of their helps; the first error also has the remedies of several steps.
  var explained: [Diagnostic] {
    var diagnostics = first.diagnostics
    if let shapes = SymbolicShapes(path, options, first, tried: triedShapes) {
      diagnostics = diagnostics.map { shapes.explaining($0) }
    }
    guard let error = diagnostics.firstIndex(where: { $0.severity == .error }) else {
      return diagnostics
    }
    for index in diagnostics.indices {
      for (place, help) in diagnostics[index].helps.enumerated() {
        guard let (arguments, result) = results[help.arguments] else { continue }
        diagnostics[index].helps[place].arguments = arguments
        diagnostics[index].helps[place].result = result
      }
    }
    let single = results.values.map { $0.arguments }
    for remedy in remedies where !single.contains(remedy.arguments) {
      diagnostics[error].helps.append(
        Diagnostic.Help(
          "do all of this", arguments: remedy.arguments, result: "converts"))
    }
    return diagnostics
  }
}
