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
  static let samples = 12

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

  /// Logarithms of ratios so far apart are equal.
  private static let leastSpread = 0.01
  /// What one range counts at most, so that one that is wrong by itself does not decide.
  private static let mostSpreads = 4.0
  /// By so much a range may be wider since it is that of more data.
  private static let moreData = 0.25
  /// Ranges as near to the data's are made of them: codes divide a range by 255.
  private static let exactly = 0.003
  /// What a guess must gain in squares of spreads.
  private static let leastGain = 6.0
  /// And what part of them it may leave.
  private static let mostLeft = 0.4

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
  ///   - isFaulty: whether a layer is known to be at fault, so that nearly all ranges must be others'.
  ///   - samples: for each, one float32 tensor [1, …] an input of `a`.
  static func cause(
    _ a: Graph, _ b: Graph, _ ranged: [TensorPairs.Pair], isFaulty: Bool, samples: [[Tensor]],
    threads: Int
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
    let own = ends(of: guesses[0], loop, observed, samples)
    // What a range owes to the choice of samples: how far those of single ones are apart.
    let spreads = ranges.map { range in
      let each = own.map { misfit(range, $0[range.a]) }
      let mean = each.reduce(0, +) / Double(each.count)
      let power = each.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(each.count)
      return power.squareRoot() + leastSpread
    }
    func misfits(_ ends: [Ends]) -> [Double] {
      let all = ends.reduce(into: Ends()) { all, one in
        all.merge(one) { (min($0.low, $1.low), max($0.high, $1.high)) }
      }
      return ranges.map { misfit($0, all[$0.a]) }
    }
    func scores(_ misfits: [Double]) -> [Double] {
      zip(misfits, spreads).map { misfit, spread in
        let spreads = min(max(misfit > 0 ? misfit - moreData : -misfit, 0) / spread, mostSpreads)
        return spreads * spreads
      }
    }
    func sum(_ values: [Double]) -> Double { values.reduce(0, +) }
    let before = misfits(own)
    let tried = guesses.dropFirst().map { guess in
      let ends = ends(of: guess, loop, observed, samples)
      return (guess, misfits(ends), ends)
    }
    // What calibration was given went through the inputs, so their ranges have the same to tell.
    let fitting = tried.filter { _, misfits, _ in
      ranges.indices.allSatisfy {
        !a.inputs.contains(ranges[$0].a) || abs(misfits[$0]) < abs(before[$0]) + spreads[$0]
      }
    }
    guard let (guess, after, changed) = fitting.min(by: { sum(scores($0.1)) < sum(scores($1.1)) })
    else { return nil }
    // Where the same samples were calibrated with, ranges are exactly theirs. One that all samples have is a clamp's.
    let exact = [(before, own), (after, changed)].map { misfits, ends in
      ranges.indices.count { index in
        let each = ends.map { misfit(ranges[index], $0[ranges[index].a]) }
        return abs(misfits[index]) < exactly && (each.max() ?? 0) - (each.min() ?? 0) > 1e-4
      }
    }
    let (scoresBefore, scoresAfter) = (scores(before), scores(after))
    // Else those that the guess makes a difference to must fit it.
    let told = ranges.indices.filter { abs(scoresBefore[$0] - scoresAfter[$0]) > 0.5 }
    let better = told.count { scoresAfter[$0] < scoresBefore[$0] }
    let fits =
      sum(scoresBefore) - sum(scoresAfter) > leastGain
      && sum(scoresAfter) < mostLeft * sum(scoresBefore)
      && told.count >= 3 && 4 * better >= 3 * told.count
      && sum(told.map { scoresAfter[$0] }) < 2 * Double(told.count)
    guard fits || exact[1] - exact[0] >= max(3, ranges.count / 4) else { return nil }
    let closer = zip(before, after).count { abs($1) < abs($0) }
    if isFaulty, 4 * closer < 3 * ranges.count { return nil }
    return Cause(
      .calibrationData,
      "the calibration data are unlike the data here: the ranges of \(closer) of \(ranges.count) tensors fit inputs better that are \(guess.text)",
      fix: "calibrate with the --preprocess of the data that the model runs on")
  }

  private typealias Ends = [ValueID: (low: Float, high: Float)]

  /// The extremes of the outputs and inputs on each sample, changed.
  private static func ends(
    of guess: Guess, _ loop: SampleLoop, _ graph: Graph, _ samples: [[Tensor]]
  ) -> [Ends] {
    var result: [Ends] = []
    for sample in samples {
      var ends: Ends = [:]
      func add(_ id: ValueID, _ values: [Float]) {
        let real = values.lazy.filter { $0.isFinite }
        ends[id] = (min(real.min() ?? 0, 0), max(real.max() ?? 0, 0))
      }
      let changed = zip(graph.inputs, sample).map { id, tensor in
        var values = tensor.storage.array(of: Float.self)
        guess.change(&values, graph[id].type.shape.extents ?? [])
        add(id, values)
        return Tensor(tensor.extents, values)
      }
      try? loop.run(changed, log: DiagnosticLog()) { _, outputs in
        for (id, values) in zip(graph.outputs, outputs) { add(id, values) }
      }
      result.append(ends)
    }
    return result
  }

  /// The logarithm of how many times the range's larger end is the data's. The smaller one may be cut where an activation
  /// follows.
  private static func misfit(_ range: Range, _ ends: (low: Float, high: Float)?) -> Double {
    let (low, high) = ends ?? (0, 0)
    let (held, needed) =
      range.high >= -0.9 * range.low ? (range.high, high) : (-range.low, -low)
    guard held > 0, needed > 0 else { return 8 }
    return log(Double(held) / Double(needed))
  }
}
