public import OctetDiagnostics

extension Detector {
  /// The most anchors of a head that a text may state.
  private static let largestCount = 1 << 16

  /// Reads the text form.
  ///
  /// Keys come in any order but `output`, which is last and takes the rest of the line. `scale_xy`
  /// (of `yolo`) and `softmax` (of `region`) may be left out and are then 1, `unit` (of `boxes`) is then `part`.
  ///
  /// - Throws: `.invalidMetadata`, a warning, for a text that is not understood as a whole.
  public init(_ text: String) throws(Diagnostic) {
    var heads: [Head] = []
    var boxes: [DecodedBoxes] = []
    for line in text.split(separator: "\n") {
      var rest = line
      let word = takeWord(&rest)
      if word == Detector.boxesWord {
        boxes.append(try Detector.boxes(rest))
      } else if let kind = Kind(rawValue: word) {
        heads.append(try Detector.head(kind, rest))
      } else {
        throw invalid("there is no kind '\(word)'")
          .suggesting(word, from: Kind.allCases.map { $0.rawValue } + [Detector.boxesWord])
      }
    }
    let classes = heads.map { $0.classes } + boxes.map { $0.classes }
    guard let first = classes.first else { throw invalid("there is no head") }
    guard classes.allSatisfy({ $0 == first }) else {
      throw invalid("its heads have different numbers of classes")
    }
    let outputs =
      heads.map { $0.output } + boxes.flatMap { [$0.output] + ($0.scores.map { [$0] } ?? []) }
    guard Set(outputs).count == outputs.count else { throw invalid("two heads read one output") }
    self.init(heads: heads, boxes: boxes)
  }

  /// Reads lines of the text form that a user has given.
  ///
  /// - Throws: `.invalidDetector` for what is not understood.
  public init(lines: [String]) throws(Diagnostic) {
    do throws(Diagnostic) {
      self = try Detector(lines.joined(separator: "\n"))
    } catch {
      var problem = Diagnostic(.invalidDetector, error.message, helps: error.helps)
      problem.notes = ["a line is: boxes classes=10 form=xyxy scores=NAME output=NAME"]
      throw problem
    }
  }

  static let boxesWord = "boxes"

  private static func head(_ kind: Kind, _ text: Substring) throws(Diagnostic) -> Head {
    let optional = kind == .yolo ? "scale_xy" : "softmax"
    let fields = try Fields(kind.rawValue, text, keys: ["classes", "anchors", optional])
    let anchors = try anchors(fields["anchors"] ?? "")
    guard let option = finiteDecimal(fields[optional] ?? "1"), kind == .yolo ? option > 0 : true,
      kind == .region ? option == 0 || option == 1 : true
    else { throw invalid("\(optional) is '\(fields[optional] ?? "")'") }
    return Head(
      kind, classes: fields.classes, anchors: anchors, scaleXY: kind == .yolo ? option : 1,
      usesSoftmax: kind == .yolo || option == 1, output: fields.output)
  }

  private static func boxes(_ text: Substring) throws(Diagnostic) -> DecodedBoxes {
    let fields = try Fields(boxesWord, text, keys: ["classes", "form", "unit", "scores"])
    let forms = DecodedBoxes.Form.allCases.map { $0.rawValue }
    guard let form = DecodedBoxes.Form(rawValue: fields["form"] ?? "") else {
      throw invalid(
        "form is '\(fields["form"] ?? "")', not one of \(forms.joined(separator: ", "))")
    }
    guard let unit = DecodedBoxes.Unit(rawValue: fields["unit"] ?? "part") else {
      throw invalid("unit is '\(fields["unit"] ?? "")', not 'part' or 'pixel'")
    }
    if fields["scores"] == "" { throw invalid("scores names no output") }
    return DecodedBoxes(
      classes: fields.classes, form: form, unit: unit, scores: fields["scores"],
      output: fields.output)
  }

  private static func anchors(_ text: String) throws(Diagnostic) -> [Anchor] {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count <= largestCount else { throw invalid("it has \(parts.count) anchors") }
    var anchors: [Anchor] = []
    for part in parts {
      let sides = part.split(separator: "x", omittingEmptySubsequences: false)
        .map { finiteDecimal($0) }
      guard sides.count == 2, let width = sides[0], let height = sides[1], width > 0, height > 0
      else { throw invalid("'\(part)' is no anchor") }
      anchors.append(Anchor(width: width, height: height))
    }
    return anchors
  }
}

/// What a line says behind its first word.
private struct Fields {
  /// The most classes that a text may state.
  private static let largestCount = 1 << 16

  let classes: Int
  let output: String
  private var values: [String: String] = [:]

  init(_ word: String, _ text: Substring, keys: [String]) throws(Diagnostic) {
    var rest = text
    var values: [String: String] = [:]
    while !rest.isEmpty, !rest.hasPrefix("output=") {
      let field = takeWord(&rest)
      guard let equals = field.firstIndex(of: "=") else {
        throw invalid("'\(field)' is not of the form key=value")
      }
      let key = String(field[..<equals])
      guard keys.contains(key) else {
        throw invalid("\(word) has no key '\(key)'").suggesting(key, from: keys)
      }
      guard values.updateValue(String(field[field.index(after: equals)...]), forKey: key) == nil
      else { throw invalid("'\(key)' appears twice") }
    }
    output = String(rest.dropFirst("output=".count))
    guard !output.isEmpty else { throw invalid("\(word) has no output") }
    guard let classes = values["classes"].flatMap({ Int($0) }),
      (1...Self.largestCount).contains(classes)
    else { throw invalid("\(word) has no number of classes") }
    self.classes = classes
    self.values = values
  }

  subscript(key: String) -> String? { values[key] }
}

extension Detector.Head {
  var text: String {
    let anchors = anchors.map { "\(shortDecimal($0.width))x\(shortDecimal($0.height))" }.joined(
      separator: ",")
    let option =
      kind == .yolo ? "scale_xy=\(shortDecimal(scaleXY))" : "softmax=\(usesSoftmax ? 1 : 0)"
    return "\(kind.rawValue) classes=\(classes) anchors=\(anchors) \(option) output=\(output)"
  }
}

extension Detector.DecodedBoxes {
  var text: String {
    "\(Detector.boxesWord) classes=\(classes) form=\(form.rawValue) unit=\(unit.rawValue)"
      + (scores.map { " scores=\($0)" } ?? "") + " output=\(output)"
  }
}

/// The text up to a space, which is taken off `rest` with it.
private func takeWord(_ rest: inout Substring) -> String {
  let word = rest.prefix { $0 != " " }
  rest = rest[word.endIndex...].drop { $0 == " " }
  return String(word)
}

private func invalid(_ reason: String) -> Diagnostic {
  Diagnostic(.invalidMetadata, "the detector is not understood: \(reason)")
}
