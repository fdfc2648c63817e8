import OctetData
import OctetDiagnostics
import OctetIR
import OctetRuntime

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Whether the ranges of a quantized graph are those of other data than it is compared on.
///
/// What was done differently to the inputs is guessed and tried: the reference runs on inputs that are changed so, and
/// the ranges that its tensors have then are compared with those that the quantized graph has. A guess that makes them fit
/// is the cause. One wrong range in a graph does not make another guess fit.
struct CalibrationCheck {
  /// How many samples are tried.
  static let samples = 8

  /// What might have been done to the inputs that were calibrated with.
  private struct Guess: Sendable {
    let text: String
    /// Of a group of samples of an input of the given extents.
    let change: @Sendable (_ values: inout [Float], _ extents: [Int]) -> Void
  }

  private static func affine(_ text: String, _ factor: Float, _ offset: Float = 0) -> Guess {
    Guess(text: text) { values, _ in
      for index in values.indices { values[index] = values[index] * factor + offset }
    }
  }

  private static let guesses: [Guess] = [
    Guess(text: "as they are") { _, _ in },
    Guess(text: "with red and blue exchanged (channels=rgb for bgr, or the other way round)") {
      values, extents in
      guard extents.last == 3 else { return }
      for first in stride(from: 0, to: values.count - 2, by: 3) { values.swapAt(first, first + 2) }
    },
    affine("255 times as large (pixels 0…255 for 0…1: scale=1 for scale=1/255)", 255),
    affine("a 255th as large (pixels scaled by 1/255 twice, or where they should not be)", 1 / 255),
    affine("twice as large (scale=1/127 or 1/127.5 for scale=1/255)", 255 / 127),
    affine("half as large (scale=1/255 for scale=1/127)", 127 / 255),
    affine("moved from 0…1 to -1…1 (scale=1/127.5,mean=1 for scale=1/255)", 2, -1),
    affine("moved from -1…1 to 0…1 (scale=1/255 for scale=1/127.5,mean=1)", 0.5, 0.5),
    affine("without the mean taken off, or the other way round: half a range higher", 1, 0.5),
    affine("half a range lower", 1, -0.5),
    affine("inverted (1 - x)", -1, 1),
  ]

  /// Ranges that are so near to the data's are theirs.
  private static let fit = 0.02

  /// A paired tensor with a range of its own.
  private struct Range {
    let a: ValueID
    let low: Float
    let high: Float
  }

  /// The cause; nil where the ranges fit the data, or no guess makes them fit better.
  ///
  /// - Parameters:
  ///   - ranged: the pairs whose ranges calibration has chosen.
  ///   - samples: for each, one float32 tensor [1, …] an input of `a`.
  static func cause(
    _ a: Graph, _ b: Graph, _ ranged: [TensorPairs.Pair], samples: [[Tensor]], threads: Int
  ) -> Cause? {
    let ranges: [Range] = ranged.compactMap { pair in
      guard let codec = Codec(b[pair.b].type) else { return nil }
      return Range(
        a: pair.a, low: codec.real(codec.least), high: codec.real(codec.largest))
    }
    guard ranges.count >= 3 else { return nil }
    var observed = a
    observed.outputs += Set(ranges.map { $0.a }).filter {
      !a.outputs.contains($0) && !a.inputs.contains($0)
    }.sorted { $0.index < $1.index }
    guard let loop = try? SampleLoop(observed, threads: threads, log: DiagnosticLog()) else {
      return nil
    }
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(values.count, 1)) }
    var misfits = [misfit(ranges, guesses[0], loop, observed, samples)]
    if mean(misfits[0]) < fit { return nil }
    for guess in guesses.dropFirst() {
      misfits.append(misfit(ranges, guess, loop, observed, samples))
    }
    guard let best = misfits.indices.min(by: { mean(misfits[$0]) < mean(misfits[$1]) }), best > 0
    else { return nil }
    let better = zip(misfits[0], misfits[best]).count { $1 < $0 }
    let (before, after) = (mean(misfits[0]), mean(misfits[best]))
    // How far what the guess wins is beyond chance.
    let gains = zip(misfits[0], misfits[best]).map { $0 - $1 }
    let spread = (mean(gains.map { ($0 - mean(gains)) * ($0 - mean(gains)) }) / Double(gains.count))
      .squareRoot()
    guard after < 0.6 * before, Double(better) >= 0.65 * Double(ranges.count),
      mean(gains) > 2.5 * spread
    else { return nil }
    return Cause(
      .calibrationData,
      "the calibration data are unlike the data here: the ranges of \(better) of \(ranges.count) tensors fit inputs that are \(guesses[best].text); "
        + "ranges are \(percent(before)) apart from those of these data, \(percent(after)) then",
      fix: "calibrate with the --preprocess of the data that the model runs on")
  }

  private static func percent(_ misfit: Double) -> String {
    "\(decimals(100 * (exp(misfit) - 1), 0)) %"
  }

  /// By range, how far it is from what the changed inputs make: the mean of both ends, as logarithms of ratios to the width.
  private static func misfit(
    _ ranges: [Range], _ guess: Guess, _ loop: SampleLoop, _ graph: Graph,
    _ samples: [[Tensor]]
  ) -> [Double] {
    var ends: [ValueID: (low: Float, high: Float)] = [:]
    func add(_ id: ValueID, _ values: [Float]) {
      var (low, high) = ends[id] ?? (0, 0)
      for value in values where value.isFinite {
        low = min(low, value)
        high = max(high, value)
      }
      ends[id] = (low, high)
    }
    for sample in samples {
      let changed = zip(graph.inputs, sample).map { id, tensor in
        var values = tensor.storage.array(of: Float.self)
        guess.change(&values, graph[id].type.shape.extents ?? [])
        add(id, values)
        return Tensor(tensor.extents, values)
      }
      try? loop.run(changed, log: DiagnosticLog()) { _, outputs in
        for (id, values) in zip(graph.outputs, outputs) { add(id, values) }
      }
    }
    return ranges.map { range in
      let (low, high) = ends[range.a] ?? (0, 0)
      let width = Double(max(range.high - range.low, high - low, .leastNormalMagnitude))
      let apart = Double(abs(range.high - high) + abs(range.low - low)) / width
      return log(1 + min(apart, 20))
    }
  }
}
