public import OctetDiagnostics

/// The text form: a header, an empty line, and a line for each tensor. Numbers are exact, in hexadecimal:
///
///     octet-calibration 2
///     algorithm: entropy
///     graph: 9f0c3ab1d2e4f567
///     weights: 47c1d90be2a36f58
///     preprocessing: scale=1/256
///     data: 8d03f6a1c95e2b47
///     samples: 500
///
///     data: 0x0p+0 0x1.fep-1
///     conv1: -0x1p+2 0x1.fcp+1 symmetric
extension CalibrationTable {
  private static let signature = "octet-calibration 2"

  public var text: String {
    var text = """
      \(Self.signature)
      algorithm: \(algorithm)
      graph: \(model.structure)
      weights: \(model.weights)
      preprocessing: \(preprocessing)
      data: \(data)
      samples: \(samples)


      """
    for (name, range) in entries {
      text += "\(name): \(hexadecimal(range.low)) \(hexadecimal(range.high))"
      text += range.isSymmetric ? " symmetric\n" : "\n"
    }
    return text
  }

  /// Reads the text form; numbers may be decimal. Throws `OCT0508` at the first line that is wrong, with a note for
  /// each other one.
  public init(parsing text: String, file: String? = nil) throws(Diagnostic) {
    var reader = TableReader(text, file: file, format: "calibration table")
    guard try reader.next() == Self.signature else {
      var problem = reader.problem("this is not a calibration table of Octet")
      if text.hasPrefix("TRT-") {
        problem.helps.append(
          .init("it is a cache of TensorRT", arguments: ["--calibration-cache", file ?? "FILE"]))
      }
      throw problem
    }
    let algorithm = try reader.field("algorithm")
    let model = GraphHash(
      structure: try reader.field("graph"), weights: try reader.field("weights"))
    let (preprocessing, data) = (try reader.field("preprocessing"), try reader.field("data"))
    guard let samples = Int(try reader.field("samples")), samples >= 0 else {
      throw reader.problem("'samples' is not a whole number")
    }
    try reader.headerEnd()
    self.init(
      algorithm: algorithm, model: model, preprocessing: preprocessing, data: data,
      samples: samples,
      entries: try reader.entries(Range.init(parsing:)).map { ($0.name, $0.value) })
  }
}

extension CalibrationTable.Range {
  fileprivate init(parsing text: Substring) throws(TableReader.Problem) {
    let words = text.split(separator: " ")
    guard words.count == 2 || words.count == 3, let low = Float(words[0]),
      let high = Float(words[1])
    else { throw TableReader.Problem("expected two numbers after the tensor's name") }
    guard low.isFinite, high.isFinite, low <= high else {
      throw TableReader.Problem("the range \(low) \(high) is empty or not finite")
    }
    guard words.count == 3 else {
      self.init(low: low, high: high)
      return
    }
    guard words[2] == "symmetric" else {
      throw TableReader.Problem("expected 'symmetric' after the numbers, found '\(words[2])'")
    }
    self = .symmetric(scale: low / -128)
    guard self.low == low, self.high == high else {
      throw TableReader.Problem("a symmetric range reaches from -128 scales to 127")
    }
  }
}

/// The number as `-0x1.8p+1`, which reads back exactly.
private func hexadecimal(_ value: Float) -> String {
  let sign = value.sign == .minus ? "-" : ""
  if value == 0 { return sign + "0x0p+0" }
  let isSubnormal = value.isSubnormal
  var digits = String(value.significandBitPattern << 1, radix: 16)
  digits = String(repeating: "0", count: 6 - digits.count) + digits
  while digits.hasSuffix("0") { digits.removeLast() }
  let exponent = isSubnormal ? -126 : Int(value.exponent)
  return sign + (isSubnormal ? "0x0" : "0x1") + (digits.isEmpty ? "" : "." + digits)
    + "p\(exponent < 0 ? "" : "+")\(exponent)"
}
