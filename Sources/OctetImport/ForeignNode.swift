package import OctetDiagnostics
import OctetIR

/// A layer or node of a source framework, freed from its file format. Operator mappings see only
/// this, so they know nothing of protobuf or text syntax.
package struct ForeignNode {
  /// The framework's name for the operator, for example `Convolution`.
  package var type: String
  package var name: String
  /// Names of the blobs or tensors it reads and writes.
  package var inputs: [String]
  package var outputs: [String]
  package var attributes: ForeignAttributes
  /// Weights stored with the node, in the framework's order and layout.
  package var weights: [ForeignTensor]
  package var location: Location

  package init(
    type: String, name: String, inputs: [String], outputs: [String],
    attributes: ForeignAttributes, weights: [ForeignTensor] = [], location: Location
  ) {
    self.type = type
    self.name = name
    self.inputs = inputs
    self.outputs = outputs
    self.attributes = attributes
    self.weights = weights
    self.location = location
  }
}

/// Weights as the source stores them, as float32.
package struct ForeignTensor {
  package var extents: [Int]
  package var values: [Float]

  package init(extents: [Int], values: [Float]) {
    self.extents = extents
    self.values = values
  }
}

/// One setting of a node.
package indirect enum ForeignAttribute {
  case bool(Bool)
  case number(Double)
  /// A quoted text or an enumeration's name.
  case text(String)
  case message(ForeignAttributes)
}

/// Settings by name, in source order; a repeated setting keeps all its values.
package struct ForeignAttributes {
  package struct Entry {
    package var name: String
    package var value: ForeignAttribute
    /// 1-based line in a text file.
    package var line: Int?

    package init(name: String, value: ForeignAttribute, line: Int? = nil) {
      self.name = name
      self.value = value
      self.line = line
    }
  }

  package var entries: [Entry]

  package init(_ entries: [Entry] = []) {
    self.entries = entries
  }

  package func all(_ name: String) -> [Entry] { entries.filter { $0.name == name } }

  package func contains(_ name: String) -> Bool { entries.contains { $0.name == name } }

  /// The settings of the sub-message `name`; empty when it is absent. A sub-message that is given
  /// more than once is merged, as protobuf does.
  package func message(_ name: String) -> ForeignAttributes {
    var merged = ForeignAttributes()
    for entry in all(name) {
      if case .message(let settings) = entry.value { merged.entries += settings.entries }
    }
    return merged
  }

  /// The whole numbers given for `name`. Throws `OCT0307` when one is not a whole number that fits.
  package func ints(_ name: String) throws(Diagnostic) -> [Int] {
    var result: [Int] = []
    for entry in all(name) {
      guard case .number(let value) = entry.value, let int = Int(exactly: value) else {
        throw wrong(entry, "a whole number")
      }
      result.append(int)
    }
    return result
  }

  /// The last whole number given for `name`, as protobuf does for a field that may occur once.
  package func int(_ name: String, default fallback: Int) throws(Diagnostic) -> Int {
    try ints(name).last ?? fallback
  }

  package func float(_ name: String, default fallback: Float) throws(Diagnostic) -> Float {
    guard let entry = all(name).last else { return fallback }
    guard case .number(let value) = entry.value else { throw wrong(entry, "a number") }
    return Float(value)
  }

  package func bool(_ name: String, default fallback: Bool) throws(Diagnostic) -> Bool {
    guard let entry = all(name).last else { return fallback }
    guard case .bool(let value) = entry.value else { throw wrong(entry, "true or false") }
    return value
  }

  package func text(_ name: String, default fallback: String) throws(Diagnostic) -> String {
    guard let entry = all(name).last else { return fallback }
    guard case .text(let value) = entry.value else { throw wrong(entry, "a name") }
    return value
  }

  /// An enumeration's name, also where it is given by its number: its place in `names`. Throws `OCT0307`
  /// with near matches for anything else.
  package func choice(_ name: String, among names: [String]) throws(Diagnostic) -> String {
    guard let entry = all(name).last else { return names[0] }
    switch entry.value {
    case .text(let text) where names.contains(text): return text
    case .number(let number):
      if let index = Int(exactly: number), names.indices.contains(index) { return names[index] }
    default: break
    }
    let list = names.joined(separator: ", ")
    var problem = wrong(entry, "one of \(list)")
    if case .text(let text) = entry.value { problem = problem.suggesting(text, from: names) }
    throw problem
  }

  private func wrong(_ entry: Entry, _ wanted: String) -> Diagnostic {
    Diagnostic(
      .unsupportedParameter, "'\(entry.name)' must be \(wanted)", at: Location(line: entry.line))
  }
}
