package import OctetDiagnostics
package import OctetIR

extension CalibrationTable {
  /// Throws `OCT0503` when the table was made for another graph, with the tensors that differ.
  package func check(fits graph: Graph) throws(Diagnostic) {
    let hash = graph.contentHash
    guard model != hash else { return }
    let difference = NameDifference(
      listed: entries.map { $0.name }, own: graph.activations.map { graph[$0].name })
    var notes = difference.notes
    if model.structure == hash.structure {
      notes.append("the operators and the tensors are the same, the weights are not")
    } else if notes.isEmpty {
      notes.append("the tensors have the same names, so their shapes or the operators differ")
    }
    throw Diagnostic(
      .tableMismatch, "the calibration table was made for another model", notes: notes,
      help: "calibrate this model: octet calibrate")
  }
}

extension Graph {
  /// The float32 tensors that are not constants, in the order in which they are computed.
  package var activations: [ValueID] {
    (inputs + nodes.flatMap { $0.outputs }).filter {
      self[$0].constant == nil && self[$0].type.element == .float32
    }
  }
}
