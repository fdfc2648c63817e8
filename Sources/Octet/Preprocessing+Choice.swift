public import OctetData
public import OctetDiagnostics

extension Preprocessing {
  /// What is used: what the user says, else what is stored in `file`, else nothing. A difference
  /// between the two is a warning (`OCT0803`).
  public static func chosen(
    _ given: Preprocessing?, stored: String?, in file: String, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> Preprocessing {
    let own = try stored.map { text throws(DiagnosticFailure) in
      try log.attempt(at: Location(file: file)) { () throws(Diagnostic) in
        try Preprocessing(text)
      }
    }
    guard let given else { return own ?? .identity }
    if let own, own != given {
      log.add(
        Diagnostic(
          .preprocessingDiffers,
          "--preprocess '\(given.text)' differs from the file's own '\(own.text)'",
          at: Location(file: file), help: "leave out --preprocess to use the file's"))
    }
    return given
  }
}
