package import OctetDiagnostics
package import OctetIR

extension CalibrationTable {
  /// Throws `OCT0503` when the table was made for another graph, with the tensors that differ.
  package func check(fits graph: Graph) throws(Diagnostic) {
    let hash = graph.contentHash
    guard model != hash else { return }
    let own = graph.values.filter { $0.constant == nil }.map { $0.name }
    let (ownNames, listed) = (Set(own), Set(entries.map { $0.name }))
    let missing = own.filter { !listed.contains($0) }
    let extra = entries.map { $0.name }.filter { !ownNames.contains($0) }
    var notes: [String] = []
    if !missing.isEmpty { notes.append("not in the table: " + missing.joined(separator: ", ")) }
    if !extra.isEmpty { notes.append("only in the table: " + extra.joined(separator: ", ")) }
    if missing.isEmpty, extra.isEmpty {
      notes.append(
        "the tensors have the same names, so the weights, the shapes or the operators differ")
    }
    throw Diagnostic(
      .tableMismatch, "the calibration table was made for another model", notes: notes,
      help: "calibrate this model: octet calibrate")
  }
}
