public import OctetDiagnostics

extension Preprocessing {
  private static let keys = ["scale", "mean", "std", "resize", "channels"]

  /// Reads a specification such as `scale=1/256,mean=104:117:123,resize=crop,channels=bgr`.
  ///
  /// Keys are `scale`, `mean`, `std`, `resize` and `channels`, each at most once, in any order; an
  /// empty text is `identity`. A number is a decimal or a fraction `a/b`; `mean` and `std` take
  /// one, or one a channel separated by `:`. Spaces around parts are ignored.
  ///
  /// - Throws: `.invalidPreprocessing`.
  public init(_ specification: String) throws(Diagnostic) {
    var values: [String: [Number]] = [:]
    var resize: Resize?
    var channels: Channels?
    let parts = split(specification, ",")
    for part in parts where !(parts.count == 1 && part.isEmpty) {
      let sides = split(part, "=")
      guard sides.count == 2, let key = sides.first, let list = sides.last, !key.isEmpty else {
        throw invalid(specification, "'\(part)' is not of the form key=value")
      }
      guard Preprocessing.keys.contains(key) else {
        throw invalid(
          specification, "there is no key '\(key)'",
          notes: ["the keys are " + Preprocessing.keys.joined(separator: ", ")]
        ).suggesting(key, from: Preprocessing.keys)
      }
      guard values[key] == nil else { throw invalid(specification, "'\(key)' appears twice") }
      values[key] = []
      switch key {
      case "resize": resize = try choice(list, key, specification)
      case "channels": channels = try choice(list, key, specification)
      default: values[key] = try numbers(list, key, specification)
      }
    }
    let mean = values["mean"] ?? []
    let std = values["std"] ?? []
    guard mean.count < 2 || std.count < 2 || mean.count == std.count else {
      throw invalid(
        specification, "mean is for \(mean.count) channels and std for \(std.count)")
    }
    self.init(
      scale: values["scale"]?.first, mean: mean, std: std, resize: resize, channels: channels)
    if let channels, channelCount > 1, channelCount != channels.count {
      throw invalid(
        specification,
        "mean or std is for \(channelCount) channels, and '\(channels.rawValue)' has "
          + "\(channels.count)")
    }
    for channel in 0..<channelCount {
      // Linear in the pixel, so the ends bound all values.
      guard value(ofPixel: 0, channel: channel).isFinite,
        value(ofPixel: 255, channel: channel).isFinite
      else { throw invalid(specification, "it gives values that float32 cannot hold") }
    }
  }

  /// Checks that the specification fits pixels of `channels` channels.
  ///
  /// - Throws: `.invalidPreprocessing`.
  package func check(channels: Int) throws(Diagnostic) {
    if channelCount > 1, channelCount != channels {
      throw invalid(
        text, "it is for \(channelCount) channels, and the model's input has \(channels)",
        help: "give mean and std one number, or one for each channel")
    }
  }

  /// The channels to take of a picture for a model's input with `count` of them.
  ///
  /// - Throws: `.invalidPreprocessing` for channels that the input does not have, `.sampleMismatch`
  ///   for an input that takes no picture.
  package func pictureChannels(for count: Int) throws(Diagnostic) -> Channels {
    guard count == 1 || count == 3 else {
      throw Diagnostic(
        .sampleMismatch,
        "the model's input has \(counted(count, "channel")), and a picture gives 1 or 3")
    }
    try check(channels: count)
    let result = channels ?? (count == 1 ? .gray : .rgb)
    guard result.count == count else {
      throw invalid(
        text,
        "'\(result.rawValue)' gives \(counted(result.count, "channel")), and the model's "
          + "input has \(count)")
    }
    return result
  }
}

extension Preprocessing.Number {
  /// Reads `0.5`, `-1e-3` or `1/256`; nil for anything else, for a zero denominator and for numbers
  /// that double precision cannot hold.
  init?(parsing text: String) {
    let sides = split(text, "/")
    guard sides.count <= 2, let first = sides.first, let last = sides.last,
      let numerator = finiteDecimal(first),
      let denominator = sides.count == 2 ? finiteDecimal(last) : 1,
      denominator != 0, (numerator / denominator).isFinite
    else { return nil }
    self.init(
      text: sides.joined(separator: "/"), numerator: numerator, denominator: denominator)
  }
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

private func numbers(
  _ list: String, _ key: String, _ specification: String
) throws(Diagnostic) -> [Preprocessing.Number] {
  var numbers: [Preprocessing.Number] = []
  for text in split(list, ":") {
    guard let number = Preprocessing.Number(parsing: text) else {
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
  return numbers
}

private func choice<Choice: RawRepresentable<String> & CaseIterable>(
  _ text: String, _ key: String, _ specification: String
) throws(Diagnostic) -> Choice {
  if let choice = Choice(rawValue: text) { return choice }
  let all = Choice.allCases.map { $0.rawValue }
  throw invalid(specification, "\(key) is \(alternatives(all)), not '\(text)'")
    .suggesting(text, from: all)
}

private func invalid(
  _ specification: String, _ reason: String, notes: [String] = [], help: String? = nil
) -> Diagnostic {
  Diagnostic(
    .invalidPreprocessing, "the preprocessing '\(specification)' is invalid: \(reason)",
    notes: notes, helps: help.map { [Diagnostic.Help($0)] } ?? [])
}
