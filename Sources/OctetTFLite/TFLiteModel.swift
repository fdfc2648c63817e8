package import OctetIR

/// A `.tflite` file's contents as IR.
package struct TFLiteModel {
  /// Subgraph 0; the others are its subgraphs, under their names.
  package var graph: Graph
  package var metadata: ModelMetadata
  package var description: String?

  package init(graph: Graph, metadata: ModelMetadata = ModelMetadata(), description: String? = nil)
  {
    self.graph = graph
    self.metadata = metadata
    self.description = description
  }
}

/// What Octet stores in a `.tflite` beside the model, in the metadata entry `octet`. Where each
/// operator came from is kept in the graph's nodes.
package struct ModelMetadata: Equatable {
  /// The preprocessing the model expects, as `--preprocess` takes it.
  package var preprocessing: String?

  package init(preprocessing: String? = nil) {
    self.preprocessing = preprocessing
  }
}
