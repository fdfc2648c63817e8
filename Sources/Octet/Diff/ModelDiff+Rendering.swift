public import OctetDiagnostics

extension ModelDiff {
  /// The report for people: the models, what is the same, what is not, and what stops a conversion.
  public var text: String {
    var text = line("A", a) + line("B", b) + "\n"
    guard a.graph != nil, b.graph != nil else {
      return text + operatorsOnly + stopsText
    }
    let count = max(a.layers, b.layers)
    text +=
      "\(matched.count) of \(counted(count, "layer")) "
      + (count == 1 ? "is" : "are") + " the same"
    if matched.count == count, matched.count > 0 { text += kindsText }
    text += "\n" + weightsText
    if differences.isEmpty { text += "no operator differs\n" }
    for (title, list) in [
      ("only in A", removed), ("only in B", added), ("changed from A to B", changed),
    ] where !list.isEmpty {
      text += "\n\(title)\n" + list.map { "  " + $0.text + "\n" }.joined()
    }
    return text + stopsText
  }

  private func line(_ name: String, _ model: ComparedModel) -> String {
    var text = "\(name)  \(model.path): "
    if let format = model.format {
      text +=
        "\(format.rawValue), \(counted(model.layers, "layer")), "
        + counted(model.operators, "operator")
    } else {
      text += "cannot be read as a graph, \(counted(model.operators, "operator"))"
    }
    if !model.stops.isEmpty {
      text += "; does not convert"
      if !model.arguments.isEmpty {
        text += " as it is: compared with " + TerminalRenderer.commandLine(model.arguments)
      }
    }
    return text + "\n"
  }

  /// `: 10 conv_2d, 3 fully_connected`
  private var kindsText: String { ": " + counts(matched.map { $0.kind }) }

  private var weightsText: String {
    let compared = matched.filter { $0.difference != nil }
    guard !compared.isEmpty else { return "" }
    let apart = compared.filter { !$0.isEqual }
    guard !apart.isEmpty else { return "their weights are equal\n" }
    let far = apart.sorted { ($0.difference ?? 0) > ($1.difference ?? 0) }.prefix(3)
    var text = "their weights are equal in \(compared.count - apart.count) of \(compared.count); "
    text += "the largest differences, as parts of the largest weight:\n"
    for match in far {
      text +=
        "  \(significant(Double(match.difference ?? 0), 2)) in "
        + Difference.names("'\(match.a)'", "'\(match.b)'") + "\n"
    }
    return text
  }

  private var operatorsOnly: String {
    var text = ""
    for (name, model) in [("A", a), ("B", b)] where model.graph == nil {
      text += "no part of \(name) could be compared; its file has \(counts(model.ownOperators))\n"
    }
    return text
  }

  private var stopsText: String {
    var text = ""
    let renderer = TerminalRenderer(usesColor: false)
    for (name, other, model) in [("A", "B", a), ("B", "A", b)] where !model.stops.isEmpty {
      text += "\nwhat stops \(name)\n"
      for stop in model.stops {
        for line in renderer.render(stop.diagnostic).split(separator: "\n") {
          text += "  \(line)\n"
        }
        if let counterpart = stop.counterpart {
          text += "    its counterpart in \(other) is '\(counterpart)'\n"
        }
      }
    }
    return text
  }

  /// `same`, the models `a` and `b`, and the arrays `matched` (layers), `removed`, `added` and `changed`, which hold
  /// differences; `weights` where both models have them.
  public var json: JSON {
    let compared = matched.compactMap { $0.difference }
    return .members([
      ("same", .bool(isSame)), ("a", a.json), ("b", b.json),
      ("matched", .array(matched.map { $0.json })), ("matched_operators", .int(matchedOperators)),
      ("removed", .array(removed.map { $0.json })), ("added", .array(added.map { $0.json })),
      ("changed", .array(changed.map { $0.json })),
      (
        "weights",
        compared.isEmpty
          ? nil
          : .members([
            ("compared", .int(compared.count)),
            ("equal", .int(matched.filter { $0.difference != nil && $0.isEqual }.count)),
            ("largest_difference", .number(Double(compared.max() ?? 0))),
          ])
      ),
    ])
  }
}

