package import OctetDiagnostics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Operands of unlike scale that an operator with one scale for all joins.
package struct ScaleJoin {
  package struct Operand {
    /// The scale of its own range.
    let scale: Float
    let name: String
    /// Whether it takes the joint scale from the start, instead of being requantized.
    let adopts: Bool
    /// Whether it holds scores: the result of a softmax or a logistic function.
    let isScore: Bool

    package init(_ name: String, scale: Float, adopts: Bool, isScore: Bool) {
      self.name = name
      self.scale = scale
      self.adopts = adopts
      self.isScore = isScore
    }
  }

  private let output: String
  private let scale: Float
  private let operands: [Operand]

  package init(_ output: String, scale: Float, _ operands: [Operand]) {
    self.output = output
    self.scale = scale
    self.operands = operands
  }

  /// Scores that are left less than a fourth of the 256 codes that lie between 0 and 1.
  private var lostScores: [Operand] {
    operands.filter { $0.isScore && scale >= 4 / 256 }
  }

  /// `OCT0512`, or `OCT0950` where scores are joined with numbers of another size; nil where all have the joint scale.
  package var diagnostic: Diagnostic? {
    if operands.isEmpty { return nil }
    let notes = operands.map { operand in
      let cost = decibels(ofScale: scale, insteadOf: operand.scale)
      return "'\(operand.name)' has scale \(operand.scale) by its own range and "
        + (operand.adopts ? "takes the joint one" : "is requantized")
        + (cost >= 1 ? ", which costs it \(cost) dB" : "")
    }
    guard let worst = lostScores.min(by: { $0.scale < $1.scale }) else {
      return Diagnostic(
        .scalesJoined,
        "'\(output)' joins tensors of unlike scale in one of \(scale)", notes: notes)
    }
    return Diagnostic(
      .unlikeUnits,
      "'\(output)' joins scores from 0 to 1 with much larger numbers in one scale: "
        + "costs '\(worst.name)' \(decibels(ofScale: scale, insteadOf: worst.scale)) dB",
      notes: notes,
      helps: [
        .init("join them in real numbers", arguments: ["--precision", "\(output)=float32"]),
        .init("or let the model give the scores apart, and join them in your program"),
      ])
  }
}

/// What the ratio of signal to noise loses, in whole dB: rounding to steps of `scale` adds noise of the power
/// scale^2 / 12, so it is 20 log10(scale / own).
package func decibels(ofScale scale: Float, insteadOf own: Float) -> Int {
  guard scale > own, own > 0, scale.isFinite else { return 0 }
  return Int((20 * log10(Double(scale) / Double(own))).rounded())
}
