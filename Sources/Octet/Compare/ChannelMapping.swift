import OctetIR
import OctetOps
import OctetQuantize

/// How the channels of B's tensor stand for A's, where B was made with scaled, turned or shifted channels:
/// `b = gain a + offset`.
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

/// What a pair of tensors holds on some samples, channel by channel.
struct ChannelSums {
  private var channels: [(count: Double, a: Double, b: Double, bb: Double)]

  init(channels: Int) {
    self.channels = [(Double, Double, Double, Double)](repeating: (0, 0, 0, 0), count: channels)
  }

  mutating func add(_ a: [Float], _ b: [Float]) {
    for index in a.indices where a[index].isFinite && b[index].isFinite {
      let channel = index % channels.count
      channels[channel].count += 1
      channels[channel].a += Double(a[index])
      channels[channel].b += Double(b[index])
      channels[channel].bb += Double(b[index]) * Double(b[index])
    }
  }

  /// What B's numbers lie above A's times `gains`, where that is more than rounding and clipping make.
  func offsets(_ gains: [Float]) -> [Float] {
    zip(channels, gains).map { sums, gain in
      guard sums.count > 0 else { return 0 }
      let mean = sums.b / sums.count
      let offset = mean - Double(gain) * sums.a / sums.count
      let power = sums.bb / sums.count - mean * mean
      return abs(offset) < 0.1 * max(power, 0).squareRoot() ? 0 : Float(offset)
    }
  }
}

/// Finds the mappings of paired tensors from the weights of both models.
///
/// Channels can be changed where A's graph lets them be (`ChannelGroup`). The layers that make them tell the gains. A layer
/// that reads them must take them back, else what looks like a gain is a fault.
struct ChannelMappingFinder {
  private let a: Graph
  private let b: Graph
  private let groups: [ChannelGroup]
  /// By value of A, its group and the group's channel for each of its own.
  private let places: [ValueID: (group: Int, channels: [Int])]
  /// By node of A, what computes the same in B.
  private let layers: [Int: LayerMatch]

  init(_ a: Graph, _ b: Graph, _ parts: PartFinder) {
    (self.a, self.b) = (a, b)
    groups = a.channelGroups(for: .scaling)
    var places: [ValueID: (group: Int, channels: [Int])] = [:]
    for (index, group) in groups.enumerated() {
      for value in group.values { places[value.id] = (index, value.channels) }
    }
    self.places = places
    let makers = a.producers()
    layers = Dictionary(
      parts.layers.compactMap { layer in makers[layer.a.outputs[0].index].map { ($0, layer) } },
      uniquingKeysWith: { first, _ in first })
  }

  /// The values of A that may have another form in B.
  var values: Set<ValueID> { Set(places.keys) }

  /// - Parameter sums: of pairs, by A's value.
  /// - Returns: mappings by A's value.
  func mappings(_ sums: [ValueID: ChannelSums]) -> [ValueID: ChannelMapping] {
    var gains = groups.map { $0.isFixed.map { _ in Float(1) } }
    for index in a.nodes.indices where layers[index] != nil { addGains(index, &gains) }
    var offsets: [ValueID: [Float]] = [:]
    // A layer on each channel apart hands on what is changed before it, so groups behind it are judged first.
    let order = groups.indices.sorted {
      (groups[$0].makers.map { $0.node }.max() ?? 0)
        > (groups[$1].makers.map { $0.node }.max() ?? 0)
    }
    for group in order {
      if !takesBack(group, gains) { gains[group] = gains[group].map { _ in 1 } }
    }
    for group in order { addOffsets(group, gains, sums, &offsets) }
    return places.compactMapValues { place in place.channels.map { gains[place.group][$0] } }
      .reduce(into: [:]) { mappings, entry in
        let moved = offsets[entry.key] ?? entry.value.map { _ in 0 }
        guard entry.value.contains(where: { $0 != 1 }) || moved.contains(where: { $0 != 0 }) else {
          return
        }
        mappings[entry.key] = ChannelMapping(gains: entry.value, offsets: moved)
      }
  }

