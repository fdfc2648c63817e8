import OctetData
import OctetDiagnostics
import OctetIR
import OctetOps
import OctetQuantize

/// Finds why a part of a model gives other numbers than the same part of a reference, from what both are made of and what
/// their tensors hold.
struct TensorCauses {
  private let a: Graph
  private let b: Graph
  private let pair: TensorPairs.Pair
  private let statistics: PairStatistics
  private let partA: [Node]
  private let partB: [Node]
  private let readers: [Node]
  private let statisticsOf: (ValueID) -> PairStatistics?
  private let mappingOf: (ValueID) -> ChannelMapping?

  /// - Parameters:
  ///   - partA: the nodes that make the tensor of the reference from other paired tensors, in order.
  ///   - readers: the nodes of B that read the tensor.
  init(
    _ a: Graph, _ b: Graph, _ pair: TensorPairs.Pair, _ statistics: PairStatistics,
    partA: [Node], partB: [Node], readers: [Node],
    statisticsOf: @escaping (ValueID) -> PairStatistics?,
    mappingOf: @escaping (ValueID) -> ChannelMapping?
  ) {
    self.mappingOf = mappingOf
    self.statisticsOf = statisticsOf
    (self.a, self.b, self.pair, self.statistics) = (a, b, pair, statistics)
    (self.partA, self.partB, self.readers) = (partA, partB, readers)
  }

  /// The causes, what is certain and what explains most first. Never empty for a tensor with an own error.
  ///
  /// - Parameter excess: the own error's noise, as a multiple of what eight bits cost.
  func found(excess: Double) -> [Cause] {
    let isSuspicious = excess > ModelComparison.suspicious
    var causes: [Cause] = []
    if let cause = unreal { causes.append(cause) }
    let made = weightCauses + biasCauses
    if isSuspicious {
      causes += made
      // Another way to compute the same costs little, another result much.
      if excess > Self.otherResult { causes += settings }
      if causes.isEmpty, let cause = border { causes.append(cause) }
    } else {
      causes += made.filter { $0.kind.isCertain }
    }
    if let cause = outlierOfInput { causes.append(cause) }
    causes += ranges
    if let cause = fewCodes, share(weightNoise) > 0.2 { causes.append(cause) }
    if causes.isEmpty, statistics.ownNoise > 0 {
      causes.append(
        Cause(
          .rounding,
          isSuspicious
            ? "the error is \(significant(excess, 2)) times what its codes cost, for a reason that no rule knows"
            : "rounding to \(Codec(b[pair.b].type).map { $0.largest - $0.least > 255 } ?? false ? 65536 : 256) codes, no more than these cost"
        ))
    }
    return causes
  }

  private func share(_ noise: Double) -> Double {
    statistics.readNoise > 0 ? noise / statistics.readNoise : 0
  }

  private static let otherResult = 25.0

  // MARK: Numbers

  private var unreal: Cause? {
    for (graph, nodes, whose) in [(b, partB, ""), (a, partA, " of the reference")] {
      for node in nodes {
        for case let id? in node.inputs {
          guard let reals = graph.reals(ofConstant: id),
            let place = reals.firstIndex(where: { !$0.isFinite })
          else { continue }
          let count = reals.count { !$0.isFinite }
          return Cause(
            .unreal,
            "'\(graph[id].name)'\(whose) holds \(counted(count, "number")) that \(count == 1 ? "is" : "are") NaN or infinite, the first at element \(place)",
            fix: "train or export the layer again")
        }
      }
    }
    guard statistics.unreal.own > 0 else { return nil }
    return Cause(
      .unreal,
      "the operator makes NaN or infinite numbers of real ones: \(statistics.unreal.own) elements",
      fix: "look at its constants and settings")
  }

  // MARK: Weights

  /// The layers of both parts, where each has one.
  private var layers: (a: Node, b: Node)? {
    guard let first = partA.last(where: { $0.int8Weights != nil }),
      let second = partB.last(where: { $0.int8Weights != nil })
    else { return nil }
    return (first, second)
  }

  private struct Weights {
    let wanted: [Float]
    let found: [Float]
    let name: String
    /// For each element its channel, and for each channel the step of its codes; 0 for real numbers.
    let channel: (Int) -> Int
    let steps: [Float]
  }

