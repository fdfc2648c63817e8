package import OctetDiagnostics

/// The value of an operator's attribute, as the text IR writes it.
package enum AttributeValue: Sendable, Equatable {
  case bool(Bool)
  case int(Int)
  case float(Float)
  /// A bare word, for example `same`.
  case symbol(String)
  case string(String)
  case ints([Int])
  case floats([Float])
  case strings([String])
  /// A subgraph of the graph that holds the node: `@body`.
  case graph(String)
}

/// A named attribute.
package struct Attribute: Sendable, Equatable {
  package var name: String
  package var value: AttributeValue

  package init(_ name: String, _ value: AttributeValue) {
    self.name = name
    self.value = value
  }
}

/// Reads an operator's attributes by name and notices those nobody asked for.
///
/// Each reading function throws `OCT0205` when the attribute is missing without a default or is of
/// another kind.
package struct AttributeReader {
  private let attributes: [Attribute]
  private let op: String

  package init(op: String, _ attributes: [Attribute]) {
    self.op = op
    self.attributes = attributes
  }

  /// Throws `OCT0205` for attributes that are not among `known` or are given twice.
  package func allow(_ known: [String]) throws(Diagnostic) {
    for (index, attribute) in attributes.enumerated() {
      if !known.contains(attribute.name) {
        throw Diagnostic(.invalidAttribute, "'\(op)' has no attribute '\(attribute.name)'")
          .suggesting(attribute.name, from: known)
      }
      for other in attributes[..<index] where other.name == attribute.name {
        throw Diagnostic(.invalidAttribute, "attribute '\(attribute.name)' is given twice")
      }
    }
  }

  package func value(_ name: String) -> AttributeValue? {
    for attribute in attributes where attribute.name == name { return attribute.value }
    return nil
  }

  package func int(_ name: String, default fallback: Int? = nil) throws(Diagnostic) -> Int {
    switch value(name) {
    case .int(let value)?: return value
    case nil: if let fallback { return fallback }
    default: break
    }
    throw wrong(name, "a whole number")
  }

  package func float(_ name: String, default fallback: Float? = nil) throws(Diagnostic) -> Float {
    switch value(name) {
    case .float(let value)?: return value
    case .int(let value)?: return Float(value)
    case nil: if let fallback { return fallback }
    default: break
    }
    throw wrong(name, "a number")
  }

  package func bool(_ name: String, default fallback: Bool? = nil) throws(Diagnostic) -> Bool {
    switch value(name) {
    case .bool(let value)?: return value
    case nil: if let fallback { return fallback }
    default: break
    }
    throw wrong(name, "true or false")
  }

  package func ints(
    _ name: String, count: Int? = nil, default fallback: [Int]? = nil
  ) throws(Diagnostic) -> [Int] {
    switch value(name) {
    case .ints(let values)?: if count == nil || values.count == count { return values }
    case .floats(let values)? where values.isEmpty: if count == nil { return [] }
    case nil: if let fallback { return fallback }
    default: break
    }
    throw wrong(name, count.map { "a list of \($0) whole numbers" } ?? "a list of whole numbers")
  }

  /// A bare word among `choices`.
  package func symbol(
    _ name: String, among choices: [String], default fallback: String? = nil
  ) throws(Diagnostic) -> String {
    switch value(name) {
    case .symbol(let value)?:
      if choices.contains(value) { return value }
      throw Diagnostic(.invalidAttribute, "'\(op)' does not know \(name) '\(value)'")
        .suggesting(value, from: choices)
    case nil: if let fallback { return fallback }
    default: break
    }
    var list = ""
    for choice in choices { list += (list.isEmpty ? "" : ", ") + choice }
    throw wrong(name, "one of \(list)")
  }

  package func string(_ name: String) throws(Diagnostic) -> String {
    if case .string(let value)? = value(name) { return value }
    throw wrong(name, "a quoted string")
  }

  package func graph(_ name: String) throws(Diagnostic) -> String {
    if case .graph(let value)? = value(name) { return value }
    throw wrong(name, "a subgraph such as @body")
  }

  private func wrong(_ name: String, _ wanted: String) -> Diagnostic {
    Diagnostic(.invalidAttribute, "'\(op)' needs attribute '\(name)' to be \(wanted)")
  }
}
