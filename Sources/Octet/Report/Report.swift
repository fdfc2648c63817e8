public import OctetData
public import OctetDiagnostics
import OctetFiles
import OctetIR
import OctetQuantize

/// A model, or a comparison of two, as one file to look at: `html` is a page that needs no network, made of `json`,
/// whose form is `schemas/report.schema.json`.
public struct Report: Sendable {
  /// The version of the JSON's form.
  public static let version = 1

  public let json: JSON

  private init(
    title: String, _ graphs: [GraphPicture], comparison: JSON? = nil, pictures: [JSON] = [],
    diagnostics: [Diagnostic] = []
  ) {
    json = .members([
      ("version", .int(Self.version)), ("title", .string(title)),
      ("graphs", .array(graphs.map { $0.json })), ("comparison", comparison),
      ("pictures", pictures.isEmpty ? nil : .array(pictures)),
      ("diagnostics", diagnostics.isEmpty ? nil : .array(diagnostics.map(Self.json))),
    ])
  }

  private static func json(_ diagnostic: Diagnostic) -> JSON {
    .members([
      ("code", .string(diagnostic.code.id)), ("severity", .string(diagnostic.severity.rawValue)),
      ("message", .string(diagnostic.message)),
      ("place", diagnostic.location.map { .string($0.source.text) }),
      ("notes", diagnostic.notes.isEmpty ? nil : .strings(diagnostic.notes)),
      (
        "helps",
        .strings(
          diagnostic.helps.map { help in
            help.arguments.isEmpty
              ? help.text
              : help.text + ": " + TerminalRenderer.commandLine(help.arguments)
          })
      ),
    ])
  }

  /// A model of any format: ready to run, with kernels and times, where it can be, else as it can be looked at.
  ///
  /// - Parameters:
  ///   - samples: to run it on, for what its tensors hold; nil for none.
  ///   - isTimed: whether it is run for times.
  public static func of(
    _ path: String, _ options: ModelOptions, samples: Samples? = nil, isTimed: Bool = true,
    log: DiagnosticLog
  ) throws(DiagnosticFailure) -> Report {
    let found = DiagnosticLog()
    let model: Model
    do throws(DiagnosticFailure) {
      model = try Model.open(path, options, needsWeights: samples != nil, log: found)
        .runnable(log: found)
      for diagnostic in found.diagnostics { log.add(diagnostic) }
    } catch {
      guard samples == nil else {
        for diagnostic in found.diagnostics { log.add(diagnostic) }
        throw error
      }
      let picture = GraphPicture(path, try Model.shown(path, options, log: log).graph)
      return Report(title: path, picture.withSubgraphs, diagnostics: log.diagnostics)
    }
    var picture = GraphPicture(path, model.graph)
    picture.hasWeights = model.hasWeights(options)
    if isTimed { picture.steps = steps(path, options) }
    var pictures: [JSON] = []
    if let samples {
      (picture.histograms, pictures) = try model.seen(on: samples, log: log)
    }
    let check = Int8Check(model.graph)
    let costs = check.isQuantized ? check.found(joins: true) : []
    return Report(
      title: path, picture.withSubgraphs, pictures: pictures,
      diagnostics: log.diagnostics + costs.map { $0.located(Location(file: path)) })
  }

  /// What runs the nodes, by tensor; nothing where the model can't be run.
  private static func steps(
    _ path: String, _ options: ModelOptions
  ) -> [String: GraphPicture.Step] {
    guard
      let benchmark = try? Benchmark.measure(path, options, runs: 5, log: DiagnosticLog())
    else { return [:] }
    return Dictionary(
      benchmark.operators.flatMap { step in
        step.tensors.map {
          ($0, .init(kernel: step.kernel, milliseconds: step.milliseconds, main: step.output))
        }
      }, uniquingKeysWith: { first, _ in first })
  }

  /// - Parameters:
  ///   - options: how B was read.
  ///   - names: of a detector's classes.
  public init(
    _ comparison: ModelComparison, _ options: ModelOptions = ModelOptions(),
    names: ClassNames? = nil, diagnostics: [Diagnostic] = []
  ) {
    var picture = GraphPicture(comparison.b, comparison.graph)
    picture.steps = Self.steps(comparison.b, options)
    let ids = Dictionary(
      comparison.graph.values.enumerated().map { ($0.element.name, ValueID($0.offset)) },
      uniquingKeysWith: { first, _ in first })
    for (tensor, histogram) in zip(comparison.tensors, comparison.histograms) {
      guard let id = ids[tensor.name] else { continue }
      picture.comparisons[id] = tensor.json
      picture.histograms[id] = histogram
    }
    for (place, index) in comparison.ranking.enumerated() {
      if let id = ids[comparison.tensors[index].name] { picture.ranks[id] = place + 1 }
    }
    self.init(
      title: "\(comparison.b) beside \(comparison.a)", picture.withSubgraphs,
      comparison: comparison.summary,
      pictures: comparison.pictures.compactMap { $0.json(names) }, diagnostics: diagnostics)
  }

  /// The structures of two models side by side, or of the one that can be read as a graph; nil where none can.
  public init?(_ diff: ModelDiff) {
    let marks = diff.marks
    let pictures = [(diff.a, marks.0), (diff.b, marks.1)].compactMap { model, marks in
      model.graph.map { graph in
        var picture = GraphPicture(model.path, graph)
        picture.marks = marks
        return picture
      }
    }
    if pictures.isEmpty { return nil }
    self.init(title: "\(diff.a.path) and \(diff.b.path)", pictures)
  }

  /// A report that was written as JSON.
  ///
  /// - Throws: after logging `OCT0902` for a file that is none, or of a version that is not known.
  public static func read(_ path: String, log: DiagnosticLog) throws(DiagnosticFailure) -> Report {
    let file = try log.attempt { () throws(Diagnostic) in try MappedFile(path, limit: 1 << 28) }
    let text = String(decoding: file.bytes, as: UTF8.self)
    let found: String
    do throws(Diagnostic) {
      let json = try JSON(parsing: text, file: path, format: "report")
      guard let problem = problem(of: json) else { return Report(json: json) }
      found = problem
    } catch {
      found = error.message
    }
    throw log.failure(
      Diagnostic(
        .invalidReport, "'\(path)' is no report: \(found)", at: Location(file: path),
        help: "make one with 'octet compare A B --data DATA -o FILE.json'"))
  }

  private init(json: JSON) { self.json = json }

  /// Whether a file begins as a report's JSON does.
  public static func isReport(_ path: String) -> Bool {
    guard let file = try? MappedFile(path) else { return false }
    return file.bytes.first { !" \n\r\t".utf8.contains($0) } == UInt8(ascii: "{")
  }

  /// One page with everything in it.
  public var html: String {
    // Nothing in a string may end the element that the data stand in.
    let data = json.text.replacing("<", with: "\\u003c")
    return ReportPage.beforeData + data + ReportPage.afterData
  }
}

extension Report {
  /// What a report is written as.
  public enum Format: String, Sendable, CaseIterable {
    case html
    case json
    /// Graphviz's language.
    case dot
    /// What Model Explorer lays over a model.
    case nodeData = "node-data"
  }

  public func text(_ format: Format) -> String {
    switch format {
    case .html: html
    case .json: json.text + "\n"
    case .dot: dot
    case .nodeData: nodeData.text + "\n"
    }
  }

  /// Writes the report; the file is complete or not there.
  public func write(
    _ path: String, _ format: Format, log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    try log.attempt { () throws(Diagnostic) in try writeFile(path, Array(text(format).utf8)) }
  }
}
