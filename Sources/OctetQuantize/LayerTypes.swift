package import OctetDiagnostics
package import OctetIR

/// What a layer of a quantized model computes in, or a tensor is stored as.
public enum LayerPrecision: String, Sendable, CaseIterable {
  /// Activations and weights of 8 bits.
  case int8
  /// Activations of 16 bits, whose zero point is 0, and weights of 8: TFLite's 16x8 specification.
  case int16
  /// Real numbers, as in the model that is quantized.
  case float32

  package var element: ElementType {
    switch self {
    case .int8: .int8
    case .int16: .int16
    case .float32: .float32
    }
  }
}

/// Which layers of a model compute in something else than int8, and what their results are stored as.
///
/// A layer goes by the names of its output tensors and of the source's layers that it was made from. In a
/// pattern `*` stands for any characters and `?` for one. Of all rules that match a layer the last one holds.
public struct LayerTypes: Sendable {
  struct Rule {
    let pattern: String
    let precision: LayerPrecision
    /// Whether `*` and `?` are no letters like others.
    var isPattern = true

    func fits(_ name: String) -> Bool {
      name == pattern || isPattern && NamePattern(pattern).matches(name)
    }
  }

  private(set) var precisions: [Rule] = []
  private(set) var outputs: [Rule] = []

  public init() {}

  /// Sets what the layers that `pattern` matches compute in. Their results are stored as the same unless
  /// `setOutputType` says otherwise.
  public mutating func setPrecision(_ precision: LayerPrecision, of pattern: String) {
    precisions.append(Rule(pattern: pattern, precision: precision))
  }

  /// Sets what the layer computes in that makes a tensor.
  package mutating func setPrecision(_ precision: LayerPrecision, ofTensor name: String) {
    precisions.append(Rule(pattern: name, precision: precision, isPattern: false))
  }

  /// Sets what the results of the layers that `pattern` matches are stored as, whatever these compute in.
  public mutating func setOutputType(_ type: LayerPrecision, of pattern: String) {
    outputs.append(Rule(pattern: pattern, precision: type))
  }

  /// Logs `OCT0522` for each pattern that matches no layer of the graph.
  package func check(fits graph: Graph, _ log: DiagnosticLog) throws(DiagnosticFailure) {
    let names = graph.nodes.flatMap { graph.layerNames($0) }
    var known: [String] = []
    for name in names where !known.contains(name) { known.append(name) }
    var reported: [String] = []
    for rule in precisions + outputs
    where !reported.contains(rule.pattern) && !known.contains(where: { rule.fits($0) }) {
      reported.append(rule.pattern)
      log.add(
        Diagnostic(
          .unmatchedLayer, "no layer is called '\(rule.pattern)'",
          notes: ["layers go by their names in the source and by those of their output tensors"]
        ).suggesting(rule.pattern, from: known))
    }
    try log.throwIfErrors()
  }

  /// The types of a graph's layers; patterns that match none do nothing.
  package func resolved(for graph: Graph) -> ResolvedLayers {
    var result = ResolvedLayers(int8: graph)
    if precisions.isEmpty, outputs.isEmpty { return result }
    for (index, node) in graph.nodes.enumerated() {
      let names = graph.layerNames(node)
      func last(_ rules: [Rule]) -> LayerPrecision? {
        rules.last { rule in names.contains { rule.fits($0) } }?.precision
      }
      if let precision = last(precisions) {
        result.precisions[index] = precision
        result.isGiven[index] = true
      }
      result.outputs[index] = last(outputs) ?? result.precisions[index]
    }
    return result
  }
}

/// The types of one graph's layers, by node.
package struct ResolvedLayers: Sendable {
  package var precisions: [LayerPrecision]
  package var outputs: [LayerPrecision]
  /// Whether a rule says what the layer computes in.
  package var isGiven: [Bool]

  /// All are int8.
  package init(int8 graph: Graph) {
    precisions = [LayerPrecision](repeating: .int8, count: graph.nodes.count)
    outputs = precisions
    isGiven = [Bool](repeating: false, count: graph.nodes.count)
  }
}

extension Graph {
  /// The names that a layer goes by.
  package func layerNames(_ node: Node) -> [String] {
    node.outputs.map { self[$0].name } + node.provenance.compactMap { $0.node }
  }
}
