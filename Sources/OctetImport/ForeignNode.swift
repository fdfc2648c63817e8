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

  /// The settings of the sub-message `name`; empty when it is absent.
  package func message(_ name: String) throws(Diagnostic) -> ForeignAttributes {
    guard let entry = try only(name) else { return ForeignAttributes() }
    return try settings(of: entry)
  }

  /// The settings of each sub-message `name`.
  package func messages(_ name: String) throws(Diagnostic) -> [ForeignAttributes] {
    var result: [ForeignAttributes] = []
    for entry in all(name) { result.append(try settings(of: entry)) }
    return result
  }

  /// The whole numbers given for `name`. Throws `OCT0307` when one is not a whole number that fits.
  package func ints(_ name: String) throws(Diagnostic) -> [Int] {
    var result: [Int] = []
    for entry in all(name) { result.append(try int(of: entry)) }
    return result
  }

  package func floats(_ name: String) throws(Diagnostic) -> [Float] {
    var result: [Float] = []
    for entry in all(name) { result.append(try float(of: entry)) }
    return result
  }

  /// The quoted texts and enumeration names given for `name`.
  package func texts(_ name: String) throws(Diagnostic) -> [String] {
    var result: [String] = []
    for entry in all(name) { result.append(try text(of: entry)) }
    return result
  }

  /// The whole number given for `name`; throws `OCT0307` when it is given twice, as all that expect
  /// one value do.
  package func int(_ name: String, default fallback: Int) throws(Diagnostic) -> Int {
    guard let entry = try only(name) else { return fallback }
    return try int(of: entry)
  }

  package func float(_ name: String, default fallback: Float) throws(Diagnostic) -> Float {
    guard let entry = try only(name) else { return fallback }
    return try float(of: entry)
  }

  /// True and false, also where they are given as 1 and 0.
  package func bool(_ name: String, default fallback: Bool) throws(Diagnostic) -> Bool {
    guard let entry = try only(name) else { return fallback }
    switch entry.value {
    case .bool(let value): return value
    case .number(0): return false
    case .number(1): return true
    default: throw wrong(entry, "true or false")
    }
  }

  package func text(_ name: String, default fallback: String) throws(Diagnostic) -> String {
    guard let entry = try only(name) else { return fallback }
    return try text(of: entry)
  }

  /// An enumeration's name, also where it is given by its number: its place in `names`. Throws `OCT0307`
  /// with near matches for anything else.
  package func choice(_ name: String, among names: [String]) throws(Diagnostic) -> String {
    guard let entry = try only(name) else { return names[0] }
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

  private func only(_ name: String) throws(Diagnostic) -> Entry? {
    let entries = all(name)
    guard entries.count < 2 else {
      throw Diagnostic(
        .unsupportedParameter, "'\(name)' is given \(entries.count) times",
        at: Location(line: entries[1].line), help: "keep one of them")
    }
    return entries.first
  }

  private func settings(of entry: Entry) throws(Diagnostic) -> ForeignAttributes {
    guard case .message(let settings) = entry.value else {
      throw wrong(entry, "a message: \(entry.name) { ... }")
    }
    return settings
  }

  private func int(of entry: Entry) throws(Diagnostic) -> Int {
    guard case .number(let value) = entry.value, let int = Int(exactly: value) else {
      throw wrong(entry, "a whole number")
    }
    return int
  }

  private func float(of entry: Entry) throws(Diagnostic) -> Float {
    guard case .number(let value) = entry.value, Float(value).isFinite else {
      throw wrong(entry, "a finite number")
    }
    return Float(value)
  }

  private func text(of entry: Entry) throws(Diagnostic) -> String {
    guard case .text(let value) = entry.value else {
      throw wrong(entry, "a name or a quoted text")
    }
    return value
  }

  private func wrong(_ entry: Entry, _ wanted: String) -> Diagnostic {
    Diagnostic(
      .unsupportedParameter, "'\(entry.name)' must be \(wanted)", at: Location(line: entry.line))
  }
}
