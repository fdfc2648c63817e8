import OctetDiagnostics
import OctetIR

/// The text of the `octet` metadata entry: a line `octet 1`, then lines of tab-separated fields.
///
/// ```
/// octet 1
/// preprocess⇥scale=1/256
/// detector⇥yolo classes=80 anchors=10x14,23x27 scale_xy=1 output=yolo16
/// node⇥<subgraph>⇥<operator>⇥file=lenet.prototxt⇥node=conv1⇥op=Convolution⇥line=12
/// ```
/// A detector has a line for each of its heads, and a node may have several lines. Tab, newline and backslash in a field are written `\t`, `\n`, `\\`.
enum MetadataText {
  static let entryName = "octet"

  static func text(_ metadata: ModelMetadata, _ graphs: [Graph]) -> String {
    var text = "octet 1\n"
    if let preprocessing = metadata.preprocessing {
      text += "preprocess\t\(escaped(preprocessing))\n"
    }
    for head in metadata.detector.map({ split($0, "\n") }) ?? [] where !head.isEmpty {
      text += "detector\t\(escaped(head))\n"
    }
    for (graphIndex, graph) in graphs.enumerated() {
      for (nodeIndex, node) in graph.nodes.enumerated() {
        for place in node.provenance {
          text += "node\t\(graphIndex)\t\(nodeIndex)"
          for (name, value) in fields(place) { text += "\t\(name)=\(escaped(value))" }
          text += "\n"
        }
      }
    }
    return text
  }

  /// Puts the provenance into the nodes of the graphs that `file` holds. Throws the warning `OCT0109` for text that is not
  /// understood; the graphs then keep what was read so far.
  static func apply(
    _ text: String, to graphs: inout [Graph], of file: String
  ) throws(Diagnostic) -> ModelMetadata {
    var metadata = ModelMetadata()
    let lines = split(text, "\n")
    guard lines.first == "octet 1" else {
      throw Diagnostic(.invalidMetadata, "the 'octet' metadata is of an unknown version")
    }
    var described: [[Bool]] = graphs.map { [Bool](repeating: false, count: $0.nodes.count) }
    for line in lines.dropFirst() where !line.isEmpty {
      let parts = split(line, "\t")
      if parts[0] == "preprocess", parts.count == 2 {
        metadata.preprocessing = unescaped(parts[1])
      } else if parts[0] == "detector", parts.count == 2 {
        let head = unescaped(parts[1])
        metadata.detector = metadata.detector.map { $0 + "\n" + head } ?? head
      } else if parts[0] == "node", parts.count >= 3, let graph = Int(parts[1]),
        let node = Int(parts[2]), graphs.indices.contains(graph),
        graphs[graph].nodes.indices.contains(node)
      {
        if !described[graph][node] { graphs[graph].nodes[node].provenance = [] }
        described[graph][node] = true
        var place = location(parts.dropFirst(3))
        (place.model, place.index) = (file, node)
        graphs[graph].nodes[node].provenance.append(place)
      } else {
        throw Diagnostic(.invalidMetadata, "a line of the 'octet' metadata is not understood")
      }
    }
    return metadata
  }

  private static func fields(_ place: Location) -> [(String, String)] {
    var result: [(String, String)] = []
    for (name, value) in [
      ("file", place.file), ("format", place.format), ("op", place.op), ("node", place.node),
      ("scope", place.scope), ("function", place.function),
    ] {
      if let value { result.append((name, value)) }
    }
    if let line = place.line { result.append(("line", "\(line)")) }
    if let offset = place.offset { result.append(("offset", "\(offset)")) }
    if let index = place.source.index { result.append(("index", "\(index)")) }
    return result
  }

  private static func location(_ fields: ArraySlice<String>) -> Location {
    var place = Location()
    for field in fields {
      let parts = split(field, "=", limit: 1)
      guard parts.count == 2 else { continue }
      let value = unescaped(parts[1])
      switch parts[0] {
      case "file": place.file = value
      case "format": place.format = value
      case "op": place.op = value
      case "node": place.node = value
      case "scope": place.scope = value
      case "function": place.function = value
      case "line": place.line = Int(value)
      case "offset": place.offset = Int(value)
      case "index": place.index = Int(value)
      default: continue
      }
    }
    return place
  }

  /// The parts of `text` between separators, at most `limit` of which count.
  private static func split(_ text: String, _ separator: Unicode.Scalar, limit: Int = .max)
    -> [String]
  {
    var result: [String] = []
    var part = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if scalar == separator, result.count < limit {
        result.append(String(part))
        part = String.UnicodeScalarView()
      } else {
        part.append(scalar)
      }
    }
    result.append(String(part))
    return result
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\t": result += "\\t"
      case "\n": result += "\\n"
      case "\\": result += "\\\\"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static func unescaped(_ text: String) -> String {
    var result = ""
    var isEscaped = false
    for scalar in text.unicodeScalars {
      if isEscaped {
        result += scalar == "t" ? "\t" : scalar == "n" ? "\n" : "\\"
        isEscaped = false
      } else if scalar == "\\" {
        isEscaped = true
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
