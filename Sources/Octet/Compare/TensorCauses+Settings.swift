import OctetData
import OctetDiagnostics
import OctetIR
import OctetOps
import OctetQuantize

extension TensorCauses {
  /// The operators of both parts of one kind, in order, and those that only one part has.
  private var operators: (both: [(a: Node, b: Node)], missing: [Node], added: [Node]) {
    var (both, missing): ([(a: Node, b: Node)], [Node]) = ([], [])
    var added = partB.filter { !$0.isConversion }
    for node in partA where !node.isConversion {
      if let match = added.firstIndex(where: { $0.op.name == node.op.name }) {
        both.append((node, added.remove(at: match)))
      } else {
        missing.append(node)
      }
    }
    return (both, missing, added)
  }

  /// Pads, factors and terms can be part of a layer beside them, so their lack says little.
  private func canBeFolded(_ node: Node, _ graph: Graph) -> Bool {
    node.op is Pad
      || (node.op is Mul || node.op is Add || node.op is Sub)
        && node.inputs.contains { $0.map { graph[$0].constant != nil } ?? false }
  }

  /// - Parameter isLast: whether nothing else is wrong, so that what may be folded is told too.
  func otherOperator(isLast: Bool) -> Cause? {
    let (_, missing, added) = operators
    if let node = missing.first(where: { isLast || !canBeFolded($0, a) }) {
      return Cause(
        .missingOperator,
        "the reference has '\(node.op.name)' here, "
          + (added.first.map { "where there is '\($0.op.name)'" } ?? "which is missing"),
        fix: "convert again with the layer that the reference has")
    }
    return added.first { isLast || !canBeFolded($0, b) || missing.isEmpty }.map {
      Cause(
        .otherSettings, "there is '\($0.op.name)' here, which the reference has not",
        fix: "look at what added it")
    }
  }

  var settings: [Cause] { operators.both.flatMap { differences($0.a, $0.b) } }

  /// The paired tensors that a part reads, as A's, in order.
  private func read(_ part: [Node], _ graph: Graph, _ partner: (ValueID) -> ValueID?) -> [ValueID] {
    let made = Set(part.flatMap { $0.outputs })
    return part.flatMap { $0.inputs.compactMap { $0 } }
      .filter { graph[$0].constant == nil && !made.contains($0) }.compactMap(partner)
  }

  /// A part that is given other tensors than the reference's, or the same in another order.
  var otherInput: Cause? {
    let wanted = read(partA, a) { $0 }
    let found = read(partB, b, partnerOf)
    func names(_ ids: [ValueID]) -> String { list(ids.map { a[$0].name }) }
    let (missing, added) = (
      wanted.filter { !found.contains($0) }, found.filter { !wanted.contains($0) }
    )
    if !missing.isEmpty, !added.isEmpty || found.count == wanted.count {
      return Cause(
        .otherInput,
        added.isEmpty
          ? "it does not read \(names(missing)), as the reference does"
          : "it reads \(names(added)), where the reference reads \(names(missing))",
        fix: "look at what the operator is connected to")
    }
    guard wanted.count > 1, wanted.count == found.count, missing.isEmpty, wanted != found,
      let last = partB.last, !(last.op is Add), !(last.op is Mul), partA.count == 1
    else { return nil }
    return Cause(
      .otherInput,
      "its operands are in another order: \(names(found)), \(names(wanted)) in the reference",
      fix: "look at what the operator is connected to")
  }

  /// Whole numbers, as of pads, that an operator reads and that are others than the reference's.
  private func constants(_ node: Node, _ other: Node) -> [Cause] {
    guard !(node.op is Reshape) else { return [] }
    return zip(node.inputs, other.inputs).compactMap { first, second in
      guard let first, let second, let wanted = a.wholeNumbers(first),
        let found = b.wholeNumbers(second), wanted != found
      else { return nil }
      return Cause(
        node.op is Pad ? .padding : .otherSettings,
        "'\(b[second].name)' of '\(node.op.name)' is \(found), \(wanted) in the reference",
        fix: "convert again with the settings that the reference has")
    }
  }

  /// Codes that are handed on as they are, and stand for other numbers then.
  var handedOnScale: Cause? {
    guard let node = partB.last, node.int8Rule?.output == .likeInput, let data = node.int8Data,
      let given = Codec(b[data].type), let own = Codec(b[pair.b].type),
      given.scale != own.scale || given.zeroPoint != own.zeroPoint
    else { return nil }
    let what =
      given.scale == own.scale
      ? "has zero point \(Int(own.zeroPoint)) for \(Int(given.zeroPoint))"
      : "has a scale \(decimals(Double(own.scale / given.scale), 2)) times as large"
    return Cause(
      .otherScale,
      "'\(node.op.name)' hands on codes, and its result \(what) as its input '\(b[data].name)'",
      fix: "give both the same scale and zero point")
  }

  func differences(_ node: Node, _ other: Node) -> [Cause] {
    var causes = constants(node, other)
    let hasFoldedPads = (partA + partB).contains { $0.op is Pad }
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
        if two != "none", foundRange.upperBound < statistics.high - 2 * step,
          statistics.clipped.high * 10 < statistics.count
        {
          causes.append(
            Cause(
              .otherSettings,
              "the activation is '\(two)', '\(one)' in the reference: numbers reach \(range(foundRange)) where the reference's reach \(range(dataRange))",
              fix: "convert again with the activation that the reference has"))
        }
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
      case "padding" where hasFoldedPads: continue
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
  var border: Cause? {
    let (noise, count) = statistics.border
    guard count > 0, 2 * count < statistics.count, share(noise) > 0.8 else { return nil }
    return Cause(
      .padding,
      "the error lies at the border: \(decimals(100 * share(noise), 0)) % of it in \(decimals(100 * Double(count) / Double(statistics.count), 0)) % of the pixels",
      fix: "look at the padding: zeros before and behind, or the zero point they are written with")
  }
}

extension Graph {
  /// A small constant of int32 or int64.
  fileprivate func wholeNumbers(_ id: ValueID) -> [Int]? {
    guard let storage = self[id].constant, self[id].type.quantization == nil,
      storage.bytes.count <= 256
    else { return nil }
    switch self[id].type.element {
    case .int32: return storage.array(of: Int32.self).map { Int($0) }
    case .int64: return storage.array(of: Int64.self).map { Int($0) }
    default: return nil
    }
  }
}
