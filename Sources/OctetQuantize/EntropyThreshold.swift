#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The choice of a clipping threshold by the least Kullback-Leibler divergence.
///
/// Source: S. Migacz, "8-bit inference with TensorRT", GTC 2017. For each candidate the values beyond
/// the threshold are counted at the threshold (the reference distribution), the values within are
/// merged into as many levels as there are codes and spread evenly over the bins that were not
/// empty, and the two distributions are compared.
///
/// A single number that makes up much of a tensor, as what a layer makes of an empty background, is no part of a
/// distribution: merged with its neighbours it would look lost at every threshold but the least. Such a spike
/// counts as often as its neighbours, as zeros, which are counted apart, do not count at all.
package enum EntropyThreshold {
  /// The number of leading bins to keep, from `levels` to the last bin that is not empty; nil when
  /// all values already lie within `levels` bins. Of equally good candidates the largest is taken.
  static func bestBinCount(_ counts: [Int], levels: Int) -> Int? {
    let bins = withoutSpikes(counts)
    guard let last = bins.lastIndex(where: { $0 > 0 }), last + 1 > levels else { return nil }
    let total = bins.reduce(0, +)
    var inside = bins[..<levels].reduce(0, +)
    var best = (count: last + 1, divergence: Double.infinity)
    for count in levels...(last + 1) {
      if count > levels { inside += bins[count - 1] }
      let divergence = divergence(
        bins, count: count, levels: levels, inside: inside, outside: total - inside)
      if divergence <= best.divergence { best = (count, divergence) }
    }
    return best.count
  }

  /// The divergence of what is left of `counts` in each of some numbers of leading bins, of `levels` and more; nil for
  /// fewer and for none.
  package static func divergences(
    _ counts: [Int], binCounts: [Int], levels: Int
  ) -> [Double?] {
    let bins = withoutSpikes(counts)
    let total = bins.reduce(0, +)
    return binCounts.map { count in
      guard count >= levels, count <= bins.count else { return nil }
      let inside = bins[..<count].reduce(0, +)
      let result = divergence(
        bins, count: count, levels: levels, inside: inside, outside: total - inside)
      return result.isFinite ? result : nil
    }
  }

  /// A spike has a hundredth of all values and more than four times as many as either neighbour.
  private static func withoutSpikes(_ counts: [Int]) -> [Int] {
    let least = max(1, counts.reduce(0, +) / 100)
    return counts.indices.map { i in
      let neighbours = max(i > 0 ? counts[i - 1] : 0, i + 1 < counts.count ? counts[i + 1] : 0)
      let isSpike = counts[i] >= least && counts[i] / 4 > neighbours
      return isSpike ? max(neighbours, 1) : counts[i]
    }
  }

  private static func divergence(
    _ bins: [Int], count: Int, levels: Int, inside: Int, outside: Int
  ) -> Double {
    guard inside > 0 else { return .infinity }
    let total = Double(inside + outside)
    var result = 0.0
    for level in 0..<levels {
      let start = level * count / levels
      let end = (level + 1) * count / levels
      var sum = 0
      var used = 0
      for i in start..<end where bins[i] > 0 {
        sum += bins[i]
        used += 1
      }
      // Each non-empty bin of the level stands for the level's mean.
      let quantized = used == 0 ? 0 : Double(sum) / Double(used) / Double(inside)
      for i in start..<end {
        let clipped = i == count - 1 ? outside : 0
        guard bins[i] + clipped > 0 else { continue }
        let reference = Double(bins[i] + clipped) / total
        // An empty bin at the threshold holds clipped values only, which no level stands for.
        result += reference * log(reference / (bins[i] > 0 ? quantized : 1e-12))
      }
    }
    return result
  }
}
