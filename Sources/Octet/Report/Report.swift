public import OctetData
public import OctetDiagnostics
import OctetFiles
import OctetIR
import OctetQuantize

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

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
      ("helps", .strings(diagnostic.helps.map { $0.text })),
    ])
  }

  /// A model as it is, of any format, with the kernels that run it and their times where it can be run.
  public static func of(
    _ path: String, _ options: ModelOptions, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> Report {
    let quiet = DiagnosticLog()
    let model = try Model.open(path, options, log: log).runnable(log: quiet)
    var picture = GraphPicture(path, model.graph)
    picture.kernels = kernels(path, options)
    return Report(title: path, [picture], diagnostics: quiet.diagnostics)
  }

  /// Kernels and times by tensor; none where the model can't be run.
  private static func kernels(
    _ path: String, _ options: ModelOptions
  ) -> [String: (kernel: String, milliseconds: Double)] {
    guard
      let benchmark = try? Benchmark.measure(path, options, runs: 5, log: DiagnosticLog())
    else { return [:] }
    return Dictionary(
      benchmark.operators.map { ($0.output, ($0.kernel, $0.milliseconds)) },
      uniquingKeysWith: { first, _ in first })
  }

  /// - Parameters:
  ///   - options: how B was read.
  ///   - names: of a detector's classes.
  public init(
    _ comparison: ModelComparison, _ options: ModelOptions = ModelOptions(),
    names: ClassNames? = nil, diagnostics: [Diagnostic] = []
  ) {
    var picture = GraphPicture(comparison.b, comparison.graph)
    picture.kernels = Self.kernels(comparison.b, options)
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
      title: "\(comparison.b) beside \(comparison.a)", [picture], comparison: comparison.summary,
      pictures: comparison.pictures.compactMap { $0.json(names) }, diagnostics: diagnostics)
  }

  /// The structures of two models side by side; nil where one can't be read as a graph.
  public init?(_ diff: ModelDiff) {
    guard let a = diff.a.graph, let b = diff.b.graph else { return nil }
    var (first, second) = (GraphPicture(diff.a.path, a), GraphPicture(diff.b.path, b))
    (first.marks, second.marks) = diff.marks
    self.init(title: "\(diff.a.path) and \(diff.b.path)", [first, second])
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

  /// What Model Explorer lays over a graph of the model: a number for each operator, by the name of its first output. The own
  /// error's part of the tensor's power in percent where there is a comparison, else milliseconds.
  public var nodeData: JSON {
    var results: [JSON.Member] = []
    for graph in json["graphs"]?.elements ?? [] {
      let tensors = graph["tensors"]?.elements ?? []
      for node in graph["nodes"]?.elements ?? [] {
        guard let output = node["outputs"]?.elements?.first?.whole,
          tensors.indices.contains(output),
          case .string(let name)? = tensors[output]["name"]
        else { continue }
        var value: JSON?
        if let comparison = tensors[output]["comparison"] {
          if case .number(let decibels)? = comparison["own_db"] {
            value = .number(100 * pow(10, -decibels / 10))
          } else {
            value = .number(0)
          }
        } else {
          value = node["milliseconds"]
        }
        if let value { results.append(.init(name: name, value: .members([("value", value)]))) }
      }
    }
    return .members([("main", .members([("results", .object(results))]))])
  }

  /// The graph in Graphviz's language, edges with their types.
  public var dot: String {
    var text = "digraph model {\n  node [shape=box, fontname=\"sans-serif\"];\n"
    func quoted(_ name: String) -> String { JSON.string(name).text }
    for (place, graph) in (json["graphs"]?.elements ?? []).enumerated() {
      let tensors = graph["tensors"]?.elements ?? []
      func label(_ tensor: Int) -> String {
        guard tensors.indices.contains(tensor), case .string(let type)? = tensors[tensor]["type"]
        else { return "" }
        return type
      }
      var makers: [Int: String] = [:]
      for input in (graph["inputs"]?.elements ?? []).compactMap({ $0.whole }) {
        let id = "g\(place)i\(input)"
        makers[input] = id
        if case .string(let name)? = tensors[input]["name"] {
          text += "  \(id) [label=\(quoted(name)), style=rounded];\n"
        }
      }
      for (index, node) in (graph["nodes"]?.elements ?? []).enumerated() {
        let id = "g\(place)n\(index)"
        guard case .string(let op)? = node["op"] else { continue }
        var words = op
        if let output = node["outputs"]?.elements?.first?.whole,
          case .string(let name)? = tensors[output]["name"]
        {
          words += "\n" + name
          if case .number(let own)? = tensors[output]["comparison"]?["own_db"] {
            words += "\nown error \(decimals(own, 1)) dB"
          }
        }
        text += "  \(id) [label=\(quoted(words))];\n"
        for input in (node["inputs"]?.elements ?? []).compactMap({ $0.whole }) {
          if let maker = makers[input] {
            text += "  \(maker) -> \(id) [label=\(quoted(label(input)))];\n"
          }
        }
        for output in (node["outputs"]?.elements ?? []).compactMap({ $0.whole }) {
          makers[output] = id
        }
      }
    }
    return text + "}\n"
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
