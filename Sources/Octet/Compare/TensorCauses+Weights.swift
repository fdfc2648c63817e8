import OctetData
import OctetDiagnostics
import OctetIR
import OctetOps
import OctetQuantize

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension TensorCauses {
  struct Weights {
    /// A's, as B would have them.
    let wanted: [Float]
    let found: [Float]
    let name: String
    /// For each element its channel, and for each channel the step of its codes; 0 for real numbers.
    let channel: (Int) -> Int
    let steps: [Float]
    let wantedSteps: [Float]
    let columns: Int

    /// How many codes the weights of some channels have in all, and how many they would have.
    func levels(of channels: [Int]) -> (wanted: Int, found: Int) {
      let chosen = Set(channels)
      func count(_ values: [Float]) -> Int {
        Set(
          values.indices.lazy.filter { chosen.contains(channel($0)) }.map { index in
            let step = steps[channel(index)]
            return step > 0 && values[index].isFinite
              ? (values[index] / step).rounded() : Float(index)
          }
        ).count
      }
      return (count(wanted), count(found))
    }
  }

  var weights: Weights? {
    guard let layer, let weights = layer.weights(a, b),
      let id = layer.shown.int8Weights.flatMap({ layer.shown.inputs[$0.position] })
    else { return nil }
    let (given, made) = (layer.shown.int8Data.flatMap(mappingOf), mappingOf(pair.b))
    guard given.map({ $0.gains.count == weights.columnCount }) ?? true,
      made.map({ $0.gains.count == weights.rowCount }) ?? true
    else { return nil }
    let scaled = weights.wanted.indices.map { index in
      weights.wanted[index] * (made?.gains[weights.row(index)] ?? 1)
        / (given?.gains[index % weights.columnCount] ?? 1)
    }
    return Weights(
      wanted: scaled, found: weights.found, name: b[id].name, channel: weights.row,
      steps: weights.steps, wantedSteps: weights.wantedSteps,
      columns: weights.columnCount)
  }

  var weightCauses: [Cause] {
    guard let weights else { return [] }
    var sums = [(difference: Double, product: Double, wanted: Double, found: Double, count: Int)](
      repeating: (0, 0, 0, 0, 0), count: weights.steps.count)
    for index in weights.wanted.indices {
      let (x, y) = (Double(weights.wanted[index]), Double(weights.found[index]))
      guard x.isFinite, y.isFinite else { continue }
      let channel = weights.channel(index)
      sums[channel].difference += (x - y) * (x - y)
      sums[channel].product += x * y
      sums[channel].wanted += x * x
      sums[channel].found += y * y
      sums[channel].count += 1
    }
    func allowed(_ channel: Int) -> Double {
      max(
        1.5 * Double(max(weights.steps[channel], weights.wantedSteps[channel])),
        1e-5 * (sums[channel].wanted / Double(max(sums[channel].count, 1))).squareRoot())
    }
    let bad = sums.indices.filter {
      (sums[$0].difference / Double(max(sums[$0].count, 1))).squareRoot() > allowed($0)
    }
    guard let worst = bad.max(by: { sums[$0].difference < sums[$1].difference }) else { return [] }
    let channels =
      bad.count == 1 ? "channel \(worst)" : "\(bad.count) of \(sums.count) channels"
    let ratios = bad.map { sums[$0].product / max(sums[$0].wanted, .leastNormalMagnitude) }
    let isScaled = bad.allSatisfy {
      sums[$0].product * sums[$0].product > 0.97 * sums[$0].wanted * sums[$0].found
    }
    if isScaled, let least = ratios.min(), let most = ratios.max() {
      let isOneFactor = most < least + 0.1 * abs(least) || bad.count == 1
      let factors =
        isOneFactor
        ? decimals(ratios[bad.firstIndex(of: worst) ?? 0], 2)
        : "\(decimals(least, 2)) to \(decimals(most, 2))"
      return [
        Cause(
          .otherWeights,
          "the weights '\(weights.name)' are \(factors) times the reference's in \(channels)",
          fix: isOneFactor
            ? "look at the scale of the weights"
            : "look at what is folded into each channel, as normalization is")
      ]
    }
    if isPermuted(weights, bad) {
      return [
        Cause(
          .permutedWeights,
          "the weights '\(weights.name)' are the reference's in another order, in \(channels)",
          fix:
            "look at what permutes them: the layout of the layer before a dense layer, or the order of channels"
        )
      ]
    }
    let zeros = bad.filter { sums[$0].found == 0 }
    let levels = weights.levels(of: bad)
    let steps = weights.steps[worst]
    let error = (sums[worst].difference / Double(max(sums[worst].count, 1))).squareRoot()
    return [
      Cause(
        .otherWeights,
        "the weights '\(weights.name)' are not the reference's in \(channels): "
          + (!zeros.isEmpty
            ? "they are all zero in \(zeros.count == 1 ? "channel \(zeros[0])" : "\(zeros.count) channels")"
            : levels.found < 32 && levels.wanted > 4 * levels.found
              ? "they have \(levels.found) values, where codes have 255"
              : steps > 0
                ? "channel \(worst) is \(decimals(error / Double(steps), 1)) steps off"
                : "channel \(worst) is \(shortDecimal(Float(error))) off"),
        fix: "convert from the weights that the reference has")
    ]
  }

  /// Whether the channels hold the same numbers, within a step, once they are in order, and others before.
  ///
  /// Differences are not squared: one number that is another moves all behind it by a place in the order, each by little.
  func isPermuted(_ weights: Weights, _ channels: [Int]) -> Bool {
    let chosen = Set(channels)
    let places = weights.wanted.indices.filter { chosen.contains(weights.channel($0)) }
    let (wanted, found) = (places.map { weights.wanted[$0] }, places.map { weights.found[$0] })
    guard (wanted + found).allSatisfy({ $0.isFinite }) else { return false }
    func difference(_ one: [Float], _ other: [Float]) -> Double {
      zip(one, other).reduce(0) { $0 + abs(Double($1.0 - $1.1)) }
    }
    let sorted = difference(wanted.sorted(), found.sorted())
    let step = Double(weights.steps.max() ?? 0)
    let size = wanted.reduce(0) { $0 + abs(Double($1)) }
    return sorted <= max(step * Double(wanted.count), 1e-4 * size)
      && sorted < 0.2 * difference(wanted, found)
  }

  /// - Parameter isSuspicious: whether the error is large; of a small one a bias must explain half, with the right sign.
  func biasCauses(_ isSuspicious: Bool) -> [Cause] {
    guard let layer, let bias = layer.bias(a, b), !bias.wanted.isEmpty else { return [] }
    let name = b.biasInput(of: layer.shown).map { b[$0].name } ?? "none"
    let codes = b.biasInput(of: layer.shown).flatMap {
      b[$0].type.element == .int32 ? b[$0].constant?.array(of: Int32.self) : nil
    }
    let full = (codes ?? []).enumerated().filter { $0.element.magnitude >= 2_147_483_000 }
      .map { $0.offset }
    if let channel = full.first {
      return [
        Cause(
          .saturatedBias,
          "the bias '\(name)' saturates int32 in \(full.count == 1 ? "channel \(channel)" : "\(full.count) channels"): "
            + "\(shortDecimal(bias.wanted[channel])) became \(shortDecimal(bias.found[channel])), since the products' scale is too fine for it",
          fix: "keep the layer in float32, or give its weights or its input a wider range")
      ]
    }
    if let cause = staleBias { return [cause] }
    let wanted = wantedBias(bias.wanted, layer)
    let steps = b.sumScales(of: layer.shown) ?? [0]
    let each = Double(statistics.count) / Double(wanted.count)
    let channels = statistics.channels.count == wanted.count ? statistics.channels : nil
    var (noise, shifted, worst, most) = (0.0, 0.0, 0, Float(-1))
    for index in wanted.indices {
      let difference = abs(bias.found[index] - wanted[index])
      // To a step it is rounded, as coarse as that may be.
      guard difference > steps[index % steps.count] else { continue }
      noise += each * Double(difference) * Double(difference)
      if let sum = channels?[index].ownSum, (sum > 0) == (bias.found[index] > wanted[index]) {
        shifted += sum * sum / each
      }
      if difference > most { (worst, most) = (index, difference) }
    }
    guard share(noise) > 0.3, isSuspicious || shifted > 0.5 * statistics.ownNoise else { return [] }
    let isMissing = bias.found.allSatisfy { $0 == 0 }
    return [
      Cause(
        .otherBias,
        isMissing
          ? "the bias is missing: the reference adds up to \(shortDecimal(wanted[worst])), in channel \(worst)"
          : "the bias '\(name)' is not the reference's: \(shortDecimal(bias.found[worst])) for \(shortDecimal(wanted[worst])) in channel \(worst)",
        fix: "convert from the bias that the reference has")
    ]
  }

  /// The reference's bias as B would have it, with scaled and shifted channels.
  private func wantedBias(_ bias: [Float], _ layer: LayerMatch) -> [Float] {
    var wanted = bias
    if let made = mappingOf(pair.b), made.gains.count == bias.count {
      for index in wanted.indices {
        wanted[index] = wanted[index] * made.gains[index] + made.offsets[index]
      }
    }
    guard let given = layer.shown.int8Data.flatMap(mappingOf),
      given.offsets.contains(where: { $0 != 0 }), let weights,
      weights.steps.count == wanted.count
    else { return wanted }
    for (index, weight) in weights.found.enumerated() {
      wanted[weights.channel(index)] -= weight * given.offsets[index % given.offsets.count]
    }
    return wanted
  }

  /// The tensor whose codes operators hand on to this one.
  private func origin(of id: ValueID) -> ValueID {
    var id = id
    while let node = b.nodes.first(where: { $0.outputs.contains(id) }),
      node.int8Rule?.output == .likeInput, let data = node.int8Data
    {
      id = data
    }
    return id
  }

  /// A bias that is stored for other scales than those of its layer's sums, which is what runtimes take it for.
  private var staleBias: Cause? {
    guard let layer, let id = b.biasInput(of: layer.shown), b[id].type.element == .int32,
      let stored = b[id].type.quantization?.scales, let used = b.sumScales(of: layer.shown),
      stored.count == used.count || stored.count == 1, stored.allSatisfy({ $0 > 0 }),
      let data = layer.shown.int8Data
    else { return nil }
    let ratios = used.indices.map { used[$0] / stored[$0 % stored.count] }
    guard let least = ratios.min(), let most = ratios.max(), most > 1.02 || least < 0.98 else {
      return nil
    }
    let factor = ratios.max { abs(log2($0)) < abs(log2($1)) } ?? 1
    let times = decimals(Double(factor), 2)
    // One factor in all channels comes from the input's scale, if its range is off by it.
    let needed = statisticsOf(data).map { $0.neededRange }
    let held = Codec(b[data].type).map { $0.real($0.largest) - $0.real($0.least) }
    let width = needed.map { $0.upperBound - $0.lowerBound } ?? 0
    if most < 1.02 * least, let held, width > 0,
      abs(log2(held / width) - log2(factor)) < abs(log2(held / width))
    {
      return Cause(
        .otherScale,
        "the bias '\(b[id].name)' is stored for an input of another scale: that of '\(b[data].name)' is \(times) times as large, so the bias counts as \(times) times",
        fix: "convert again: a tensor's scale cannot be changed without the layers that read it",
        of: b[origin(of: data)].name)
    }
    return Cause(
      .otherScale,
      "the bias '\(b[id].name)' is stored for other scales than its layer's input and weights have, so it counts as \(times) times",
      fix: "convert again: the scale of a bias is the product of the input's and the weights'")
  }

  /// The noise that errors of the weights make.
  ///
  /// By what is multiplied with them it is the error's square times that one's mean power, for each result that no clamp makes 0; by the
  /// result it has the part of its power that the errors have of the weights'. The first is too low for inputs that are
  /// alike, the second for weights that cancel out, so the larger counts.
  ///
  /// - Parameter square: of the error of each weight.
  private func noise(_ weights: Weights, _ square: (_ index: Int) -> Double) -> Double {
    let rows = weights.steps.count
    let given = layer?.shown.int8Data.flatMap(statisticsOf)
    let isEach = given?.channels.count == weights.columns
    let powers = (isEach ? given?.channels.map { $0.signal } ?? [] : [given?.signal ?? 0]).map {
      $0 * Double(isEach ? weights.columns : 1) / Double(max(given?.count ?? 0, 1))
    }
    guard statistics.channels.count == rows else { return 0 }
    var sums = [(products: Double, errors: Double, power: Double)](
      repeating: (0, 0, 0), count: rows)
    for index in weights.wanted.indices {
      let (row, square) = (weights.channel(index), square(index))
      sums[row].products += square * powers[index % powers.count]
      sums[row].errors += square
      sums[row].power += Double(weights.wanted[index]) * Double(weights.wanted[index])
    }
    let (byInputs, byResult) = zip(sums, statistics.channels).reduce((0.0, 0.0)) { noise, channel in
      let (sums, result) = channel
      return (
        noise.0 + sums.products * Double(result.active),
        noise.1 + (sums.power > 0 ? result.signal * sums.errors / sums.power : 0)
      )
    }
    return max(byInputs, byResult)
  }

  /// The noise that rounding the weights makes.
  var weightNoise: Double {
    guard let weights else { return 0 }
    return noise(weights) { index in
      let difference = Double(weights.wanted[index] - weights.found[index])
      return difference * difference
    }
  }

  var fewCodes: Cause? {
    guard let weights, weights.steps.allSatisfy({ $0 > 0 }) else { return nil }
    var largest = [Float](repeating: 0, count: weights.steps.count)
    for (index, value) in weights.found.enumerated() {
      let channel = weights.channel(index)
      largest[channel] = max(largest[channel], abs(value) / weights.steps[channel])
    }
    let few = largest.indices.filter { largest[$0] < 32 }
    guard let least = few.min(by: { largest[$0] < largest[$1] }) else { return nil }
    return Cause(
      .fewCodes,
      "\(counted(few.count, "channel")) of '\(weights.name)' use\(few.count == 1 ? "s" : "") less than 32 of 127 codes, channel \(least) only \(Int(largest[least].rounded()))",
      fix: "quantize its weights with a scale for each channel")
  }

  /// The noise that the part makes if its range is the data's and its weights have a scale for each channel, and nothing
  /// else is wrong: steps of either are evenly distributed errors.
  var allowedNoise: Double {
    let count = Double(statistics.count)
    guard let codec = Codec(b[pair.b].type), statistics.low.isFinite else {
      return 1e-8 * statistics.signal
    }
    let high = max(statistics.high, 0)
    let low =
      statistics.negativeGain < 1
      ? statistics.histogram.low(high: high, negativeGain: statistics.negativeGain)
      : min(statistics.low, 0)
    let needed = high - low
    var step = Double(needed / (codec.largest - codec.least))
    if let source = handedOnRange, let given = statisticsOf(source)?.neededRange {
      step = Double((given.upperBound - given.lowerBound) / (codec.largest - codec.least))
    }
    if case .int8(let rule)? = partB.last?.op.quantization, case .fixed(let scale, _) = rule.output
    {
      step = max(step, Double(scale))
    }
    return step * step / 12 * count + idealWeightNoise
  }

  /// As `weightNoise`, of weights whose largest of each channel is code 127; those of A may be rounded too.
  private var idealWeightNoise: Double {
    guard let weights, weights.steps.contains(where: { $0 > 0 }) else { return 0 }
    var largest = [Float](repeating: 0, count: weights.steps.count)
    for (index, value) in weights.wanted.enumerated() where value.isFinite {
      let channel = weights.channel(index)
      largest[channel] = max(largest[channel], abs(value))
    }
    return noise(weights) { index in
      let channel = weights.channel(index)
      let (step, other) = (Double(largest[channel] / 127), Double(weights.wantedSteps[channel]))
      return (step * step + other * other) / 12
    }
  }
}
