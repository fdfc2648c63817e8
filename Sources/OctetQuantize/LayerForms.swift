package import OctetDiagnostics
package import OctetIR
import OctetOps

extension Graph {
  /// Logs `OCT0510` for a model that is quantized already, and `OCT0504` with every input that is not float32.
  package func requireFloat(_ log: DiagnosticLog) throws(DiagnosticFailure) {
    if nodes.contains(where: { $0.op is Quantize || $0.op is Dequantize })
      || values.contains(where: { $0.type.isQuantized })
    {
      throw log.failure(
        Diagnostic(
          .alreadyQuantized, "the model is quantized already",
          help: "quantize the float model it was made from"))
    }
    for input in inputs where self[input].type.element != .float32 {
      log.add(
        Diagnostic(
          .noInt8Form,
          "input '\(self[input].name)' is \(self[input].type.element.name), not float32",
          help: "convert without --int8", tensors: [self[input].text]))
    }
    try log.throwIfErrors()
  }

  /// As `requireFloat`, and logs `OCT0504` with every layer that has no form of its precision.
  package func requireForms(
    _ layers: ResolvedLayers, _ log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    try requireFloat(log)
    let refused = zip(nodes, layers.precisions).compactMap { node, precision in
      reason(against: precision, node).map { (node, precision, $0) }
    }
    for (node, precision, reason) in refused {
      let others = refused.count - 1
      let isWritable = OpCatalog.builtin(node.op) != nil
      log.add(
        described(
          Diagnostic(
            .noInt8Form, "'\(node.operatorName)' has no \(precision.rawValue) form",
            notes: [reason],
            helps: [
              .init(
                "keep the layer in float32",
                arguments: ["--precision", "\(self[node.outputs[0]].name)=float32"],
                result: !isWritable
                  ? nil : others == 0 ? "converts" : "leaves \(counted(others, "cause"))"),
              .init("or convert without --int8, or cut the model before it with --outputs"),
            ]), node))
    }
    try log.throwIfErrors()
  }

  func reason(against precision: LayerPrecision, _ node: Node) -> String? {
    if precision == .float32 { return nil }
    switch node.op.quantization {
    case .floatOnly(let reason): return reason
    case .int8(let rule):
      for (index, input) in node.inputs.enumerated() {
        guard let input, self[input].constant == nil, rule.input(index) != .activation else {
          continue
        }
        return
          "'\(self[input].name)' is computed, and \(precision.rawValue) needs it to be a constant"
      }
      guard precision == .int16, !node.isTrainedRounding,
        OpCatalog.builtin(node.op)?.entry.types.contains(.int16) != true
      else { return nil }
      return "TFLite's kernel takes no int16 activations"
    }
  }

  /// Tells which layers stay float32 (`OCT0523`); nil when none does.
  package func remarkOnFloatLayers(_ layers: ResolvedLayers) -> Diagnostic? {
    let floats = zip(nodes, layers.precisions).filter { $1 == .float32 }.map { $0.0 }
    guard !floats.isEmpty else { return nil }
    var notes = floats.prefix(8).map { "'\(self[$0.outputs[0]].name)' (\($0.operatorName))" }
    if floats.count > 8 { notes.append("and \(floats.count - 8) more") }
    return Diagnostic(
      .layersStayFloat,
      "\(counted(floats.count, "layer")) of \(nodes.count) \(floats.count == 1 ? "stays" : "stay") float32",
      notes: notes)
  }

  /// Logs `OCT0505` with every constant that a table made elsewhere would hide: calibration meets it in
  /// the result it spoils.
  package func requireFiniteConstants(_ log: DiagnosticLog) throws(DiagnosticFailure) {
    for graph in [self] + allSubgraphs { graph.reportConstantsThatAreNotFinite(log) }
    try log.throwIfErrors()
  }

  private func reportConstantsThatAreNotFinite(_ log: DiagnosticLog) {
    for node in nodes {
      for case let input? in node.inputs where self[input].type.element == .float32 {
        guard let constant = self[input].constant,
          !constant.array(of: Float.self).allSatisfy({ $0.isFinite })
        else { continue }
        log.add(
          described(
            Diagnostic(
              .notFinite, "constant '\(self[input].name)' holds values that are not finite",
              help: "look at the weights of this layer", tensors: [self[input].text]), node))
      }
    }
  }
}
