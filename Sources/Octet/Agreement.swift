public import OctetData
public import OctetDiagnostics
import OctetIR
import OctetRuntime

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// How far a quantized model's dequantized outputs are from the float model's on the same samples.
public struct Agreement: Sendable {
  public struct Output: Sendable {
    public let name: String
    /// Whether the output is a list of class scores.
    let isScores: Bool
    /// The largest absolute difference of an element.
    public private(set) var largest: Float = 0
    /// Elements that are NaN or infinite in one model and another number in the other.
    public private(set) var unreal = 0
    private var sum = 0.0
    private var signal = 0.0
    private var noise = 0.0
    private var elements = 0
    private var topMatches = 0

    init(name: String, _ type: TensorType) {
      self.name = name
      isScores = ClassScore.isList(type.shape.dimensions.map { $0.value })
    }

    /// Samples whose best class is the same; nil for an output that is no list of scores.
    public var sameTop: Int? { isScores ? topMatches : nil }

    public var mean: Double { elements == 0 ? 0 : sum / Double(elements) }

    /// Signal to noise in dB; infinite when both are equal, and below all numbers where some are not real.
    public var decibels: Double {
      unreal > 0 ? -.infinity : noise == 0 ? .infinity : 10 * log10(signal / noise)
    }

    /// `49.3 dB`, `exact`, or how many numbers are none.
    public var text: String {
      unreal > 0
        ? "\(unreal) of \(elements) numbers NaN or infinite"
        : decibels.isFinite ? "\(decimals(decibels, 1)) dB" : "exact"
    }

    mutating func add(_ expected: [Float], _ found: [Float]) {
      for (x, y) in zip(expected, found) where x != y && !(x.isNaN && y.isNaN) {
        guard x.isFinite, y.isFinite else {
          unreal += 1
          continue
        }
        let difference = abs(x - y)
        largest = max(largest, difference)
        sum += Double(difference)
        noise += Double(difference) * Double(difference)
      }
      for x in expected where x.isFinite { signal += Double(x) * Double(x) }
      elements += expected.count
      if bestClass(expected) == bestClass(found) { topMatches += 1 }
    }
  }

  public let samples: Int
  /// What the samples were not used for before: `held-back`, or what they were.
  public let kind: String
  public private(set) var outputs: [Output]

  /// Runs both models on `indices` of the data set.
  ///
  /// - Parameter kind: what the samples are called in reports, for example `held-back`.
  /// - Precondition: the models have the same inputs and outputs but for their types.
  public static func between(
    _ float: Model, _ quantized: Model, _ dataset: Dataset, _ indices: [Int], kind: String = "",
    _ preprocessing: Preprocessing, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> Agreement {
    let reference = try float.sampleLoop(log: log)
    let candidate = try quantized.sampleLoop(log: log)
    let feeder = try SampleFeeder(dataset, float, preprocessing, log: log)
    var result = Agreement(
      samples: indices.count, kind: kind,
      outputs: float.graph.outputs.map { id in
        Output(name: float.graph[id].name, float.graph[id].type)
      })
    for first in stride(from: 0, to: indices.count, by: 16) {
      let group = Array(indices[first..<min(first + 16, indices.count)])
      let batch = try log.attempt { () throws(Diagnostic) in try feeder.batch(group) }
      var expected: [[[Float]]] = []
      try reference.run(batch, log: log) { _, outputs in expected.append(outputs) }
      try candidate.run(batch, log: log) { sample, outputs in
        result.add(expected[sample], outputs)
      }
    }
    return result
  }

  private init(samples: Int, kind: String, outputs: [Output]) {
    self.samples = samples
    self.kind = kind
    self.outputs = outputs
  }

  private mutating func add(_ expected: [[Float]], _ found: [[Float]]) {
    for index in outputs.indices {
      outputs[index].add(expected[index], found[index])
    }
  }

  /// A heading and one line an output.
  public var text: String {
    let words = counted(samples, kind.isEmpty ? "sample" : kind + " sample")
    return "verified against float on \(words):\n"
      + outputs.map { output in
        "  output '\(output.name)': largest difference \(output.largest), mean "
          + "\(Float(output.mean)), \(output.text)"
          + (output.sameTop.map { ", same top-1 on \($0) of \(samples)" } ?? "") + "\n"
      }.joined()
  }

  public var json: JSON {
    .members([
      ("samples", .int(samples)), ("kind", kind.isEmpty ? nil : .string(kind)),
      (
        "outputs",
        .array(
          outputs.map { output in
            .members([
              ("name", .string(output.name)), ("largest", .number(Double(output.largest))),
              ("mean", .number(output.mean)), ("snr_db", .decibels(output.decibels)),
              ("unreal", output.unreal > 0 ? .int(output.unreal) : nil),
              ("same_top1", output.sameTop.map { .int($0) }),
            ])
          })
      ),
    ])
  }

  /// A warning when an output hardly resembles the float model's.
  public func warning(at path: String) -> Diagnostic? {
    let poor = outputs.filter { !($0.decibels >= 10) }
    guard !poor.isEmpty else { return nil }
    return Diagnostic(
      .poorAgreement,
      "the int8 model's outputs differ much from the float model's: "
        + poor.map { "'\($0.name)' \($0.text)" }.joined(separator: ", "),
      at: Location(file: path),
      helps: [
        .init("check that --preprocess is what the model was trained with"),
        .init("try the other calibrator", arguments: ["--calibrator", "entropy"]),
      ])
  }

}
