import OctetDiagnostics

/// How one Caffe layer type becomes operators.
package struct CaffeMapping: Sendable {
  /// The message of a layer that holds its settings.
  struct Fields: Sendable {
    let message: String
    /// All the fields Caffe knows there; a layer with another one is refused.
    let names: [String]

    init(_ message: String, _ names: [String]) {
      self.message = message
      self.names = names
    }

    /// An `OCT0307` for each field of a layer's message that is none of `names`.
    func problems(of node: ForeignNode) -> [Diagnostic] {
      let settings: ForeignAttributes
      do throws(Diagnostic) {
        settings = try node.attributes.message(message)
      } catch {
        return [error.located(node.location)]
      }
      return settings.entries.filter { !names.contains($0.name) }.map { entry in
        var problem = Diagnostic(
          .unsupportedParameter, "'\(message)' has no field '\(entry.name)'",
          at: Location(line: entry.line).completed(by: node.location)
        ).suggesting(entry.name, from: names)
        problem.helps.append(.init("take it off if the layer computes the same without it"))
        return problem
      }
    }
  }

  /// Text-IR names of the operators the layer may make.
  package let makes: [String]
  let fields: Fields?
  /// How many blobs the layer may read.
  let bottoms: ClosedRange<Int>
  /// Whether a layer cannot work without weights.
  let needsWeights: @Sendable (ForeignNode) -> Bool
  let build: OpMapping.Build

  init(
    makes: [String], fields: Fields? = nil, bottoms: ClosedRange<Int> = 1...1,
    needsWeights: @escaping @Sendable (ForeignNode) -> Bool = { _ in false },
    build: @escaping OpMapping.Build
  ) {
    self.makes = makes
    self.fields = fields
    self.bottoms = bottoms
    self.needsWeights = needsWeights
    self.build = build
  }

  /// What is wrong with a layer before its bottoms are looked at.
  func problems(of node: ForeignNode) -> [Diagnostic] {
    var result: [Diagnostic] = []
    func add(_ message: String, help: String) {
      result.append(Diagnostic(.unsupportedParameter, message, at: node.location, help: help))
    }
    if !bottoms.contains(node.inputs.count) {
      let (least, most) = (bottoms.lowerBound, bottoms.upperBound)
      let wanted =
        most == Int.max
        ? "at least \(counted(least, "bottom"))"
        : (least == most ? "" : "\(least) or ") + counted(most, "bottom")
      add(
        "\(node.type) takes \(wanted), the layer has \(node.inputs.count)",
        help: "give the layer as many blobs as it takes")
    }
    if node.outputs.isEmpty { add("the layer has no top", help: "name the blob it makes") }
    return result + (fields?.problems(of: node) ?? [])
  }
}