extension ModelDiff.Match {
  var json: JSON {
    .members([
      ("op", .string(kind)), ("filter", .ints(filter)), ("a", .string(a)), ("b", .string(b)),
      ("weight_difference", difference.map { .number(Double($0)) }),
    ])
  }
}

extension ComparedModel {
  var json: JSON {
    .members([
      ("path", .string(path)), ("format", format.map { .string($0.rawValue) }),
      ("layers", .int(layers)), ("ops", .int(operators)), ("converts", .bool(stops.isEmpty)),
      ("arguments", arguments.isEmpty ? nil : .strings(arguments)),
      ("own_ops", ownOperators.isEmpty ? nil : .strings(ownOperators)),
      (
        "stops",
        stops.isEmpty
          ? nil
          : .array(
            stops.map { stop in
              .members([
                ("diagnostic", stop.diagnostic.json),
                ("counterpart", stop.counterpart.map { .string($0) }),
              ])
            })
      ),
    ])
  }
}

extension Difference {
  /// The names that two models have for a thing.
  static func names(_ a: String, _ b: String) -> String { a == b ? a : "\(a), B \(b)" }

  /// One line.
  var text: String {
    var text = ""
    switch (a, b) {
    case (let a?, let b?): text = Self.names(a.text, b.text) + ": "
    case (let side?, nil), (nil, let side?): text = only(side)
    case (nil, nil): break
    }
    text += changes.map { change in
      change.what == "reads"
        ? "reads \(change.a) in A, \(change.b) in B"
        : "\(change.what) \(change.a) became \(change.b)"
    }.joined(separator: ", ")
    if isUncertain { text += " (or it is in what was not compared)" }
    if !stops.isEmpty { text += "   <- stops the conversion: " + stops.joined(separator: ", ") }
    return text
  }

  private func only(_ side: Side) -> String {
    let place =
      side.after.isEmpty
      ? "" : "after " + side.after.map { "'\($0)'" }.joined(separator: ", ") + ": "
    switch subject {
    case .layer:
      let followers = side.operators.dropFirst()
      return place + "\(side.operators.first ?? "") \(side.filter ?? []) \(side.text)"
        + (followers.isEmpty ? "" : ", then " + followers.joined(separator: ", "))
    case .operators:
      let count = counted(side.operators.count, "operator")
      return place + (side.operators.count == 1 ? "" : count + ": ") + counts(side.operators)
        + " from \(side.text)"
    case .input: return "input '\(side.name)'"
    case .output: return "output '\(side.name)'"
    case .connection: return "connection of \(side.text)"
    case .part: return "what lies \(side.after.isEmpty ? "before" : "after") '\(side.name)'"
    }
  }

  var json: JSON {
    .members([
      ("subject", .string(subject.rawValue)), ("a", a?.json), ("b", b?.json),
      (
        "changes",
        changes.isEmpty
          ? nil
          : .array(
            changes.map {
              .members([
                ("what", .string($0.what)), ("a", .string($0.a)), ("b", .string($0.b)),
              ])
            })
      ), ("uncertain", isUncertain ? .bool(true) : nil),
      ("stops", stops.isEmpty ? nil : .strings(stops)),
    ])
  }
}

extension Difference.Side {
  /// The name, with its line in a text file.
  var text: String { "'\(name)'" + (line.map { " (line \($0))" } ?? "") }

  var json: JSON {
    .members([
      ("name", .string(name)), ("line", line.map { .int($0) }),
      ("ops", operators.isEmpty ? nil : .strings(operators)), ("filter", filter.map { .ints($0) }),
      ("after", after.isEmpty ? nil : .strings(after)),
    ])
  }
}
