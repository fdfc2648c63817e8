public import OctetDiagnostics

/// A diagnostic code's page: what happened, why, an example that causes it, and the way out.
public struct Explanation: Sendable {
  public let code: DiagnosticCode
  /// Markdown.
  public let page: String

  /// The page of the code with this id or name. Throws `OCT0801` with near matches.
  public static func find(_ text: String) throws(Diagnostic) -> Explanation {
    guard let code = DiagnosticCode.named(text), let page = pages[code.id] else {
      throw Diagnostic(.unknownCode, "there is no diagnostic code '\(text)'")
        .suggesting(text, from: DiagnosticCode.all.flatMap { [$0.id, $0.name] })
    }
    return Explanation(code: code, page: page)
  }

  public var json: JSON {
    .members([
      ("code", .string(code.id)), ("name", .string(code.name)),
      ("severity", .string(code.severity.rawValue)), ("page", .string(page)),
    ])
  }

  /// One line a code.
  public static var list: String {
    DiagnosticCode.all.map { "\($0.id)  \($0.severity.rawValue)  \($0.name)" }
      .joined(separator: "\n")
  }

  public static var listJSON: JSON {
    .members([
      (
        "codes",
        .array(
          DiagnosticCode.all.map { code in
            .members([
              ("code", .string(code.id)), ("name", .string(code.name)),
              ("severity", .string(code.severity.rawValue)),
            ])
          })
      )
    ])
  }
}
