import OctetIR

/// The ranges of tensors that an activation shrinks the negative numbers of.
///
/// A convolution before a leaky ReLU may reach from -98 to 27, of which -9.8 to 27 is left: with one scale
/// for both signs most codes stand for differences that the activation makes ten times smaller. So such a
/// tensor gets the range with the least squared error after the activation.
extension Graph {
  /// - Parameter ranges: by value, as the algorithm took them; those of the activations' operands and
  ///   results are changed, and those of operators that hand on codes with them.
  /// - Parameter given: values whose ranges stay as they are.
  func fitActivations(
    _ histograms: [Histogram], _ ranges: inout [CalibrationTable.Range], except given: Set<ValueID>
  ) {
    let (consumers, producers) = (consumers(), producers())
    for node in nodes {
      guard let rule = node.int8Rule, let result = node.outputs.first, !given.contains(result)
      else { continue }
      let output = result.index
      switch rule.output {
      case .likeInput:
        if let data = node.int8Data { ranges[output].clip(to: [ranges[data.index]]) }
      case .unified:
        let inputs = node.inputs.compactMap { $0 }.filter { self[$0].constant == nil }
        if inputs.count == node.inputs.count {
          ranges[output].clip(to: inputs.map { ranges[$0.index] })
        }
      case .calibrated:
        guard let input = fittedOperand(of: node, consumers, producers),
          !given.contains(input)
        else { continue }
        let high = ranges[output].high
        let low = histograms[input.index].low(high: high, negativeGain: rule.negativeGain)
        ranges[input.index] = CalibrationTable.Range(low: low, high: high)
        ranges[output].low = max(ranges[output].low, rule.negativeGain * low)
      case .fixed, .trained: continue
      }
    }
  }

  /// The values whose ranges are chosen by their distribution, whatever the algorithm.
  func fittedValues() -> Set<ValueID> {
    let (consumers, producers) = (consumers(), producers())
    return Set(nodes.compactMap { fittedOperand(of: $0, consumers, producers) })
  }

  /// The tensor that only `node`, an activation, reads and that has a scale of its own.
  private func fittedOperand(
    of node: Node, _ consumers: [[Int]], _ producers: [Int?]
  ) -> ValueID? {
    guard let input = node.inputs[0], activation(reading: input, consumers) != nil,
      producers[input.index].flatMap({ nodes[$0].int8Rule })?.output == .calibrated
    else { return nil }
    return input
  }

  /// The node that alone reads a value and shrinks the negative numbers of it.
  func activation(reading id: ValueID, _ consumers: [[Int]]) -> Int? {
    guard consumers[id.index].count == 1, !outputs.contains(id),
      let rule = nodes[consumers[id.index][0]].int8Rule, rule.output == .calibrated,
      rule.negativeGain < 1
    else { return nil }
    return consumers[id.index][0]
  }
}

extension CalibrationTable.Range {
  /// The part of the range that one of `others` has.
  fileprivate mutating func clip(to others: [CalibrationTable.Range]) {
    low = max(low, others.map { $0.low }.min() ?? low)
    high = min(high, others.map { $0.high }.max() ?? high)
  }
}
