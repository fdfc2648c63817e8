public import OctetDiagnostics

extension Preprocessing {
  private static let keys = ["scale", "mean", "std"]

  /// Reads a specification such as `scale=1/256,mean=104:117:123`.
  ///
  /// Keys are `scale`, `mean` and `std`, each at most once, in any order; an empty text is
  /// `identity`. A number is a decimal or a fraction `a/b`; `mean` and `std` take one, or one a
  /// channel separated by `:`. Spaces around parts are ignored.
  ///
  /// - Throws: `.invalidPreprocessing`.
  public init(_ specification: String) throws(Diagnostic) {
    var values: [String: [Number]] = [:]
    let parts = split(specification, ",")
    for part in parts where !(parts.count == 1 && part.isEmpty) {
      let sides = split(part, "=")
      guard sides.count == 2, let key = sides.first, let list = sides.last, !key.isEmpty else {
        throw invalid(specification, "'\(part)' is not of the form key=value")
      }
      guard Preprocessing.keys.contains(key) else {
        throw invalid(
          specification, "there is no key '\(key)'",
          notes: ["the keys are scale, mean and std"]
        ).suggesting(key, from: Preprocessing.keys)
      }
      guard values[key] == nil else { throw invalid(specification, "'\(key)' appears twice") }
      var numbers: [Number] = []
      for text in split(list, ":") {
        guard let number = Number(parsing: text) else {
          throw invalid(specification, "'\(text)' is not a number or a fraction a/b")
        }
        numbers.append(number)
      }
      guard key != "scale" || numbers.count == 1 else {
        throw invalid(specification, "scale takes one number, not \(numbers.count)")
      }
      guard key == "mean" || numbers.allSatisfy({ $0.value != 0 }) else {
        throw invalid(specification, "\(key) is 0")
      }
      values[key] = numbers
    }
    let mean = values["mean"] ?? []
    let std = values["std"] ?? []
    guard mean.count < 2 || std.count < 2 || mean.count == std.count else {
      throw invalid(
        specification, "mean is for \(mean.count) channels and std for \(std.count)")
    }
    self.init(scale: values["scale"]?.first, mean: mean, std: std)
    for channel in 0..<channelCount {
      // Linear in the pixel, so the ends bound all values.
      guard value(ofPixel: 0, channel: channel).isFinite,
        value(ofPixel: 255, channel: channel).isFinite
      else { throw invalid(specification, "it gives values that float32 cannot hold") }
    }
  }

  /// Checks that the specification fits pictures of `channels` channels.
  ///
  /// - Throws: `.invalidPreprocessing`.
  package func check(channels: Int) throws(Diagnostic) {
    if channelCount > 1, channelCount != channels {
      throw invalid(
        text, "it is for \(channelCount) channels, and the model's input has \(channels)",
        help: "give mean and std one number, or one for each channel")
    }
  }
}

extension Preprocessing.Number {
  /// Reads `0.5`, `-1e-3` or `1/256`; nil for anything else, for a zero denominator and for numbers
  /// that double precision cannot hold.
  init?(parsing text: String) {
    let sides = split(text, "/")
    guard sides.count <= 2, let first = sides.first, let last = sides.last,
      let numerator = decimal(first), let denominator = sides.count == 2 ? decimal(last) : 1,
      denominator != 0, (numerator / denominator).isFinite
    else { return nil }
    self.init(
      text: sides.joined(separator: "/"), numerator: numerator, denominator: denominator)
  }
}

/// A finite decimal number; unlike `Double.init`, neither hexadecimal nor words.
private func decimal(_ text: String) -> Double? {
  let allowed = Array("0123456789+-.eE".utf8)
  guard text.utf8.allSatisfy({ allowed.contains($0) }), let value = Double(text), value.isFinite
  else { return nil }
  return value
}

/// The parts of `text` between separators, without spaces around them.
private func split(_ text: String, _ separator: Character) -> [String] {
  text.split(separator: separator, omittingEmptySubsequences: false).map { part in
    var trimmed = part
    while trimmed.first == " " { trimmed.removeFirst() }
    while trimmed.last == " " { trimmed.removeLast() }
    return String(trimmed)
  }
}

private func invalid(
  _ specification: String, _ reason: String, notes: [String] = [], help: String? = nil
) -> Diagnostic {
  Diagnostic(
    .invalidPreprocessing, "the preprocessing '\(specification)' is invalid: \(reason)",
    notes: notes, helps: help.map { [Diagnostic.Help($0)] } ?? [])
}
