import OctetData
public import OctetDiagnostics

extension ModelComparison {
  /// The most tensors whose causes are told.
  private static let told = 10

  /// The report for people: the outputs, what is wrong with no layer, then the worst tensors with their causes.
  public var text: String {
    var text = "A  \(a)\nB  \(b)\n"
    text += "\(counted(tensors.count, "tensor")) paired, \(counted(samples, "sample"))"
    if !unpaired.isEmpty {
      text +=
        "; \(unpaired.count) of B without counterpart: "
        + unpaired.prefix(4).map { "'\($0)'" }.joined(separator: ", ")
        + (unpaired.count > 4 ? "…" : "")
    }
    if !withSubgraphs.isEmpty {
      text +=
        "\nonly the results are compared of what runs subgraphs: "
        + withSubgraphs.prefix(4).joined(separator: ", ") + (withSubgraphs.count > 4 ? "…" : "")
    }
    text += "\n\noutputs\n"
    for output in outputs {
      text +=
        "  '\(output.name)': \(output.text), largest difference \(significant(Double(output.largest), 3))"
        + (output.sameTop.map { ", same top-1 on \($0) of \(samples)" } ?? "") + "\n"
    }
    if let boxes {
      text += "  boxes: \(boxes.kept) kept, \(boxes.lost) lost, \(boxes.added) new\n"
    }
    if !causes.isEmpty {
      text += "\nwrong with no single layer\n"
      for cause in causes { text += "  \(cause.text)\n" + fix(cause, indent: "    ") }
    }
    guard !ranking.isEmpty else { return text + "\nno tensor has an error of its own\n" }
    text +=
      "\nwhat to look at first: own is the error of the operator alone, on inputs that are right; at outputs is what it costs there alone\n\n"
    let worst = ranking.prefix(Self.told).map { tensors[$0] }
    text += table(worst, numbered: true).text + "\n"
    var others: [String] = []
    for (place, tensor) in worst.enumerated() {
      if tensor.causes.allSatisfy({ $0.kind == .rounding }), !tensor.isSuspicious {
        others.append("\(place + 1)")
        continue
      }
      text +=
        "\(place + 1)  \(tensor.op) '\(Self.short(tensor.name))'"
        + (tensor.place.map { "  \($0.text)" } ?? "")
        + "\n"
      for cause in tensor.causes { text += "     \(cause.text)\n" + fix(cause, indent: "       ") }
    }
    if !others.isEmpty {
      text += "\(others.joined(separator: ", ")): rounding, no more than the codes cost\n"
    }
    return text
  }

  /// All tensors in the order in which B makes them.
  public var tensorTable: String { table(tensors, numbered: false).text }

  private func fix(_ cause: Cause, indent: String) -> String {
    cause.fix.isEmpty ? "" : "\(indent)help: \(cause.fix)\n"
  }

  private func table(_ tensors: [Tensor], numbered: Bool) -> TextTable {
    TextTable(
      header: [
        numbered ? "" : "#", "tensor", "op", "own", "at outputs", "total", "inherited", "steps",
        "clipped", "codes", "excess",
      ],
      rows: tensors.enumerated().map { place, tensor in
        [
          numbered ? "\(place + 1)" : tensor.index.map { "\($0)" } ?? "", Self.short(tensor.name),
          tensor.op,
          Self.text(tensor.own),
          tensor.atOutputs.map(Self.text) ?? "", Self.text(tensor.decibels),
          Self.text(tensor.inherited),
          tensor.errorInSteps.map { decimals($0, 2) } ?? "",
          tensor.saturation.map { $0 == 0 ? "" : decimals(100 * $0, 2) + " %" } ?? "",
          tensor.codesUsed.map { "\($0)" } ?? "",
          tensor.own.isFinite && tensor.excess.isFinite ? significant(tensor.excess, 2) + "x" : "",
        ]
      }, rightAligned: [3, 4, 5, 6, 7, 8, 9, 10])
  }

  /// The first of the names that TFLiteConverter joins, cut to what fits a line.
  private static func short(_ name: String) -> String {
    let first = name.prefix { $0 != ";" }
    return first.count > 48 ? "…" + first.suffix(47) : String(first)
  }

  /// dB with a decimal place, `exact` without noise, `NaN` where numbers are not real.
  static func text(_ decibels: Double) -> String {
    decibels.isFinite ? decimals(decibels, 1) : decibels > 0 ? "exact" : "NaN"
  }

  /// All of it for other programs.
  public var json: JSON {
    guard case .object(let members) = summary else { return summary }
    return .object(members + [.init(name: "tensors", value: .array(tensors.map { $0.json }))])
  }

  /// All but the tensors.
  var summary: JSON {
    .members([
      ("a", .string(a)), ("b", .string(b)), ("samples", .int(samples)),
      ("causes", .array(causes.map { $0.json })),
      ("ranking", .array(ranking.map { .string(tensors[$0].name) })),
      (
        "outputs",
        .array(
          outputs.map { output in
            .members([
              ("name", .string(output.name)), ("snr_db", .decibels(output.decibels)),
              ("unreal", output.unreal > 0 ? .int(output.unreal) : nil),
              ("largest", .number(Double(output.largest))),
              ("same_top1", output.sameTop.map { .int($0) }),
            ])
          })
      ),
      (
        "boxes",
        boxes.map { boxes in
          .members([
            ("kept", .int(boxes.kept)), ("lost", .int(boxes.lost)), ("added", .int(boxes.added)),
          ])
        }
      ), ("unpaired", .strings(unpaired)),
      ("with_subgraphs", withSubgraphs.isEmpty ? nil : .strings(withSubgraphs)),
    ])
  }
}

extension JSON {
  /// Decibels: nil for what is exact, `NaN` for what is no number.
  static func decibels(_ value: Double) -> JSON? {
    if value.isFinite { return .number(value) }
    return value > 0 ? nil : .string("NaN")
  }
}

extension ModelComparison.Tensor {
  var json: JSON {
    func ends(_ range: ClosedRange<Float>) -> JSON {
      .array([.number(Double(range.lowerBound)), .number(Double(range.upperBound))])
    }
    return .members([
      ("name", .string(name)), ("name_a", .string(nameInA)), ("index", index.map { .int($0) }),
      ("op", .string(op)), ("place", place.map { .string($0.text) }), ("type", .string(type)),
      ("snr_db", .decibels(decibels)), ("own_db", .decibels(own)),
      ("inherited_db", .decibels(inherited)),
      ("at_outputs_db", atOutputs.flatMap { .decibels($0) }),
      ("cosine", .number(cosine)), ("largest", .number(Double(largest))), ("mean", .number(mean)),
      ("error_steps", errorInSteps.map { .number($0) }), ("overlap", overlap.map { .number($0) }),
      ("saturation", saturation.map { .number($0) }), ("codes_used", codesUsed.map { .int($0) }),
      ("dead_channels", .array(deadChannels.map { .int($0) })),
      ("data", data.upperBound.isFinite && data.lowerBound.isFinite ? ends(data) : nil),
      ("range", range.map(ends)), ("excess", .number(excess)),
      ("causes", .array(causes.map { $0.json })),
    ])
  }
}
