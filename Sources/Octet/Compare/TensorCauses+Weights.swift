import OctetData
import OctetDiagnostics
import OctetIR
import OctetOps
import OctetQuantize

extension TensorCauses {
  /// The layers of both parts, where each has one.
  var layers: (a: Node, b: Node)? {
    guard let first = partA.last(where: { $0.int8Weights != nil }),
      let second = partB.last(where: { $0.int8Weights != nil })
    else { return nil }
    return (first, second)
  }

  struct Weights {
    let wanted: [Float]
    let found: [Float]
    let name: String
    /// For each element its channel, and for each channel the step of its codes; 0 for real numbers.
    let channel: (Int) -> Int
    let steps: [Float]
  }

  var weights: Weights? {
    guard let (first, second) = layers, let one = first.int8Weights, let other = second.int8Weights,
      let wantedID = first.inputs[one.position], let foundID = second.inputs[other.position],
      a[wantedID].type.shape == b[foundID].type.shape,
      let extents = b[foundID].type.shape.extents, other.axis < extents.count,
      let wanted = a.reals(ofConstant: wantedID), let found = b.reals(ofConstant: foundID)
    else { return nil }
    let (given, made) = (second.int8Data.flatMap(mappingOf), mappingOf(pair.b))
    // Shifted channels and those of another layout change weights in ways that are not followed.
    guard [given, made].allSatisfy({ $0?.offsets.allSatisfy { $0 == 0 } ?? true }),
      given.map({ $0.gains.count == extents.last }) ?? true,
      made.map({ $0.gains.count == extents[other.axis] }) ?? true
    else { return nil }
    let count = extents[other.axis]
    let inner = max(1, extents[(other.axis + 1)...].reduce(1, &*))
    let quantization = b[foundID].type.element == .float32 ? nil : b[foundID].type.quantization
    let scales = quantization?.scales ?? []
    let scaled = wanted.indices.map { index in
      wanted[index] * (made?.gains[index / inner % count] ?? 1)
        / (given.map { $0.gains[index % $0.gains.count] } ?? 1)
    }
    return Weights(
      wanted: scaled, found: found, name: b[foundID].name,
      channel: { $0 / inner % count },
      steps: scales.count == count ? scales : [Float](repeating: scales.first ?? 0, count: count))
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
        1.5 * Double(weights.steps[channel]),
        1e-5 * (sums[channel].wanted / Double(max(sums[channel].count, 1))).squareRoot())
    }
    let bad = sums.indices.filter {
      (sums[$0].difference / Double(max(sums[$0].count, 1))).squareRoot() > allowed($0)
    }
    guard let worst = bad.max(by: { sums[$0].difference < sums[$1].difference }) else { return [] }
    let channels =
      bad.count == 1 ? "channel \(worst)" : "\(bad.count) of \(sums.count) channels"
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
    let ratios = bad.map { sums[$0].product / max(sums[$0].wanted, .leastNormalMagnitude) }
    let isScaled = bad.allSatisfy {
      sums[$0].product * sums[$0].product > 0.97 * sums[$0].wanted * sums[$0].found
    }
    if isScaled, let least = ratios.min(), let most = ratios.max(),
      most < 1.1 * least || bad.count == 1
    {
      return [
        Cause(
          .otherWeights,
          "the weights '\(weights.name)' are \(decimals(ratios[bad.firstIndex(of: worst) ?? 0], 2)) times the reference's in \(channels)",
          fix: "look at the scale of the weights")
      ]
    }
    let steps = weights.steps[worst]
    let error = (sums[worst].difference / Double(max(sums[worst].count, 1))).squareRoot()
    return [
      Cause(
        .otherWeights,
        "the weights '\(weights.name)' are not the reference's in \(channels): "
          + (steps > 0
            ? "channel \(worst) is \(decimals(error / Double(steps), 1)) steps off"
            : "channel \(worst) is \(shortDecimal(Float(error))) off"),
        fix: "convert from the weights that the reference has")
    ]
  }

  /// Whether the channels hold the same numbers, within a step, once they are in order, and others before.
  func isPermuted(_ weights: Weights, _ channels: [Int]) -> Bool {
    let chosen = Set(channels)
    let places = weights.wanted.indices.filter { chosen.contains(weights.channel($0)) }
    let (wanted, found) = (places.map { weights.wanted[$0] }, places.map { weights.found[$0] })
    guard (wanted + found).allSatisfy({ $0.isFinite }) else { return false }
    func difference(_ one: [Float], _ other: [Float]) -> Double {
      zip(one, other).reduce(0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
    }
    let sorted = difference(wanted.sorted(), found.sorted())
    let step = Double(weights.steps.max() ?? 0)
    let power = wanted.reduce(0) { $0 + Double($1) * Double($1) }
    return sorted <= max(step * step * Double(wanted.count), 1e-8 * power)
      && sorted < 0.05 * difference(wanted, found)
  }

  var biasCauses: [Cause] {
    guard let (first, second) = layers, let place = first.int8Rule?.bias,
      let other = second.int8Rule?.bias, place < first.inputs.count, other < second.inputs.count,
      let wantedID = first.inputs[place], let foundID = second.inputs[other],
      let wanted = a.reals(ofConstant: wantedID), let found = b.reals(ofConstant: foundID),
      wanted.count == found.count, !wanted.isEmpty, mappingOf(pair.b) == nil
    else { return [] }
    let codes = b[foundID].type.element == .int32 ? b[foundID].constant?.array(of: Int32.self) : nil
    let full = (codes ?? []).enumerated().filter { $0.element.magnitude >= 2_147_483_000 }
      .map { $0.offset }
    if let channel = full.first {
      return [
        Cause(
          .saturatedBias,
          "the bias '\(b[foundID].name)' saturates int32 in \(full.count == 1 ? "channel \(channel)" : "\(full.count) channels"): "
            + "\(shortDecimal(wanted[channel])) became \(shortDecimal(found[channel])), since the products' scale is too fine for it",
          fix: "keep the layer in float32, or give its weights or its input a wider range")
      ]
    }
    let each = Double(statistics.count) / Double(wanted.count)
    var (noise, worst) = (0.0, 0)
    for index in wanted.indices {
      let difference = Double(found[index] - wanted[index])
      noise += each * difference * difference
      if abs(found[index] - wanted[index]) > abs(found[worst] - wanted[worst]) { worst = index }
    }
    guard share(noise) > 0.3 else { return [] }
    return [
      Cause(
        .otherBias,
        "the bias '\(b[foundID].name)' is not the reference's: \(shortDecimal(found[worst])) for \(shortDecimal(wanted[worst])) in channel \(worst)",
        fix: "convert from the bias that the reference has")
    ]
  }

  /// The noise that rounding the weights makes, as far as it follows from their steps: that of the inputs' mean power.
  var weightNoise: Double {
    guard let weights else { return 0 }
    var difference = 0.0
    for (x, y) in zip(weights.wanted, weights.found) { difference += Double(x - y) * Double(x - y) }
    var power = 0.0
    for x in weights.wanted { power += Double(x) * Double(x) }
    return power > 0 ? statistics.signal * difference / power : 0
  }

  var fewCodes: Cause? {
    guard let weights, weights.steps.allSatisfy({ $0 > 0 }) else { return nil }
    var largest = [Float](repeating: 0, count: weights.steps.count)
    for (index, value) in weights.found.enumerated() {
      let channel = weights.channel(index)
      largest[channel] = max(largest[channel], abs(value) / weights.steps[channel])
    }
    let few = largest.indices.filter { largest[$0] < 16 }
    guard let least = few.min(by: { largest[$0] < largest[$1] }) else { return nil }
    return Cause(
      .fewCodes,
      "\(counted(few.count, "channel")) of '\(weights.name)' use\(few.count == 1 ? "s" : "") less than 16 of 127 codes, channel \(least) only \(Int(largest[least].rounded()))",
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
    if case .int8(let rule)? = partB.last?.op.quantization, case .fixed(let scale, _) = rule.output
    {
      step = max(step, Double(scale))
    }
    return step * step / 12 * count + idealWeightNoise
  }

  /// As `weightNoise`, of weights whose largest of each channel is code 127.
  var idealWeightNoise: Double {
    guard let weights, weights.steps.contains(where: { $0 > 0 }) else { return 0 }
    var largest = [Float](repeating: 0, count: weights.steps.count)
    var (power, count) = (0.0, [Int](repeating: 0, count: weights.steps.count))
    for (index, value) in weights.wanted.enumerated() where value.isFinite {
      let channel = weights.channel(index)
      largest[channel] = max(largest[channel], abs(value))
      power += Double(value) * Double(value)
      count[channel] += 1
    }
    let noise = zip(largest, count).reduce(0) { sum, channel in
      sum + Double(channel.0 / 127) * Double(channel.0 / 127) / 12 * Double(channel.1)
    }
    return power > 0 ? statistics.signal * noise / power : 0
  }
}
