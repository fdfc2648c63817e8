#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// How the channels of B's tensor stand for A's, where B was made with scaled or shifted channels: `b = gain a + offset`.
///
/// Quantizers scale channels so that small ones share a tensor's codes with large ones, and take the factors back in the
/// layers behind. What is compared are A's numbers as B would have them.
struct ChannelMapping: Sendable {
  let gains: [Float]
  let offsets: [Float]

  func applied(to values: [Float]) -> [Float] {
    values.indices.map { values[$0] * gains[$0 % gains.count] + offsets[$0 % gains.count] }
  }

  func inverted(_ values: [Float]) -> [Float] {
    values.indices.map { (values[$0] - offsets[$0 % gains.count]) / gains[$0 % gains.count] }
  }

  /// Differences of B's numbers as those of A's.
  func unscaled(_ errors: [Float]) -> [Float] {
    errors.indices.map { errors[$0] / gains[$0 % gains.count] }
  }
}

/// Finds the mapping of a pair of tensors from what both hold on a few samples.
struct ChannelMappingFit {
  private struct Sums {
    var (count, a, b, aa, ab, bb) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
  }

  private var channels: [Sums]

  var channelCount: Int { channels.count }

  init(channels: Int) { self.channels = [Sums](repeating: Sums(), count: channels) }

  mutating func add(_ a: [Float], _ b: [Float]) {
    for index in a.indices where a[index].isFinite && b[index].isFinite {
      let (x, y) = (Double(a[index]), Double(b[index]))
      let channel = index % channels.count
      channels[channel].count += 1
      channels[channel].a += x
      channels[channel].b += y
      channels[channel].aa += x * x
      channels[channel].ab += x * y
      channels[channel].bb += y * y
    }
  }

  /// A channel's gain and offset, and how sure they are: the square of the correlation. Nil where either tensor has one
  /// number only, or they are no relation that a quantizer makes: factors are quarters of powers of 2.
  func channel(_ index: Int) -> (gain: Double, offset: Double, trust: Double)? {
    let sums = channels[index]
    guard sums.count > 0 else { return nil }
    let (meanA, meanB) = (sums.a / sums.count, sums.b / sums.count)
    let powerA = sums.aa / sums.count - meanA * meanA
    let powerB = sums.bb / sums.count - meanB * meanB
    let product = sums.ab / sums.count - meanA * meanB
    guard powerA > 1e-12 * sums.aa / sums.count, powerB > 0, product > 0 else { return nil }
    let trust = product * product / (powerA * powerB)
    var gain = product / powerA
    var offset = meanB - gain * meanA
    if abs(offset) < 0.1 * powerB.squareRoot() {
      (gain, offset) = (sums.ab / sums.aa, 0)
    }
    let quarters = (4 * log2(gain)).rounded()
    guard trust > 0.8, abs(4 * log2(gain) - quarters) < 0.35 else { return nil }
    gain = exp2(quarters / 4)
    return (gain, offset == 0 ? 0 : meanB - gain * meanA, trust)
  }

  /// The mapping, with gains of `others` for channels that they are surer of: those of tensors with the same channels.
  ///
  /// Nil where the channels are A's own, and where all would have one gain, which would gain nothing.
  func mapping(with others: [ChannelMappingFit]) -> ChannelMapping? {
    var gains = [Float](repeating: 1, count: channels.count)
    var offsets = [Float](repeating: 0, count: channels.count)
    var (before, after, changed) = (0.0, 0.0, 0)
    for (index, sums) in channels.enumerated() {
      let own = channel(index)
      let best = others.compactMap { $0.channel(index) }.filter { $0.offset == 0 }
        .max { $0.trust < $1.trust }
      var (gain, offset) = (own?.gain ?? 1, own?.offset ?? 0)
      if let best, offset == 0, best.trust > own?.trust ?? 0 { (gain, offset) = (best.gain, 0) }
      if gain != 1 || offset != 0 { changed += 1 }
      (gains[index], offsets[index]) = (Float(gain), Float(offset))
      before += sums.aa - 2 * sums.ab + sums.bb
      after +=
        sums.bb - 2 * gain * sums.ab - 2 * offset * sums.b + gain * gain * sums.aa
        + 2 * gain * offset * sums.a + offset * offset * sums.count
    }
    let isUniform = Set(gains).count == 1 && offsets.allSatisfy { $0 == 0 }
    // Clipping makes channels smaller too, but not alike.
    let power = channels.reduce(0) { $0 + $1.bb }
    guard !isUniform, 10 * changed >= channels.count, after < 0.25 * before, after < 0.1 * power
    else { return nil }
    return ChannelMapping(gains: gains, offsets: offsets)
  }
}
