import OctetDiagnostics
package import OctetIR

/// How to read a net of a channels-first framework.
package struct ImportOptions {
  /// Names of the blobs to make outputs; empty for those that no layer reads.
  package var outputs: [String]
  /// Extents of inputs, as the framework has them: batch, channels, height, width.
  package var inputShapes: [String: [Int]]
  /// Nil makes the batch 1.
  package var batch: Int?
  /// Whether a net without a weights file is an error, or is read as far as shapes go.
  package var needsWeights: Bool

  package init(
    outputs: [String], inputShapes: [String: [Int]], batch: Int?, needsWeights: Bool
  ) {
    self.outputs = outputs
    self.inputShapes = inputShapes
    self.batch = batch
    self.needsWeights = needsWeights
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
