import OctetData
import OctetDiagnostics
import OctetIR
import OctetOps
import OctetQuantize

extension TensorCauses {
  var dataRange: ClosedRange<Float> {
    min(statistics.low, statistics.high)...max(statistics.low, statistics.high)
  }

  var foundRange: ClosedRange<Float> {
    let low = statistics.channels.map { $0.foundLow }.min() ?? 0
    return low...max(low, statistics.channels.map { $0.foundHigh }.max() ?? 0)
  }

  func range(_ range: ClosedRange<Float>) -> String {
    "\(short(range.lowerBound))…\(short(range.upperBound))"
  }

  /// Three significant digits.
  func short(_ value: Float) -> String { significant(Double(value), 3) }

  /// - Parameter excess: the error, as a multiple of what codes cost.
  func ranges(_ excess: Double) -> [Cause] {
    guard let held = statistics.range, let codec = Codec(b[pair.b].type),
      statistics.count > 0, statistics.low.isFinite
    else { return [] }
    var causes: [Cause] = []
    let data = statistics.neededRange
    let (width, needed) = (held.upperBound - held.lowerBound, data.upperBound - data.lowerBound)
    let (low, high, noise) = statistics.clipped
    let isSymmetric = abs(held.lowerBound + held.upperBound) < 2 * codec.scale
    let shift = (held.lowerBound - data.lowerBound, held.upperBound - data.upperBound)
    let isShifted =
      excess > 2 && statistics.negativeGain == 1 && !isSymmetric && low + high > 0
      && width > 0.8 * needed
      && width < 1.25 * needed && shift.0 * shift.1 > 0
      && min(abs(shift.0), abs(shift.1)) > 0.1 * needed
      && max(abs(shift.0), abs(shift.1)) < 3 * min(abs(shift.0), abs(shift.1)) && share(noise) > 0.2
    // A range that costs less than its codes would is well chosen, whatever it cuts off.
    if !isFixed, isShifted || share(noise) > 0.4 && low + high > 0 && excess > 1 {
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
  var isFixed: Bool {
    if case .int8(let rule)? = partB.last?.op.quantization, case .fixed = rule.output {
      return true
    }
    return false
  }

  /// The input whose scale the result has, where that one's numbers are the wider.
  var handedOnRange: ValueID? {
    guard let node = partB.last, node.int8Rule?.output == .likeInput, let data = node.int8Data,
      let given = statisticsOf(data)?.neededRange,
      given.upperBound - given.lowerBound
        > 1.5 * (statistics.neededRange.upperBound - statistics.neededRange.lowerBound)
    else { return nil }
    return data
  }

  /// The concatenation that reads it, at once or through operators that hand on codes.
  var join: Node? {
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

  func wideRange(
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
    if let source = handedOnRange {
      return Cause(
        .fixedScale,
        "'\(partB.last?.op.name ?? "")' keeps the scale of its input '\(b[source].name)', \(times) times what its own numbers \(range(data)) need",
        fix: "keep it in int16 or float32 with --precision, or clip its input with --ranges")
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

  func list(_ names: [String]) -> String {
    names.prefix(3).map { "'\($0)'" }.joined(separator: ", ")
      + (names.count > 3 ? " and others" : "")
  }

  /// Weights that are rounded away since they read a channel many times as large as others.
  var outlierOfInput: Cause? {
    guard let weights, let layer = layer?.shown, let place = layer.int8Rule?.data,
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
  var outlier: Cause? {
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
