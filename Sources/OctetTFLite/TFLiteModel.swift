package import OctetIR

/// A `.tflite` file's contents as IR.
package struct TFLiteModel {
  /// Subgraph 0, with the subgraphs its nodes name inside.
  package var graph: Graph
  package var metadata: ModelMetadata

  package init(graph: Graph, metadata: ModelMetadata = ModelMetadata()) {
    self.graph = graph
    self.metadata = metadata
  }
}

/// What a `.tflite` holds beside the graph. Where each operator came from is kept in the graph's nodes.
package struct ModelMetadata: Sendable {
  /// The preprocessing the model expects, as `--preprocess` takes it; stored in the entry `octet`.
  package var preprocessing: String?
  /// How the outputs become boxes, a head a line; stored in the entry `octet`.
  package var detector: String?
  package var description: String?
  /// The name of the signature that calls subgraph 0.
  package var signatureKey: String?
  /// The signatures besides.
  package var signatures: [Signature] = []
  /// What a file has that is not written again, a line each.
  package var unkept: [String] = []
  /// Entries that others made, such as labels, as they are.
  package var others: [(name: String, contents: Storage)] = []
  /// The versions that the file asks for of the main graph's operators, by their places in it.
  package var operatorVersions: [Int: Int] = [:]
  /// The archive behind the model.
  package var files: AppendedFiles?
  /// Whether nothing but the graph is written.
  package private(set) var isStripped = false

  /// What is not written at all.
  package static var stripped: ModelMetadata {
    var result = ModelMetadata()
    result.isStripped = true
    return result
  }

  /// Drops what tells of the conversion that made the file, for a model that is changed.
  package mutating func dropConversion() {
    others.removeAll { ["min_runtime_version", "CONVERSION_METADATA"].contains($0.name) }
    operatorVersions = [:]
  }

  /// Drops what tells of the inputs and outputs, for a model that has others.
  package mutating func dropInterface() {
    dropConversion()
    signatures = []
    others = []
    files = nil
  }

  package init(preprocessing: String? = nil, detector: String? = nil) {
    self.preprocessing = preprocessing
    self.detector = detector
  }
}
