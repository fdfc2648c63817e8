public import OctetDiagnostics

/// Ranges of tensors that come from no calibration: a user gives them. One whose ends are opposite numbers has zero point
/// 0.
public struct GivenRanges: Sendable {
  /// The file they are from.
  public var file: String?
  public var entries: [(name: String, range: CalibrationTable.Range)] = []

  public init() {}

  /// Reads JSON or lines of text. Throws `OCT0508` at the first thing that is wrong, with a note for each other one.
  ///
  ///     {"data": [0, 1], "conv1": {"min": -2.5, "max": 3}}
  ///
  /// A line of text gives the largest magnitude, of both signs; the colon may be left out:
  ///
  ///     data: 1.0
  ///     conv1: 2.12
  ///
  /// Source: the ranges of TensorRT's sampleINT8API; ONNX Runtime's `calibration.cache` has no colons.
  public init(parsing text: String, file: String? = nil) throws(Diagnostic) {
    self.file = file
    if text.utf8.first(where: { $0 > 0x20 }) == UInt8(ascii: "{") {
      entries = try JSON.tensors(
        parsing: text, file: file, format: "ranges", CalibrationTable.Range.init
      ).map { ($0.name, $0.value) }
    } else {
      var reader = TableReader(text, file: file, format: "ranges")
      entries = try reader.entries(valueAfter: " ", Self.symmetric).map { ($0.name, $0.value) }
    }
  }

  private static func symmetric(
    _ text: Substring
  ) throws(TableReader.Problem) -> CalibrationTable.Range {
    guard let magnitude = Float(text), magnitude.isFinite, magnitude > 0 else {
      throw TableReader.Problem(
        "expected a positive number after the tensor's name, found '\(text.prefix(60))'")
    }
    return .given(low: -magnitude, high: magnitude)
  }
}

extension CalibrationTable.Range {
  /// A range whose ends are opposite numbers has zero point 0.
  package static func given(low: Float, high: Float) -> Self {
    let symmetric = Self.symmetric(scale: high / 127)
    return low == -high && symmetric.low.isFinite ? symmetric : Self(low: low, high: high)
  }

  fileprivate init(_ value: JSON) throws(TableReader.Problem) {
    var ends: [JSON] = []
    switch value {
    case .array(let values): ends = values
    case .object(let members) where Set(members.map { $0.name }) == ["min", "max"]:
      ends = members.sorted { $0.name > $1.name }.map { $0.value }
    default: break
    }
    let numbers = ends.compactMap {
      if case .number(let number) = $0 { Float(number) } else { nil }
    }
    guard ends.count == 2, numbers.count == 2 else {
      throw TableReader.Problem("expected [low, high] or {\"min\": low, \"max\": high}")
    }
    guard numbers[0].isFinite, numbers[1].isFinite, numbers[0] <= numbers[1] else {
      throw TableReader.Problem("the range \(numbers[0]) \(numbers[1]) is empty or not finite")
    }
    self = .given(low: numbers[0], high: numbers[1])
  }
}
