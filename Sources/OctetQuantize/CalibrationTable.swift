public import OctetDiagnostics

/// The range of each tensor, with what it was measured on.
///
/// Text form, one tensor a line after an empty line; floats are the shortest decimals that read back
/// as the same number:
///
///     octet-calibration 1
///     algorithm: entropy
///     model: 9f0c3ab1d2e4f567
///     preprocessing: scale=1/256
///     data: 8d03f6a1c95e2b47
///     samples: 500
///
///     data: 0.0 0.99609375
public struct CalibrationTable: Sendable, Equatable {
  public struct Range: Sendable, Equatable {
    public var low: Float
    public var high: Float

    public init(low: Float, high: Float) {
      self.low = low
      self.high = high
    }
  }

  public var algorithm: CalibrationAlgorithm
  /// Hash of the float graph with its weights.
  public var model: String
  /// The preprocessing of the samples, as `--preprocess` takes it; empty for none.
  public var preprocessing: String
  /// Hash of the samples, whatever their order; empty when it is not known.
  public var data: String
  public var samples: Int
  /// Tensor names with their ranges, in the graph's order.
  public var entries: [(name: String, range: Range)]

  public init(
    algorithm: CalibrationAlgorithm, model: String, preprocessing: String, data: String = "",
    samples: Int, entries: [(name: String, range: Range)]
  ) {
    self.algorithm = algorithm
    self.model = model
    self.preprocessing = preprocessing
    self.data = data
    self.samples = samples
    self.entries = entries
  }

  public func range(of name: String) -> Range? { entries.first { $0.name == name }?.range }

  public static func == (a: CalibrationTable, b: CalibrationTable) -> Bool { a.text == b.text }

  public var text: String {
    var text = "octet-calibration 1\nalgorithm: \(algorithm.rawValue)\nmodel: \(model)\n"
    text += "preprocessing: \(preprocessing)\ndata: \(data)\nsamples: \(samples)\n\n"
    for (name, range) in entries { text += "\(name): \(range.low) \(range.high)\n" }
    return text
  }

  /// Reads the text form. Throws `OCT0508` with the line of the first thing that is wrong.
  public init(parsing text: String, file: String? = nil) throws(Diagnostic) {
    var line = 0
    func problem(_ message: String) -> Diagnostic {
      Diagnostic(
        .invalidTable, message, at: Location(file: file, format: "calibration table", line: line))
    }
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
    func next() throws(Diagnostic) -> Substring {
      line += 1
      guard let first = lines.popFirst() else { throw problem("the table ends early") }
      return first
    }
    func field(_ name: String) throws(Diagnostic) -> String {
      let text = try next()
      guard text.hasPrefix(name + ":") else {
        throw problem("expected '\(name):', found '\(text.prefix(60))'")
      }
      return String(text.dropFirst(name.count + 1).drop { $0 == " " })
    }
    guard try next() == "octet-calibration 1" else {
      throw problem("this is not a calibration table of Octet")
    }
    let algorithmName = try field("algorithm")
    guard let algorithm = CalibrationAlgorithm(rawValue: algorithmName) else {
      throw problem("there is no algorithm '\(algorithmName)'")
        .suggesting(algorithmName, from: CalibrationAlgorithm.allCases.map { $0.rawValue })
    }
    self.algorithm = algorithm
    model = try field("model")
    preprocessing = try field("preprocessing")
    data = try field("data")
    guard let samples = Int(try field("samples")), samples >= 0 else {
      throw problem("'samples' is not a whole number")
    }
    self.samples = samples
    guard try next().isEmpty else { throw problem("expected an empty line after the header") }
    entries = []
    var names: Set<String> = []
    while let text = lines.popFirst() {
      line += 1
      if text.isEmpty { continue }
      // A name may hold colons and spaces: the two numbers stand behind the last colon.
      guard let colon = text.lastIndex(of: ":") else { throw problem("expected 'name: low high'") }
      let numbers = text[text.index(after: colon)...].split(separator: " ")
      guard numbers.count == 2, let low = Float(numbers[0]), let high = Float(numbers[1]) else {
        throw problem("expected two numbers after the tensor's name")
      }
      guard low.isFinite, high.isFinite, low <= high else {
        throw problem("the range \(low) \(high) is empty or not finite")
      }
      let name = String(text[..<colon])
      guard names.insert(name).inserted else { throw problem("tensor '\(name)' is listed twice") }
      entries.append((name, Range(low: low, high: high)))
    }
  }
}
