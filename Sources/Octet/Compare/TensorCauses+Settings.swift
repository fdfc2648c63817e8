import OctetData
import OctetDiagnostics
import OctetIR
import OctetOps
import OctetQuantize

extension TensorCauses {
  var settings: [Cause] {
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

  func differences(_ node: Node, _ other: Node) -> [Cause] {
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
  var border: Cause? {
    let (noise, count) = statistics.border
    guard count > 0, 2 * count < statistics.count, share(noise) > 0.8 else { return nil }
    return Cause(
      .padding,
      "the error lies at the border: \(decimals(100 * share(noise), 0)) % of it in \(decimals(100 * Double(count) / Double(statistics.count), 0)) % of the pixels",
      fix: "look at the padding: zeros before and behind, or the zero point they are written with")
  }
}
