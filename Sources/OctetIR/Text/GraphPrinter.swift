import OctetDiagnostics

/// Writes a graph as text IR (schemas/octet-ir.md). `Graph(parsing:)` reads it back.
package struct GraphPrinter {
  /// How many elements a constant may have to be written out; larger ones become `elided`.
  package var constantLimit: Int
  package var showsLocations: Bool

  package init(constantLimit: Int = .max, showsLocations: Bool = true) {
    self.constantLimit = constantLimit
    self.showsLocations = showsLocations
  }

  package func print(_ graph: Graph) -> String {
    var output = "octet-ir 1\n\n"
    write(graph, indent: "", to: &output)
    return output
  }

  private func write(_ graph: Graph, indent: String, to output: inout String) {
    let names = uniqueNames(graph)
    func reference(_ id: ValueID) -> String { "%" + Self.word(names[id.index]) }
    output += "\(indent)graph @\(Self.word(graph.name))("
    output += graph.inputs.map { "\(reference($0)): \(Self.text($0, graph))" }
      .joined(separator: ", ")
    output += ") -> (" + graph.outputs.map(reference).joined(separator: ", ") + ") {\n"
    let inner = indent + "  "
    for subgraph in graph.subgraphs { write(subgraph, indent: inner, to: &output) }
    for (index, value) in graph.values.enumerated() {
      guard let constant = value.constant else { continue }
      output += "\(inner)\(reference(ValueID(index))) = const \(contents(value.type, constant))"
      output += " : \(Self.text(value.type))\n"
    }
    for node in graph.nodes {
      output += inner + node.outputs.map(reference).joined(separator: ", ")
      output += "\(node.outputs.isEmpty ? "" : " = ")\(node.op.name)("
      output += node.inputs.map { $0.map(reference) ?? "_" }.joined(separator: ", ") + ")"
      if !node.op.attributes.isEmpty {
        let list = node.op.attributes.map { "\(Self.word($0.name)) = \(Self.text($0.value))" }
        output += " {" + list.joined(separator: ", ") + "}"
      }
      if !node.outputs.isEmpty {
        output += " : " + node.outputs.map { Self.text($0, graph) }.joined(separator: ", ")
      }
      if showsLocations {
        for place in node.provenance { output += " loc(\(Self.text(place)))" }
      }
      output += "\n"
    }
    output += "\(indent)}\n"
  }

  /// The values' names; where one repeats, the last keeps it and earlier ones get `#1`, `#2`...
  private func uniqueNames(_ graph: Graph) -> [String] { graph.uniqueValueNames() }

  private func contents(_ type: TensorType, _ storage: Storage) -> String {
    let count = type.shape.elementCount ?? 0
    guard count <= constantLimit else { return "elided" }
    switch type.element {
    case .float32:
      let values = storage.array(of: Float.self)
      if values.contains(where: { $0.isNaN }) { break }
      return "[" + values.map { Self.text($0) }.joined(separator: ", ") + "]"
    case .int8: return Self.list(storage.array(of: Int8.self))
    case .uint8: return Self.list(storage.array(of: UInt8.self))
    case .int16: return Self.list(storage.array(of: Int16.self))
    case .int32: return Self.list(storage.array(of: Int32.self))
    case .int64: return Self.list(storage.array(of: Int64.self))
    default: break
    }
    let digits = storage.bytes.map { byte in
      let text = String(byte, radix: 16)
      return text.count == 1 ? "0" + text : text
    }
    return "hex \"" + digits.joined() + "\""
  }

  private static func list<T>(_ values: [T]) -> String {
    "[" + values.map { "\($0)" }.joined(separator: ", ") + "]"
  }

  private static func text(_ id: ValueID, _ graph: Graph) -> String { text(graph[id].type) }

  static func text(_ type: TensorType) -> String {
    let dimensions = type.shape.dimensions.map { dimension in
      switch dimension {
      case .known(let extent): "\(extent)"
      case .unknown(let name, let origin): "?\(word(name))(\(quoted(origin)))"
      }
    }
    var result = "\(type.element.shortName)[\(dimensions.joined(separator: ","))]"
    if let quantization = type.quantization {
      let pairs = zip(quantization.scales, quantization.zeroPoints).map { "\(text($0)):\($1)" }
      let axis = quantization.axis.map { "axis \($0): " } ?? ""
      result += "{" + axis + pairs.joined(separator: ", ") + "}"
    }
    return result
  }

  package static func text(_ value: AttributeValue) -> String {
    switch value {
    case .bool(let value): "\(value)"
    case .int(let value): "\(value)"
    case .float(let value): text(value)
    case .symbol(let value): word(value)
    case .string(let value): quoted(value)
    case .ints(let values): list(values)
    case .floats(let values): "[" + values.map { text($0) }.joined(separator: ", ") + "]"
    case .strings(let values): "[" + values.map { quoted($0) }.joined(separator: ", ") + "]"
    case .graph(let name): "@" + word(name)
    }
  }

  private static func text(_ place: Location) -> String {
    let strings = [
      ("file", place.file), ("format", place.format), ("op", place.op), ("node", place.node),
      ("scope", place.scope), ("function", place.function),
    ].compactMap { name, value in value.map { "\(name) = \(quoted($0))" } }
    let numbers = [("line", place.line), ("offset", place.offset), ("index", place.index)]
      .compactMap { name, value in value.map { "\(name) = \($0)" } }
    return (strings + numbers).joined(separator: ", ")
  }

  /// A float as the shortest text that reads back as the same value, always with `.`, `e` or a name.
  private static func text(_ value: Float) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    return "\(value)"
  }

  /// A name as it is when it is plain, else quoted.
  private static func word(_ text: String) -> String {
    let isPlain =
      !text.isEmpty && text.utf8.allSatisfy { TextLexer.isWordByte($0) }
      && !TextLexer.isDigit(text.utf8.first!) && text.utf8.first! != UInt8(ascii: "-")
    return isPlain ? text : quoted(text)
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
