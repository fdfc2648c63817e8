package import OctetDiagnostics
package import OctetFiles
import OctetIR
import SwiftProtobuf

/// Reads TensorFlow's graphs: a frozen `.pb` or the folder of a SavedModel.
package enum TensorFlowImporter {
  /// Whether `path` is the folder of a SavedModel.
  package static func isSavedModel(_ path: String) -> Bool {
    pathKind(path) == .folder && pathKind(joinPath(path, savedModelName)) == .file
  }

  package static let savedModelName = "saved_model.pb"

  /// Reads a frozen graph.
  package static func read(
    frozen file: MappedFile, _ options: ImportOptions, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> ImportedNet {
    let place = Location(file: file.path, format: "tensorflow")
    let graph: TFGraphDef = try log.attempt { () throws(Diagnostic) in
      try message(file, "a frozen graph")
    }
    let source = TensorFlowSource(frozen: graph, place, outputs: options.outputs)
    return try TensorFlowEvaluation.net(of: source, options, log: log)
  }

  /// Reads the model that a folder holds.
  package static func read(
    savedModel path: String, _ options: ImportOptions, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> ImportedNet {
    let place = Location(file: path, format: "tensorflow")
    let source = try log.attempt(at: place) { () throws(Diagnostic) in
      let model: TFSavedModel = try message(
        try MappedFile(joinPath(path, savedModelName)), "a SavedModel")
      let served = model.metaGraphs.first { $0.metaInfoDef.tags == ["serve"] }
      guard let meta = served ?? model.metaGraphs.first else {
        throw Diagnostic(.noInput, "the SavedModel has no graph")
      }
      var source = try TensorFlowSource(meta, place, options)
      try source.restore(meta, from: joinPath(path, "variables/variables"))
      return source
    }
    return try TensorFlowEvaluation.net(of: source, options, log: log)
  }

  /// Whether `bytes` begin as a graph or a SavedModel does: with a node, whose first field is its name, or
  /// with the schema's version 1 and a graph.
  package static func isGraph(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count > 8 else { return false }
    if bytes[..<3].elementsEqual([0x08, 0x01, 0x12]) { return true }
    guard bytes[0] == 0x0A, let end = bytes[1..<6].firstIndex(where: { $0 < 0x80 }) else {
      return false
    }
    return bytes.count > end + 2 && bytes[end + 1] == 0x0A && bytes[end + 2] < 0x80
  }

  static func message<Message: SwiftProtobuf.Message>(
    _ file: MappedFile, _ what: String
  ) throws(Diagnostic) -> Message {
    do {
      var options = BinaryDecodingOptions()
      options.messageDepthLimit = 64
      options.discardUnknownFields = true
      return try Message(
        serializedBytes: Array(file.bytes), extensions: nil, partial: true, options: options)
    } catch {
      throw Diagnostic(
        .invalidProtobuf, "'\(file.path)' is damaged or not \(what) (\(error))",
        at: Location(file: file.path, format: "tensorflow"),
        help: "fetch the file again, or save the model again")
    }
  }
}
