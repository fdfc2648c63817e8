public import OctetDiagnostics

extension Inspection {
  /// The report for people: interface, one line an operator, totals.
  public var text: String {
    var text = "\(path): \(format.rawValue)\n"
    for input in inputs { text += "  input   \(input.text)\n" }
    for output in outputs { text += "  output  \(output.text)\n" }
    if let leastRuntime { text += "  runtime        TFLite \(leastRuntime.text) or later\n" }
    if let preprocessing { text += "  preprocessing  \(preprocessing)\n" }
    for head in detector?.split(separator: "\n") ?? [] { text += "  detector       \(head)\n" }
    text += "\n" + table(ops)
    for subgraph in subgraphs { text += "\n@\(subgraph.name)\n\n" + table(subgraph.ops) }
    text += "\n" + counted(ops.count, "operator")
    if !subgraphs.isEmpty { text += " and \(counted(subgraphs.count, "subgraph"))" }
    text += ", \(Self.grouped(macs)) multiply-accumulates, "
    text += "\(Self.grouped(parameters)) constants in \(Self.grouped(weightBytes)) bytes\n"
    return text
  }

  private func table(_ ops: [OpInfo]) -> String {
    let rows = ops.map { op in
      [
        "\(op.index)", op.op, TextTable.clipped(op.outputs.joined(separator: ", ")),
        TextTable.clipped(op.outputShape),
        op.macs.map { $0 == 0 ? "" : Self.grouped($0) } ?? "?",
        op.parameters == 0 ? "" : Self.grouped(op.parameters), TextTable.clipped(place(op)),
      ]
    }
    return TextTable(
      header: ["#", "op", "output", "type", "MACs", "constants", "from"],
      rows: rows, rightAligned: [0, 4, 5]
    ).text
  }

  /// Where an operator comes from, without the file when it is this one.
  private func place(_ op: OpInfo) -> String {
    let text = op.provenance.first ?? ""
    guard text.hasPrefix(path) else { return text }
    let rest = text.dropFirst(path.count)
    let isLine = rest.first == ":" && rest.dropFirst().first?.isNumber == true
    return isLine ? "line " + rest.dropFirst() : String(rest.drop { $0 == ":" || $0 == " " })
  }

  public var json: JSON {
    .members([
      ("format", .string(format.rawValue)),
      ("inputs", .array(inputs.map { $0.json })),
      ("outputs", .array(outputs.map { $0.json })),
      ("ops", .array(ops.map { $0.json })),
      ("tensors", .array(tensors.map { $0.json })),
      ("subgraphs", subgraphs.isEmpty ? nil : .strings(subgraphs.map { $0.name })),
      ("subgraph_ops", subgraphs.isEmpty ? nil : .array(subgraphs.map { $0.json })),
      (
        "metadata",
        .members([
          ("preprocessing", preprocessing.map { .string($0) }),
          ("detector", detector.map { .string($0) }),
        ])
      ),
      ("min_runtime", leastRuntime.map { .string($0.text) }),
    ])
  }

  /// `1,234,567`
  static func grouped(_ number: Int) -> String {
    var digits = "\(abs(number))"
    var result = ""
    while digits.count > 3 {
      result = "," + digits.suffix(3) + result
      digits.removeLast(3)
    }
    return (number < 0 ? "-" : "") + digits + result
  }
}

extension Inspection.SubgraphInfo {
  var json: JSON {
    .members([("name", .string(name)), ("ops", .array(ops.map { $0.json }))])
  }
}

extension Inspection.OpInfo {
  var json: JSON {
    .members([
      ("index", .int(index)), ("op", .string(op)), ("inputs", .strings(inputs)),
      ("outputs", .strings(outputs)), ("macs", macs.map { .int($0) }),
      ("provenance", provenance.isEmpty ? nil : .strings(provenance)),
    ])
  }
}
