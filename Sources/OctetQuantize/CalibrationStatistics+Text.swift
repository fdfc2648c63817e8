public import OctetDiagnostics

/// Text form: a header, an empty line, and a line for each tensor. Floats are the shortest decimals that read back as
/// the same number. Counts of bins begin at the one next to 0 and end with the last that is not empty; a tensor of
/// zeros alone has no width.
///
///     octet-statistics 1
///     graph: 9f0c3ab1d2e4f567
///     weights: 47c1d90be2a36f58
///     preprocessing: scale=1/256
///     shard: 1/4
///     samples: 125
///     data: 8d03f6a1c95e2b47
///
///     data: 0.0 0.99609375 zeros 12 width 2^-11 above 5 0 3 below
extension CalibrationStatistics {
  private static let signature = "octet-statistics 1"

  public var text: String {
    var text = """
      \(Self.signature)
      graph: \(model.structure)
      weights: \(model.weights)
      preprocessing: \(preprocessing)
      shard: \(shard.text)
      samples: \(samples)
      data: \(ContentHash.text(data))


      """
    for (name, values) in tensors { text += "\(name): \(values.text)\n" }
    return text
  }

  /// Reads the text form. Throws `OCT0508` at the first line that is wrong, with a note for each other one.
  public init(parsing text: String, file: String? = nil) throws(Diagnostic) {
    var reader = TableReader(text, file: file, format: "calibration statistics")
    guard try reader.next() == Self.signature else {
      throw reader.problem("these are not calibration statistics of Octet")
    }
    let model = GraphHash(
      structure: try reader.field("graph"), weights: try reader.field("weights"))
    let preprocessing = try reader.field("preprocessing")
    guard let shard = Shard(try reader.field("shard")) else {
      throw reader.problem("'shard' is not a part of a number of parts, as 1/4 is")
    }
    guard let samples = Int(try reader.field("samples")), (1...1 << 48).contains(samples) else {
      throw reader.problem("'samples' is not a whole number from 1")
    }
    guard let data = UInt64(try reader.field("data"), radix: 16) else {
      throw reader.problem("'data' is not a hash of 16 digits")
    }
    try reader.headerEnd()
    self.init(
      model: model, preprocessing: preprocessing, shard: shard, samples: samples, data: data,
      tensors: try reader.entries(Histogram.init(parsing:)).map { ($0.name, $0.value) })
  }
}

extension CalibrationStatistics.Shard {
  /// The most shards of a run.
  public static let most = 4096

  /// Reads `1/4`: the first of four. Nil for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let index = parts[0], let count = parts[1],
      (1...Self.most).contains(count), (1...count).contains(index)
    else { return nil }
    self.init(index: index, count: count)
  }
}

extension Histogram {
  fileprivate var text: String {
    let width = widthExponent.map { " width 2^\($0)" } ?? ""
    return "\(low) \(high) zeros \(zeros)\(width) above\(list(positives)) below\(list(negatives))"
  }

  private func list(_ counts: [Int]) -> String {
    let end = (counts.lastIndex { $0 != 0 } ?? -1) + 1
    return counts[..<end].map { " \($0)" }.joined()
  }

  fileprivate init(parsing text: Substring) throws(TableReader.Problem) {
    var words = text.split(separator: " ")[...]
    func word(_ expected: String) throws(TableReader.Problem) {
      guard words.popFirst().map({ $0 == expected }) == true else {
        throw TableReader.Problem("expected '\(expected)'")
      }
    }
    func numbers() throws(TableReader.Problem) -> [Int] {
      var result: [Int] = []
      while let word = words.first, let number = Int(word) {
        result.append(number)
        words.removeFirst()
      }
      return result
    }
    guard let low = words.popFirst().flatMap({ Float($0) }),
      let high = words.popFirst().flatMap({ Float($0) })
    else { throw TableReader.Problem("expected the least and the largest value") }
    try word("zeros")
    guard let zeros = words.popFirst().flatMap({ Int($0) }) else {
      throw TableReader.Problem("expected the number of zeros")
    }
    var exponent: Int?
    if words.first == "width" {
      words.removeFirst()
      guard let width = words.popFirst(), width.hasPrefix("2^"), let power = Int(width.dropFirst(2))
      else { throw TableReader.Problem("expected a width as 2^-9") }
      exponent = power
    }
    try word("above")
    let positives = try numbers()
    try word("below")
    let negatives = try numbers()
    guard words.isEmpty,
      let histogram = Histogram(
        low: low, high: high, zeros: zeros, widthExponent: exponent, positives: positives,
        negatives: negatives)
    else { throw TableReader.Problem("these are no counts of a tensor's values") }
    self = histogram
  }
}
