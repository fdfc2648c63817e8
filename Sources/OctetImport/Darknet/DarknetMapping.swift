import OctetDiagnostics

/// How one Darknet section becomes operators.
package struct DarknetMapping: Sendable {
  /// What the section's weights are, in the file's order.
  typealias Weights =
    @Sendable (ForeignNode, _ input: [Int]) throws(Diagnostic) -> [[Int]]

  /// Text-IR names of the operators the section may make.
  package let makes: [String]
  /// Options that Darknet knows there: those that decide what is computed and those of training.
  let options: [String]
  /// Options that change what is computed in a way Octet does not have, unless they are 0.
  let refused: [String]
  /// The layers it reads, counted as its options count them: below 0 from this one back. Nil for the one
  /// before it.
  let reads: (@Sendable (ForeignNode) throws(Diagnostic) -> [Int])?
  let weights: Weights?
  /// Which of the weights is a matrix that files of old have inputs by outputs.
  let matrix: Int?
  let build: OpMapping.Build
  /// How the output of a head becomes boxes, as `Detector` of OctetData reads it, or nil where it knows no
  /// way; for layers that are no heads there is no closure.
  let head: Head?

  typealias Head =
    @Sendable (ForeignNode) throws(Diagnostic) -> (text: String?, classes: Int)

  init(
    makes: [String], options: [String], refused: [String] = [],
    reads: (@Sendable (ForeignNode) throws(Diagnostic) -> [Int])? = nil,
    weights: Weights? = nil, matrix: Int? = nil,
    head: Head? = nil,
    build: @escaping OpMapping.Build
  ) {
    self.makes = makes
    self.options = options
    self.refused = refused
    self.reads = reads
    self.weights = weights
    self.matrix = matrix
    self.head = head
    self.build = build
  }

  /// Logs `OCT0310` for each option that Darknet does not know, and gives an `OCT0307` for each that
  /// cannot be followed.
  func problems(of node: ForeignNode, _ log: DiagnosticLog) -> [Diagnostic] {
    var result: [Diagnostic] = []
    let known = options + refused
    for entry in node.attributes.entries {
      let place = Location(line: entry.line).completed(by: node.location)
      if refused.contains(entry.name) {
        if case .number(0) = entry.value { continue }
        result.append(
          Diagnostic(
            .unsupportedParameter, "'\(entry.name)' of a \(node.type) layer has no TFLite form",
            at: place, help: "set it to 0 if the net was trained without it"))
      } else if !known.contains(entry.name) {
        log.add(
          Diagnostic(
            .unknownField, "a \(node.type) layer has no option '\(entry.name)'; it is ignored",
            at: place
          ).suggesting(entry.name, from: known))
      }
    }
    return result
  }
}
