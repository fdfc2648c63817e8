public import OctetDiagnostics
package import OctetIR

/// A calibration cache of TensorRT: the scale of each tensor, with zero point 0.
///
///     TRT-7000-EntropyCalibration2
///     data: 3c008912
///     (Unnamed Layer* 1) [Convolution]_output: 3c88edfc
///
/// The first line names TensorRT's version and the calibrator; releases before 5 wrote `1`. A scale is the bits of a float32
/// in hexadecimal, the most significant first; 127 scales are the largest magnitude that has a code. Lines have any order.
///
/// Source: TensorRT developer guide, "Post-Training Quantization Using Calibration"; caches written by TensorRT 5 to 10.
public struct TensorRTCache: Sendable {
  /// The first line.
  public var header: String
  /// Tensor names with their scales: normal, positive and such that 128 of them are finite.
  public var entries: [(name: String, scale: Float)]

  /// Reads the text of a cache. Throws `OCT0508` at the first line that is wrong, with a note for each other one.
  public init(parsing text: String, file: String? = nil) throws(Diagnostic) {
    var reader = TableReader(text, file: file, format: "TensorRT calibration cache")
    header = String(try reader.next())
    guard Self.isHeader(header) else {
      throw reader.problem(
        "expected 'TRT-<version>-<calibrator>' or '1', found '\(header.prefix(60))'")
    }
    entries = try reader.entries(Self.scale).map { ($0.name, $0.value) }
  }

  private static func isHeader(_ line: String) -> Bool {
    if line == "1" { return true }
    let parts = line.split(separator: "-", omittingEmptySubsequences: false)
    return parts.count == 3 && parts[0] == "TRT" && UInt32(parts[1]) != nil && !parts[2].isEmpty
  }

  private static func scale(_ text: Substring) throws(TableReader.Problem) -> Float {
    let words = text.split(separator: " ")
    // A sign is no digit, but UInt32 takes one.
    guard words.count == 1, words[0].utf8.count <= 8, words[0].first?.isHexDigit == true,
      let bits = UInt32(words[0], radix: 16)
    else {
      throw TableReader.Problem(
        "expected the 8 hexadecimal digits of a float32, found '\(text.prefix(60))'")
    }
    let scale = Float(bitPattern: bits)
    guard scale.isNormal, scale > 0, (128 * scale).isFinite else {
      throw TableReader.Problem("no tensor has a scale of \(scale)")
    }
    return scale
  }

  /// The scales of a graph's tensors by the ranges of a table, in the graph's order: the largest magnitude by 127. As in
  /// int8, pools and the like have the scale of what they read, and softmax has that of its codes.
  package init(_ table: CalibrationTable, of graph: Graph) {
    let isMinMax = table.algorithm == CalibrationAlgorithm.minMax.text
    header = "TRT-7000-" + (isMinMax ? "MinMaxCalibration" : "EntropyCalibration2")
    let ranges = Dictionary(
      table.entries.map { ($0.name, $0.range) }, uniquingKeysWith: { first, _ in first })
    let (sources, fixed) = (graph.codeSources(), graph.fixedValues())
    entries = graph.activations.compactMap { id in
      let source = sources[id.index]
      let range = fixed[source].map { .reached(by: $0) } ?? ranges[graph[source].name]
      return range.map { (graph[id].name, $0.widenedToSymmetric.quantization.scale) }
    }
  }

  public var text: String {
    entries.reduce(into: header + "\n") { text, entry in
      let digits = String(entry.scale.bitPattern, radix: 16)
      text += "\(entry.name): \(String(repeating: "0", count: 8 - digits.count))\(digits)\n"
    }
  }

  /// Reads the model's names for tensors that a cache calls otherwise: JSON such as
  /// `{"(Unnamed ITensor* 5)": "conv1"}`. Throws `OCT0508` for what is wrong.
  package static func names(
    parsing text: String, file: String? = nil
  ) throws(Diagnostic) -> [(name: String, own: String)] {
    var taken: Set<String> = []
    return try JSON.tensors(parsing: text, file: file, format: "names of tensors") {
      value throws(TableReader.Problem) in
      guard case .string(let own) = value else {
        throw TableReader.Problem("expected the name of a tensor of the model")
      }
      guard taken.insert(own).inserted else {
        throw TableReader.Problem("'\(own)' has another name already")
      }
      return own
    }.map { ($0.name, $0.value) }
  }
}
