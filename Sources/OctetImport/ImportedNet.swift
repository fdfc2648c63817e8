import OctetDiagnostics
package import OctetIR

/// How to read a net.
package struct ImportOptions {
  /// Names of the blobs or nodes to make outputs; empty for the model's own.
  package var outputs: [String]
  /// Extents of inputs by name, as the framework has them.
  package var inputShapes: [String: [Int]]
  /// Nil makes the batch 1.
  package var batch: Int?
  /// Whether a net without a weights file is an error, or is read as far as shapes go.
  package var needsWeights: Bool
  /// Names of the nodes to make inputs in the place of the model's own.
  package var inputs: [String]
  /// The signature of a SavedModel; nil for its own choice.
  package var signature: String?
  /// The file with a Keras model's layers, for one of weights alone.
  package var architecture: String?
  /// Changes that the user consents to.
  package var fixes: Set<Fix>
  /// What is told of the tensors' shapes; nil for an import whose graph is all that is wanted.
  package var trace: ShapeTrace?

  package init(
    outputs: [String], inputShapes: [String: [Int]], batch: Int?, needsWeights: Bool,
    inputs: [String] = [], signature: String? = nil, architecture: String? = nil,
    fixes: Set<Fix> = [], trace: ShapeTrace? = nil
  ) {
    self.outputs = outputs
    self.inputShapes = inputShapes
    self.batch = batch
    self.needsWeights = needsWeights
    self.inputs = inputs
    self.signature = signature
    self.architecture = architecture
    self.fixes = fixes
    self.trace = trace
  }
}

/// A net as an importer gives it: a graph of channels-last inputs and outputs, and what else the source
/// says of it.
package struct ImportedNet {
  package let graph: Graph
  /// How pixels become the net's input, as `--preprocess` takes it; nil when the source does not say.
  package let preprocessing: String?
  /// How the outputs become boxes, one head a line; nil for a net that is no detector.
  package let detector: String?
}

/// An input of a net in the framework's own words.
struct ForeignInput {
  let name: String
  /// Batch, channels, height, width; nil when the net does not give them.
  let extents: [Int]?
  let line: Int?
  /// How a help writes the extents that are not known: `HEIGHT,WIDTH`.
  var size = "HEIGHT,WIDTH"
  /// Why the extents are not known.
  var notes: [String] = []
}

extension DiagnosticLog {
  /// Runs an import; its problems come in the order of the source's lines.
  func sortedByLine(
    _ body: (_ found: DiagnosticLog) throws(DiagnosticFailure) -> ImportedNet
  ) throws(DiagnosticFailure) -> ImportedNet {
    let found = DiagnosticLog()
    var result: ImportedNet?
    do throws(DiagnosticFailure) {
      result = try body(found)
    } catch {
      result = nil
    }
    add(sorted: found)
    guard let result, !hasErrors else { throw DiagnosticFailure() }
    return result
  }
}
