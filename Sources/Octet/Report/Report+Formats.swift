import OctetDiagnostics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension Report {
  /// What Model Explorer lays over the graphs of a `.tflite`: by the name of the subgraph, a number for each operator by the name
  /// of its first output. The own error's part of the tensor's power in percent where there is a comparison, else
  /// milliseconds. Of two models, those of the second.
  ///
  /// Source: `NodeDataProviderData` in google-ai-edge/model-explorer, src/ui/src/components/visualizer/common/types.ts.
  var nodeData: JSON {
    var graphs: [(String, JSON?)] = []
    for graph in json["graphs"]?.elements ?? [] {
      let tensors = graph["tensors"]?.elements ?? []
      var results: [(String, JSON?)] = []
      for node in graph["nodes"]?.elements ?? [] {
        guard let output = node["outputs"]?.elements?.first?.whole,
          let name = tensors[output]["name"]?.words,
          let value = Self.value(of: node, tensors[output])
        else { continue }
        results.append((name, .members([("value", value)])))
      }
      let id = graph["id"]?.words ?? ""
      graphs.removeAll { $0.0 == id }
      graphs.append((id, .members([("results", .members(results))])))
    }
    return .members(graphs)
  }

  private static func value(of node: JSON, _ output: JSON) -> JSON? {
    guard let comparison = output["comparison"] else { return node["milliseconds"] }
    switch comparison["own_db"] {
    case .number(let decibels)?: return .number(100 * pow(10, -decibels / 10))
    case nil: return .number(0)
    default: return .number(100)
    }
  }

  /// The graphs in Graphviz's language, edges with their types, scales, zero points and ranges.
  public var dot: String {
    var text = "digraph model {\n  node [shape=box, fontname=\"sans-serif\"];\n"
    text += "  edge [fontname=\"sans-serif\", fontsize=10];\n"
    let graphs = json["graphs"]?.elements ?? []
    for (place, graph) in graphs.enumerated() {
      let isCluster = graphs.count > 1
      if isCluster {
        let name = graph["name"]?.words ?? ""
        text += "  subgraph cluster\(place) {\n  label=\(Self.quoted(name));\n"
      }
      text += Self.dot(of: graph, "g\(place)")
      if isCluster { text += "  }\n" }
    }
    return text + "}\n"
  }

  private static func quoted(_ name: String) -> String { JSON.string(name).text }

  /// - Parameter id: what the names of its nodes begin with.
  private static func dot(of graph: JSON, _ id: String) -> String {
    let tensors = graph["tensors"]?.elements ?? []
    var text = ""
    var makers: [Int: String] = [:]
    func places(_ part: JSON, _ list: String) -> [Int] {
      (part[list]?.elements ?? []).compactMap { $0.whole }
    }
    func end(_ kind: String, _ tensor: Int) -> String {
      let name = "\(id)\(kind)\(tensor)"
      text += "  \(name) [label=\(quoted(tensors[tensor]["name"]?.words ?? "")), style=rounded];\n"
      return name
    }
    func edge(_ tensor: Int, _ reader: String) {
      guard let maker = makers[tensor] else { return }
      text += "  \(maker) -> \(reader) [label=\(quoted(edgeLabel(tensors[tensor])))];\n"
    }
    for input in places(graph, "inputs") { makers[input] = end("i", input) }
    for (index, node) in (graph["nodes"]?.elements ?? []).enumerated() {
      let name = "\(id)n\(index)"
      var words = node["op"]?.words ?? ""
      let isConversion = words == "quantize" || words == "dequantize"
      if let output = places(node, "outputs").first {
        words += "\n" + (tensors[output]["name"]?.words ?? "")
        if case .number(let own)? = tensors[output]["comparison"]?["own_db"] {
          words += "\nown error \(decimals(own, 1)) dB"
        }
      }
      text += "  \(name) [label=\(quoted(words))\(isConversion ? ", style=dashed" : "")];\n"
      for input in places(node, "inputs") { edge(input, name) }
      for output in places(node, "outputs") { makers[output] = name }
    }
    for output in places(graph, "outputs") { edge(output, end("o", output)) }
    return text
  }

  /// `i8[1,24,24,20]`, and below it `[0.0148, 17] -2.14…1.62`.
  private static func edgeLabel(_ tensor: JSON) -> String {
    func number(_ name: String) -> String? {
      guard case .number(let value)? = tensor[name] else { return nil }
      return significant(value, 3)
    }
    var text = tensor["type"]?.words ?? ""
    if let scale = number("scale") {
      text += "\n[\(scale), \(tensor["zero_point"]?.whole ?? 0)]"
      if let low = number("low"), let high = number("high") { text += " \(low)…\(high)" }
    }
    return text
  }
}