  private var weights: Weights? {
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
    let inner = extents[(other.axis + 1)...].reduce(1, *)
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

  private var weightCauses: [Cause] {
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
  private func isPermuted(_ weights: Weights, _ channels: [Int]) -> Bool {
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

  private var biasCauses: [Cause] {
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
  private var weightNoise: Double {
    guard let weights else { return 0 }
    var difference = 0.0
    for (x, y) in zip(weights.wanted, weights.found) { difference += Double(x - y) * Double(x - y) }
    var power = 0.0
    for x in weights.wanted { power += Double(x) * Double(x) }
    return power > 0 ? statistics.signal * difference / power : 0
  }

  private var fewCodes: Cause? {
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
  private var idealWeightNoise: Double {
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

  // MARK: Settings

  private var settings: [Cause] {
    var causes: [Cause] = []
    var (left, others) = (partA.filter { !$0.isConversion }, partB.filter { !$0.isConversion })
    for node in left {
      guard let match = others.firstIndex(where: { $0.op.name == node.op.name }) else { continue }
      causes += differences(node, others.remove(at: match))
      left.removeAll { $0.outputs == node.outputs }
    }
    if let missing = left.first {
      causes.append(
        Cause(
          .missingOperator,
          "the reference has '\(missing.op.name)' here, which is missing",
          fix: "convert again with the layer that the reference has"))
    } else if let other = others.first {
      causes.append(
        Cause(
          .otherSettings, "there is '\(other.op.name)' here, which the reference has not",
          fix: "look at what added it"))
    }
    return causes
  }

  private func differences(_ node: Node, _ other: Node) -> [Cause] {
    var causes: [Cause] = []
    for attribute in node.op.attributes {
      guard let found = other.op.attributes.first(where: { $0.name == attribute.name }),
        found.value != attribute.value
      else { continue }
      let (one, two) = (GraphPrinter.text(attribute.value), GraphPrinter.text(found.value))
      switch attribute.name {
      case "shape", "keep_dimensions", "asymmetric": continue
      case "activation":
        // A range that ends where the clamp does is the clamp.
        let step = Codec(b[pair.b].type)?.scale ?? 0
        let exceeds =
          statistics.channels.contains {
            $0.foundLow < statistics.low - 2 * step || $0.foundHigh > statistics.high + 2 * step
          }
        guard exceeds else { continue }
        causes.append(
          Cause(
            .missingOperator,
            "the activation '\(one)' is missing: it is '\(two)', and numbers reach \(range(foundRange)) where the reference's stay in \(range(dataRange))",
            fix: "convert again with the activation that the reference has"))
      case "padding":
        causes.append(
          Cause(
            .padding, "the padding is \(two), \(one) in the reference",
            fix: "convert again with the padding that the reference has"))
      default:
        causes.append(
          Cause(
            .otherSettings,
            "\(attribute.name) of '\(node.op.name)' is \(two), \(one) in the reference",
            fix: "convert again with the settings that the reference has"))
      }
    }
    return causes
  }

  /// Errors that lie at the edge of the picture.
  private var border: Cause? {
    let (noise, count) = statistics.border
    guard count > 0, 2 * count < statistics.count, share(noise) > 0.8 else { return nil }
    return Cause(
      .padding,
      "the error lies at the border: \(decimals(100 * share(noise), 0)) % of it in \(decimals(100 * Double(count) / Double(statistics.count), 0)) % of the pixels",
      fix: "look at the padding: zeros before and behind, or the zero point they are written with")
  }

  // MARK: Ranges

  private var dataRange: ClosedRange<Float> {
    min(statistics.low, statistics.high)...max(statistics.low, statistics.high)
  }

  private var foundRange: ClosedRange<Float> {
    let low = statistics.channels.map { $0.foundLow }.min() ?? 0
    return low...max(low, statistics.channels.map { $0.foundHigh }.max() ?? 0)
  }

  private func range(_ range: ClosedRange<Float>) -> String {
    "\(short(range.lowerBound))…\(short(range.upperBound))"
  }

  /// Three significant digits.
  private func short(_ value: Float) -> String { significant(Double(value), 3) }

  private var ranges: [Cause] {
    guard let held = statistics.range, let codec = Codec(b[pair.b].type),
      statistics.count > 0, statistics.low.isFinite
    else { return [] }
    var causes: [Cause] = []
    let data = min(dataRange.lowerBound, 0)...max(dataRange.upperBound, 0)
    let (width, needed) = (held.upperBound - held.lowerBound, data.upperBound - data.lowerBound)
    let (low, high, noise) = statistics.clipped
    let isSymmetric = abs(held.lowerBound + held.upperBound) < 2 * codec.scale
    let shift = (held.lowerBound - data.lowerBound, held.upperBound - data.upperBound)
    let isShifted =
      statistics.negativeGain == 1 && !isSymmetric && low + high > 0 && width > 0.8 * needed
      && width < 1.25 * needed && shift.0 * shift.1 > 0
      && min(abs(shift.0), abs(shift.1)) > 0.1 * needed
      && max(abs(shift.0), abs(shift.1)) < 1.5 * min(abs(shift.0), abs(shift.1))
    if !isFixed, isShifted || share(noise) > 0.4 && low + high > 0 {
      let part = decimals(100 * Double(low + high) / Double(statistics.count), 2)
      if isShifted {
        causes.append(
          Cause(
            .zeroPoint,
            "the zero point \(Int(codec.zeroPoint)) is off by about \(Int((min(abs(shift.0), abs(shift.1)) / codec.scale).rounded())) codes: "
              + "the range \(range(held)) is as wide as the data's \(range(data)) and lies beside it; \(part) % of the numbers are cut off",
            fix: "calibrate again, or give the tensor's range with --ranges"))
      } else {
        causes.append(
          Cause(
            .clipped,
            "clipped by calibration: \(part) % of the numbers lie beyond \(range(held)), the data reach \(range(data))"
              + (statistics.negativeGain < 1
                ? "; negative numbers are given less room, since \(shortDecimal(statistics.negativeGain)) of them is left behind the activation"
                : ""),
            fix: "calibrate with more data or --calibrator min-max, or give the range with --ranges"
          ))
      }
    }
    let rounding = Double(codec.scale * codec.scale) / 12 * Double(statistics.count)
    guard share(rounding) > 0.3, needed > 0 else { return causes }
    let ratio = width / needed
    if ratio > 1.8 { causes.append(wideRange(ratio, held, data)) }
    if let cause = outlier { causes.append(cause) }
    return causes
  }

  /// Whether a specification gives the operator's scale.
  private var isFixed: Bool {
    if case .int8(let rule)? = partB.last?.op.quantization, case .fixed = rule.output {
      return true
    }
    return false
  }

  /// The concatenation that reads it, at once or through operators that hand on codes.
  private var join: Node? {
    var (open, seen) = (readers, 0)
    while let node = open.popLast(), seen < 16 {
      seen += 1
      if node.op is Concatenation { return node }
      if node.int8Rule?.output == .likeInput {
        open += b.nodes.filter { $0.inputs.contains(node.outputs[0]) }
      }
    }
    return nil
  }

  private func wideRange(
    _ ratio: Float, _ held: ClosedRange<Float>, _ data: ClosedRange<Float>
  ) -> Cause {
    let times = decimals(Double(ratio), 1)
    if let join {
      let widths = join.inputs.compactMap { $0 }.map { b[$0].name }.filter { $0 != b[pair.b].name }
      return Cause(
        .concatenation,
        "it shares the range \(range(held)) of the concatenation '\(b[join.outputs[0]].name)' with \(list(widths)), \(times) times what its own numbers \(range(data)) need",
        fix:
          "keep the concatenation in int16 or float32 with --precision, or clip the wider operand with --ranges"
      )
    }
    if isFixed {
      let classes = b[pair.b].type.shape.extents?.last ?? 1
      return Cause(
        .fixedScale,
        "'\(partB.last?.op.name ?? "")' has the fixed scale \(shortDecimal(Codec(b[pair.b].type)?.scale ?? 0)), and its \(classes) numbers an element reach \(short(data.upperBound)) at most",
        fix: "leave it out of the model, or keep it in float32 with --precision")
    }
    return Cause(
      .wideRange,
      "the scale is \(times) times what the data need: the range is \(range(held)), the data lie in \(range(data))",
      fix: "calibrate again, or give the tensor's range with --ranges")
  }

  private func list(_ names: [String]) -> String {
    names.prefix(3).map { "'\($0)'" }.joined(separator: ", ")
      + (names.count > 3 ? " and others" : "")
  }

  /// Weights that are rounded away since they read a channel many times as large as others.
  private var outlierOfInput: Cause? {
    guard let weights, let layer = layers?.b, let place = layer.int8Rule?.data,
      let input = layer.inputs[place], let given = statisticsOf(input),
      let filter = layer.int8Weights, let id = layer.inputs[filter.position],
      let extents = b[id].type.shape.extents, extents.last == given.channels.count,
      filter.axis != extents.count - 1, given.count > 0, given.channels.count > 1
    else { return nil }
    let columns = given.channels.count
    var noise = [Double](repeating: 0, count: columns)
    for (index, (x, y)) in zip(weights.wanted, weights.found).enumerated() {
      noise[index % columns] += Double(x - y) * Double(x - y)
    }
    let each = Double(statistics.count) / Double(weights.steps.count)
    for channel in noise.indices {
      noise[channel] *=
        each * given.channels[channel].signal * Double(columns) / Double(given.count)
    }
    guard let worst = noise.indices.max(by: { noise[$0] < noise[$1] }),
      share(noise[worst]) > 0.4, given.outliers.contains(worst)
    else { return nil }
    return Cause(
      .outlierChannel,
      "channel \(worst) of its input '\(b[input].name)' spans \(short(given.channels[worst].low))…\(short(given.channels[worst].high)), many times what the others do, so the weights that read it are too small for their codes",
      fix:
        "convert with --optimize, which scales channels, or keep the layer in int16 with --precision",
      of: b[input].name)
  }

  /// A channel that takes many times the range of half of all.
  private var outlier: Cause? {
    let channels = statistics.channels
    let wide = statistics.outliers
    guard let worst = wide.max(by: { channels[$0].width < channels[$1].width }) else { return nil }
    let (median, most) = (statistics.medianWidth, channels[worst].width)
    let names =
      wide.count == 1 ? "channel \(worst)" : "\(wide.count) channels, most by channel \(worst)"
    return Cause(
      .outlierChannel,
      "the range is wasted by \(names), which spans \(short(channels[worst].low))…\(short(channels[worst].high)): half of all \(channels.count) channels stay within \(short(median)), a \(Int((most / median).rounded()))th of it",
      fix:
        "convert with --optimize, which scales channels, or keep the layer in int16 with --precision"
    )
  }
}

/// So many significant digits.
func significant(_ value: Double, _ digits: Int) -> String {
  guard value.isFinite, value != 0 else { return value == 0 ? "0" : "\(value)" }
  var (scaled, places) = (abs(value), 0)
  while scaled >= 10 { (scaled, places) = (scaled / 10, places - 1) }
  while scaled < 1 { (scaled, places) = (scaled * 10, places + 1) }
  return decimals(value, min(max(digits - 1 + places, 0), 12))
}

extension Graph {
  /// The real numbers of a constant, dequantized along an axis too; nil for whole numbers without scale and values that
  /// are none.
  func reals(ofConstant id: ValueID) -> [Float]? {
    let value = self[id]
    guard let storage = value.constant, value.type.byteCount == storage.bytes.count else {
      return nil
    }
    let tensor = Tensor(value.type, storage)
    guard let quantization = value.type.quantization, value.type.element != .float32 else {
      return value.type.element == .float32 ? tensor.realValues : nil
    }
    if quantization.axis == nil { return tensor.realValues }
    guard let axis = quantization.axis, let extents = value.type.shape.extents,
      axis < extents.count, quantization.scales.count == extents[axis]
    else { return nil }
    let inner = extents[(axis + 1)...].reduce(1, *)
    func real(_ index: Int, _ code: Int32) -> Float {
      let channel = index / inner % extents[axis]
      return quantization.scales[channel]
        * Float(
          code &- (quantization.zeroPoints.count > channel ? quantization.zeroPoints[channel] : 0))
    }
    switch value.type.element {
    case .int8: return storage.array(of: Int8.self).enumerated().map { real($0, Int32($1)) }
    case .uint8: return storage.array(of: UInt8.self).enumerated().map { real($0, Int32($1)) }
    case .int16: return storage.array(of: Int16.self).enumerated().map { real($0, Int32($1)) }
    case .int32: return storage.array(of: Int32.self).enumerated().map { real($0, $1) }
    default: return nil
    }
  }
}
