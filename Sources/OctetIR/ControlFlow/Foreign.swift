public import OctetDiagnostics

/// An operator of a source framework that has no Octet counterpart yet: a lowering pass must replace
/// it, else the conversion ends with `OCT0401`. It has no kernel and no TFLite form.
public final class Foreign: Op {
  /// The framework and its name for the operator, for example `tensorflow` and `TensorListReserve`.
  public let framework: String
  public let type: String
  /// The source's own attributes.
  public let details: [Attribute]
  /// What the source declares of the results.
  public let results: [TensorType]

  public init(framework: String, type: String, details: [Attribute], results: [TensorType]) {
    self.framework = framework
    self.type = type
    self.details = details
    self.results = results
  }

  public var name: String { "foreign" }

  public var attributes: [Attribute] {
    [Attribute("framework", .symbol(framework)), Attribute("type", .string(type))] + details
  }

  public func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] { results }

  public var quantization: QuantizationRule {
    .floatOnly(because: "Octet does not know what '\(type)' computes")
  }
}

extension Node {
  /// The operator in the words of where it comes from: a foreign one's own type, else the IR's name.
  public var operatorName: String { (op as? Foreign)?.type ?? op.name }
}
