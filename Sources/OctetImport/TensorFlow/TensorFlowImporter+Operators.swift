package import OctetDiagnostics
import OctetFiles

extension TensorFlowImporter {
  /// The operators of a model, each as often as its graph and its functions name it, in the order in which they
  /// come. For models that can't be read as a graph.
  ///
  /// - Parameter path: a frozen graph or the folder of a SavedModel.
  package static func operators(of path: String) throws(Diagnostic) -> [String] {
    let graph: TFGraphDef
    if isSavedModel(path) {
      let model: TFSavedModel = try message(
        try MappedFile(joinPath(path, savedModelName)), "a SavedModel")
      let served = model.metaGraphs.first { $0.metaInfoDef.tags == ["serve"] }
      guard let meta = served ?? model.metaGraphs.first else { return [] }
      graph = meta.graphDef
    } else {
      graph = try message(try MappedFile(path), "a frozen graph")
    }
    let bodies = [graph.node] + graph.library.function.map { $0.nodeDef }
    return bodies.joined().map { $0.op }.filter { !bookkeeping.contains($0) }
  }

  /// Operators that hold numbers and save them.
  private static let bookkeeping: Set<String> = [
    "Const", "NoOp", "Identity", "Placeholder", "VarHandleOp", "ReadVariableOp",
    "VarIsInitializedOp", "AssignVariableOp", "Assign", "SaveV2", "RestoreV2",
    "MergeV2Checkpoints", "ShardedFilename", "StaticRegexFullMatch", "StringJoin",
    "DisableCopyOnRead",
  ]
}
