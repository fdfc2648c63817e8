import OctetDiagnostics
import OctetIR

extension Model {
  /// The tensors that the user means, each by its name or as `#` and its index in the model. A text is one name, or
  /// several with commas between.
  ///
  /// - Throws: after logging `OCT0920` for each that the model does not have.
  func tensors(
    named texts: [String], log: DiagnosticLog
  ) throws(DiagnosticFailure) -> [ValueID] {
    let errorsBefore = log.errorCount
    var result: [ValueID] = []
    for text in texts {
      let names = text.split(separator: ",").map { String($0) }
      for name in graph.tensor(text) != nil || names.isEmpty ? [text] : names {
        guard let id = graph.tensor(name) else {
          log.add(noSuchTensor(name))
          continue
        }
        if !result.contains(id) { result.append(id) }
      }
    }
    if log.errorCount > errorsBefore { throw DiagnosticFailure() }
    return result
  }

  /// `OCT0920`.
  func noSuchTensor(_ name: String) -> Diagnostic {
    Diagnostic(
      .noSuchTensor, "the model has no tensor '\(name)'", at: Location(file: path),
      notes: name.hasPrefix("#") ? ["its tensors are #0 to #\(graph.values.count - 1)"] : []
    ).suggesting(name, from: graph.values.map { $0.name })
  }
}

extension Graph {
  /// The value of this name that was made last, or with this index behind `#`.
  fileprivate func tensor(_ text: String) -> ValueID? {
    if let index = values.lastIndex(where: { $0.name == text }) { return ValueID(index) }
    guard text.hasPrefix("#"), let index = Int(text.dropFirst()), values.indices.contains(index)
    else { return nil }
    return ValueID(index)
  }

  /// `'conv1', operator 3 (conv_2d)`: a tensor with its maker.
  func description(of id: ValueID, madeBy place: Int?) -> String {
    let name = "'\(self[id].name)'"
    guard let place else { return name }
    return "\(name), operator \(place) (\(nodes[place].operatorName))"
  }
}
