import OctetDiagnostics

extension Report {
  /// What of a report's form a page relies on and `json` has not; nil for a report.
  ///
  /// The form is `schemas/report.schema.json`.
  static func problem(of json: JSON) -> String? {
    guard let version = json["version"]?.whole else { return "it has no version" }
    guard version == Self.version else {
      return "its version is \(version), this is for version \(Self.version)"
    }
    guard json["title"]?.words != nil else { return "it has no title" }
    guard let graphs = json["graphs"]?.elements, !graphs.isEmpty else {
      return "it has no graphs"
    }
    for graph in graphs {
      if let problem = problem(ofGraph: graph) { return problem }
    }
    if let comparison = json["comparison"] {
      for name in ["causes", "ranking", "outputs"] where comparison[name]?.elements == nil {
        return "its comparison has no \(name)"
      }
      guard comparison["ranking"]?.elements?.allSatisfy({ $0.words != nil }) ?? false else {
        return "its ranking has more than names"
      }
    }
    for picture in json["pictures"]?.elements ?? [] {
      guard picture["reference"].map({ $0.elements != nil }) ?? true,
        picture["found"]?.elements != nil,
        picture["data"]?.words?.hasPrefix("data:image/") ?? false
      else { return "a picture has no data or boxes" }
    }
    return nil
  }

  private static func problem(ofGraph graph: JSON) -> String? {
    guard graph["name"]?.words != nil, graph["id"]?.words != nil,
      let tensors = graph["tensors"]?.elements,
      let nodes = graph["nodes"]?.elements
    else { return "a graph has no name, id, nodes or tensors" }
    for tensor in tensors {
      guard ["name", "type", "element"].allSatisfy({ tensor[$0]?.words != nil }),
        tensor["shape"]?.elements != nil
      else { return "a tensor has no name, type or shape" }
    }
    func isList(_ json: JSON?) -> Bool {
      guard let elements = json?.elements else { return false }
      return elements.allSatisfy { $0.whole.map(tensors.indices.contains) ?? false }
    }
    for part in [graph] + nodes {
      guard isList(part["inputs"]), isList(part["outputs"]) else {
        return "inputs or outputs are no places of tensors"
      }
    }
    return nodes.allSatisfy { $0["op"]?.words != nil } ? nil : "a node has no operator"
  }
}
