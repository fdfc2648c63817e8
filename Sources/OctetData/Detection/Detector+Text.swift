public import OctetDiagnostics

extension Detector {
  /// The most classes, and the most anchors of a head, that a text may state.
  private static let largestCount = 1 << 16

  /// Reads the text form.
  ///
  /// Keys come in any order but `output`, which is last and takes the rest of the line. `scale_xy`
  /// (of `yolo`) and `softmax` (of `region`) may be left out and are then 1.
  ///
  /// - Throws: `.invalidMetadata`, a warning, for a text that is not understood as a whole.
  public init(_ text: String) throws(Diagnostic) {
    var heads: [Head] = []
    for line in text.split(separator: "\n") { heads.append(try Detector.head(line)) }
    guard let first = heads.first else { throw invalid("there is no head") }
    guard heads.allSatisfy({ $0.classes == first.classes }) else {
      throw invalid("its heads have different numbers of classes")
    }
    guard Set(heads.map { $0.output }).count == heads.count else {
      throw invalid("two heads read one output")
    }
    self.init(heads: heads)
  }

  private static func head(_ line: Substring) throws(Diagnostic) -> Head {
    var rest = line
    let word = takeWord(&rest)
    guard let kind = Kind(rawValue: word) else {
      throw invalid("there is no kind '\(word)'")
        .suggesting(word, from: Kind.allCases.map { $0.rawValue })
    }
    let optional = kind == .yolo ? "scale_xy" : "softmax"
    let keys = ["classes", "anchors", optional]
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
    let output = String(rest.dropFirst("output=".count))
    guard !output.isEmpty else { throw invalid("\(word) has no output") }
    guard let classes = values["classes"].flatMap({ Int($0) }),
      (1...largestCount).contains(classes)
    else { throw invalid("\(word) has no number of classes") }
    let anchors = try anchors(values["anchors"] ?? "")
    guard let option = finiteDecimal(values[optional] ?? "1"), kind == .yolo ? option > 0 : true,
      kind == .region ? option == 0 || option == 1 : true
    else { throw invalid("\(optional) is '\(values[optional] ?? "")'") }
    return Head(
      kind, classes: classes, anchors: anchors, scaleXY: kind == .yolo ? option : 1,
      usesSoftmax: kind == .yolo || option == 1, output: output)
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

  /// The text up to a space, which is taken off `rest` with it.
  private static func takeWord(_ rest: inout Substring) -> String {
    let word = rest.prefix { $0 != " " }
    rest = rest[word.endIndex...].drop { $0 == " " }
    return String(word)
  }
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

private func invalid(_ reason: String) -> Diagnostic {
  Diagnostic(.invalidMetadata, "the detector is not understood: \(reason)")
}