  private func own(_ id: ValueID?, _ gains: [[Float]]) -> [Float]? {
    id.flatMap { places[$0] }.map { place in place.channels.map { gains[place.group][$0] } }
  }

  private func addGains(_ index: Int, _ gains: inout [[Float]]) {
    guard let place = places[a.nodes[index].outputs[0]],
      groups[place.group].makers.contains(where: { $0.node == index }),
      let weights = layers[index]?.weights(a, b),
      let given = ownOrOnes(a.nodes[index].int8Data, weights, gains)
    else { return }
    let rows = weights.rows(given: given)
    for (channel, row) in zip(place.channels, rows)
    where !groups[place.group].isFixed[channel] && gains[place.group][channel] == 1 {
      // Below 5 % it is rounding.
      if row.trust > 0.9, row.ratio < 0.95 || row.ratio > 1.05 {
        gains[place.group][channel] = row.ratio
      }
    }
  }

  private func ownOrOnes(
    _ id: ValueID?, _ weights: LayerMatch.Weights, _ gains: [[Float]]
  ) -> [Float]? {
    let given = own(id, gains) ?? [Float](repeating: 1, count: weights.columnCount)
    return given.count == weights.columnCount ? given : nil
  }

  /// Whether the layers that read a group are nearer to A's where its gains are taken back.
  private func takesBack(_ group: Int, _ gains: [[Float]]) -> Bool {
    guard gains[group].contains(where: { $0 != 1 }) else { return true }
    var (with, without) = (0.0, 0.0)
    for reader in groups[group].readers {
      guard let weights = layers[reader.node]?.weights(a, b),
        let given = own(a.nodes[reader.node].int8Data, gains), given.count == weights.columnCount
      else { continue }
      let ones = given.map { _ in Float(1) }
      if weights.isChannelwise {
        let made = own(a.nodes[reader.node].outputs[0], gains) ?? ones
        guard made.count == given.count else { continue }
        with += weights.residual(given: given, made: made)
        without += weights.residual(given: ones, made: made)
      } else {
        with += weights.residual(given: given, made: weights.rows(given: given).map { $0.ratio })
        without += weights.residual(given: ones, made: weights.rows(given: ones).map { $0.ratio })
      }
    }
    return with < 0.5 * without
  }

  /// The offsets of a group's values, if the biases of the layers that read it take them back.
  private func addOffsets(
    _ group: Int, _ gains: [[Float]], _ sums: [ValueID: ChannelSums],
    _ offsets: inout [ValueID: [Float]]
  ) {
    var found: [ValueID: [Float]] = [:]
    for value in groups[group].values {
      guard let own = own(value.id, gains), let sums = sums[value.id] else { continue }
      found[value.id] = zip(sums.offsets(own), value.channels).map {
        groups[group].isFixed[$1] ? 0 : $0
      }
    }
    var (with, without) = (0.0, 0.0)
    for reader in groups[group].readers {
      let node = a.nodes[reader.node]
      guard let layer = layers[reader.node], let weights = layer.weights(a, b),
        let bias = layer.bias(a, b), let moved = node.int8Data.flatMap({ found[$0] }),
        moved.count == weights.columnCount
      else { continue }
      let made = own(node.outputs[0], gains)
      let shifted = offsets[node.outputs[0]]
      var taken = [Float](repeating: 0, count: weights.rowCount)
      for (index, weight) in weights.found.enumerated() {
        taken[weights.row(index)] += weight * moved[index % weights.columnCount]
      }
      for row in taken.indices where row < bias.found.count {
        let error = bias.found[row] - (made?[row] ?? 1) * bias.wanted[row] - (shifted?[row] ?? 0)
        without += Double(error) * Double(error)
        with += Double(error + taken[row]) * Double(error + taken[row])
      }
    }
    if with < 0.25 * without { offsets.merge(found) { first, _ in first } }
  }
}
