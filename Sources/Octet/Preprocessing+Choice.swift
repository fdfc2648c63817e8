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
      var warning = Diagnostic(
        .preprocessingDiffers,
        "--preprocess '\(given.text)' differs from the file's own '\(own.text)'",
        at: Location(file: file), help: "leave out --preprocess to use the file's")
      let both = given.completed(by: own)
      if both != given {
        warning.notes.append("what --preprocess does not name is not done")
        warning.helps.append(
          .init("to keep the rest of the file's", arguments: ["--preprocess", both.text]))
      }
      log.add(warning)
    }
    return given
  }
}
