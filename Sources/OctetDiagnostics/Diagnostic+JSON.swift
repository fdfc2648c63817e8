extension Diagnostic {
  /// The diagnostic as one JSON object; fields that do not apply are absent.
  public var json: JSON {
    .members([
      ("code", .string(code.id)),
      ("name", .string(code.name)),
      ("severity", .string(severity.rawValue)),
      ("message", .string(message)),
      ("location", location?.json),
      ("cause", code.cause.map { .string($0) }),
      ("notes", notes.isEmpty ? nil : .strings(notes)),
      ("helps", helps.isEmpty ? nil : .array(helps.map { $0.json })),
      ("tensors", tensors.isEmpty ? nil : .strings(tensors)),
    ])
  }
}

extension Diagnostic.Help {
  var json: JSON {
    .members([
      ("text", .string(text)),
      ("arguments", arguments.isEmpty ? nil : .strings(arguments)),
      ("tried", result == nil ? nil : .bool(true)),
      ("result", result.map { .string($0) }),
    ])
  }
}

extension Location {
  public var json: JSON {
    func string(_ value: String?) -> JSON? { value.map { .string($0) } }
    return .members([
      ("file", string(file)), ("format", string(format)), ("op", string(op)),
      ("node", string(node)), ("scope", string(scope)), ("function", string(function)),
      ("line", line.map { .int($0) }), ("offset", offset.map { .int($0) }),
      ("index", index.map { .int($0) }), ("model", string(model)),
    ])
  }
}
