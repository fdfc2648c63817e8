package import OctetDiagnostics

/// An operator of a source framework that has no Octet counterpart yet: a lowering pass must replace
/// it, else the conversion ends with `OCT0401`. It has no kernel and no TFLite form.
package final class Foreign: Op {
  /// The framework and its name for the operator, for example `tensorflow` and `TensorListReserve`.
  package let framework: String
  package let type: String
  /// The source's own attributes.
  package let details: [Attribute]
  /// What the source declares of the results.
  package let results: [TensorType]

  package init(framework: String, type: String, details: [Attribute], results: [TensorType]) {
    self.framework = framework
    self.type = type
    self.details = details
    self.results = results
  }

  package var name: String { "foreign" }

  package var attributes: [Attribute] {
    [Attribute("framework", .symbol(framework)), Attribute("type", .string(type))] + details
  }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] { results }

  package var quantization: QuantizationRule {
    .floatOnly(because: "Octet does not know what '\(type)' computes")
  }
}

extension Node {
  /// Why the form of a foreign operator is not supported, where another form is.
  package var foreignReason: String? {
    guard let foreign = op as? Foreign else { return nil }
    for detail in foreign.details where detail.name == "reason" {
      if case .string(let text) = detail.value { return text }
    }
    return nil
  }

  /// The operator in the words of where it comes from: a foreign one's own type, else the IR's name.
  package var operatorName: String { (op as? Foreign)?.type ?? op.name }
}
