/// Collects the diagnostics of one command, in the order they were found.
///
/// Stages add all the problems they can find before they give up, so that one run shows them all.
public final class DiagnosticLog {
  public private(set) var diagnostics: [Diagnostic] = []
  private let policy: DiagnosticPolicy
  private let observer: ((Diagnostic) -> Void)?

  /// - Parameters:
  ///   - policy: which warnings are silenced or raised to errors.
  ///   - observer: called for each diagnostic that is kept, as soon as it is added.
  public init(
    policy: DiagnosticPolicy = DiagnosticPolicy(), observer: ((Diagnostic) -> Void)? = nil
  ) {
    self.policy = policy
    self.observer = observer
  }

  public private(set) var errorCount = 0

  public var hasErrors: Bool { errorCount > 0 }

  /// At most this many diagnostics of one code are kept and shown; the rest are only counted.
  public static let limit = 100

  private static let limitNote = "further diagnostics of this code are not shown"

  private var seen: Set<Diagnostic> = []
  private var counts: [DiagnosticCode: Int] = [:]

  public func add(_ diagnostic: Diagnostic) {
    var kept = diagnostic
    if diagnostic.severity != .error {
      if policy.allowed.contains(diagnostic.code) { return }
      if policy.denied.contains(diagnostic.code) { kept.severity = .error }
    }
    guard seen.insert(kept).inserted else { return }
    if kept.severity == .error { errorCount += 1 }
    counts[kept.code, default: 0] += 1
    let count = counts[kept.code] ?? 0
    if count > Self.limit { return }
    if count == Self.limit { kept.notes.append(Self.limitNote) }
    diagnostics.append(kept)
    observer?(kept)
  }

  /// Adds what `other` has kept in the order of the lines it is about; what has no line comes last.
  package func add(sorted other: DiagnosticLog) {
    var ordered: [(line: Int, index: Int)] = []
    for (index, diagnostic) in other.diagnostics.enumerated() {
      ordered.append((diagnostic.location?.line ?? Int.max, index))
    }
    ordered.sort { ($0.line, $0.index) < ($1.line, $1.index) }
    for (_, index) in ordered {
      var diagnostic = other.diagnostics[index]
      // This log says so itself.
      if diagnostic.notes.last == Self.limitNote { diagnostic.notes.removeLast() }
      add(diagnostic)
    }
  }

  /// Throws `DiagnosticFailure` when an error was logged.
  public func throwIfErrors() throws(DiagnosticFailure) {
    if hasErrors { throw DiagnosticFailure() }
  }

  /// Logs `diagnostic` and gives the error to throw, for a stage that cannot go on.
  public func failure(_ diagnostic: Diagnostic) -> DiagnosticFailure {
    add(diagnostic)
    return DiagnosticFailure()
  }

  /// Runs `body`; a diagnostic it throws is logged and the stage ends with `DiagnosticFailure`.
  public func attempt<Result>(
    at location: Location? = nil, _ body: () throws(Diagnostic) -> Result
  ) throws(DiagnosticFailure) -> Result {
    do {
      return try body()
    } catch {
      add(error.located(location))
      throw DiagnosticFailure()
    }
  }
}

/// A stage stopped; the reasons are in the `DiagnosticLog` it was given.
public struct DiagnosticFailure: Error, Sendable {
  public init() {}
}

/// Which warnings and remarks are silenced (`--allow`) or become errors (`--deny`).
public struct DiagnosticPolicy: Sendable {
  public var allowed: [DiagnosticCode]
  public var denied: [DiagnosticCode]

  public init(allowed: [DiagnosticCode] = [], denied: [DiagnosticCode] = []) {
    self.allowed = allowed
    self.denied = denied
  }
}
