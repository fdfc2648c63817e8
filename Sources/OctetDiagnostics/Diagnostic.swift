/// Something Octet has to tell the user, as a value: what happened, where, why and what to do.
///
/// Messages are lower case without a full stop and stand alone. Notes say why; helps say what to do.
/// Rendering is done elsewhere (`TerminalRenderer`, `Diagnostic.json`).
public struct Diagnostic: Error, Sendable, Hashable {
  /// A way out. `arguments` are the command-line arguments that would apply it.
  public struct Help: Sendable, Hashable {
    public var text: String
    public var arguments: [String]
    /// What came of trying the arguments: `converts`; nil when they were not tried.
    public var result: String?

    public init(_ text: String, arguments: [String] = [], result: String? = nil) {
      self.text = text
      self.arguments = arguments
      self.result = result
    }
  }

  public var code: DiagnosticCode
  public var severity: Severity
  public var message: String
  public var location: Location?
  public var notes: [String]
  public var helps: [Help]
  /// The tensors concerned, each as `name: type`.
  public var tensors: [String]

  public init(
    _ code: DiagnosticCode, _ message: String, at location: Location? = nil,
    notes: [String] = [], helps: [Help] = [], tensors: [String] = []
  ) {
    self.code = code
    self.severity = code.severity
    self.message = message
    self.location = location
    self.notes = notes
    self.helps = helps
    self.tensors = tensors
  }

  /// A diagnostic whose only help is a sentence.
  public init(
    _ code: DiagnosticCode, _ message: String, at location: Location? = nil,
    notes: [String] = [], help: String, tensors: [String] = []
  ) {
    self.init(
      code, message, at: location, notes: notes, helps: [Help(help)], tensors: tensors)
  }

  /// The same diagnostic with the missing fields of its location taken from `location`.
  public func located(_ location: Location?) -> Diagnostic {
    var result = self
    result.location = self.location?.completed(by: location) ?? location
    return result
  }

  /// Adds a 'did you mean' help when some `candidates` resemble `name`.
  public func suggesting(_ name: String, from candidates: [String]) -> Diagnostic {
    let near = nearMatches(to: name, in: candidates)
    guard !near.isEmpty else { return self }
    var result = self
    result.helps.append(Help("did you mean \(alternatives(near))?"))
    return result
  }
}
