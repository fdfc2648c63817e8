/// How pixels of 0 to 255 become the numbers a model takes: `(pixel * scale - mean) / std`.
///
/// ```swift
/// let preprocessing = try Preprocessing("scale=1/256,mean=0.5,std=0.25")
/// preprocessing.value(ofPixel: 255, channel: 0)  // 1.984375
/// ```
///
/// `text` gives the specification back as it was written. Two values are equal when they compute the
/// same, however they are written.
public struct Preprocessing: Sendable {
  /// A number as the user wrote it, for example `1/256`.
  public struct Number: Sendable {
    /// `0.5` or `1/256`.
    public let text: String
    public let numerator: Double
    public let denominator: Double

    public var value: Double { numerator / denominator }

    public init(_ value: Double) {
      self.init(value, over: 1)
    }

    /// The fraction `numerator/denominator`; both finite, the denominator not 0.
    public init(_ numerator: Double, over denominator: Double) {
      precondition(numerator.isFinite && denominator.isFinite && denominator != 0)
      let text = Number.text(numerator)
      self.init(
        text: denominator == 1 ? text : text + "/" + Number.text(denominator),
        numerator: numerator, denominator: denominator)
    }

    init(text: String, numerator: Double, denominator: Double) {
      self.text = text
      self.numerator = numerator
      self.denominator = denominator
    }

    private static func text(_ value: Double) -> String {
      let text = "\(value)"
      return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
  }

  /// Nil stands for 1.
  public let scale: Number?
  /// One number for all channels or one a channel; empty stands for 0.
  public let mean: [Number]
  /// One number for all channels or one a channel, none of them 0; empty stands for 1.
  public let std: [Number]

  /// Pixels as they are.
  public static let identity = Preprocessing()

  /// - Precondition: a `std` is not 0, and `mean` and `std` agree on the number of channels.
  public init(scale: Number? = nil, mean: [Number] = [], std: [Number] = []) {
    precondition(std.allSatisfy { $0.value != 0 }, "std is 0")
    precondition(mean.count < 2 || std.count < 2 || mean.count == std.count, "channels differ")
    self.scale = scale
    self.mean = mean
    self.std = std
  }

  /// The number of channels the specification names; 1 when it treats all alike.
  public var channelCount: Int { max(mean.count, std.count, 1) }

  /// The specification, `scale=1/256,mean=0.5,std=0.25`, with the numbers as they were written and
  /// without the parts that were left out; empty for `identity`. `Preprocessing(text)` reads it back.
  public var text: String {
    var parts: [String] = []
    if let scale { parts.append("scale=" + scale.text) }
    for (key, numbers) in [("mean", mean), ("std", std)] where !numbers.isEmpty {
      parts.append(key + "=" + numbers.map { $0.text }.joined(separator: ":"))
    }
    return parts.joined(separator: ",")
  }

  /// The model's number for a pixel: computed in double precision, rounded once to float.
  ///
  /// - Parameter channel: 0 to `channelCount - 1`; any when the specification treats all alike.
  public func value(ofPixel pixel: UInt8, channel: Int) -> Float {
    var value = Double(pixel)
    if let scale { value = value * scale.numerator / scale.denominator }
    if let mean = Preprocessing.number(mean, channel) { value -= mean.value }
    if let std = Preprocessing.number(std, channel) { value /= std.value }
    return Float(value)
  }

  /// `value(ofPixel:channel:)` for the pixels 0 to 255 of each of `channelCount` channels.
  func table() -> [Float] {
    var table: [Float] = []
    table.reserveCapacity(256 * channelCount)
    for channel in 0..<channelCount {
      for pixel in 0...UInt8.max { table.append(value(ofPixel: pixel, channel: channel)) }
    }
    return table
  }

  private static func number(_ numbers: [Number], _ channel: Int) -> Number? {
    numbers.count > 1 ? numbers[channel] : numbers.first
  }
}

extension Preprocessing: Equatable {
  public static func == (left: Preprocessing, right: Preprocessing) -> Bool {
    guard (left.scale?.value ?? 1) == (right.scale?.value ?? 1) else { return false }
    for channel in 0..<max(left.channelCount, right.channelCount) {
      for (numbers, others, fallback) in [(left.mean, right.mean, 0.0), (left.std, right.std, 1)] {
        guard numbers.count < 2 || others.count < 2 || numbers.count == others.count,
          number(numbers, channel)?.value ?? fallback == number(others, channel)?.value ?? fallback
        else { return false }
      }
    }
    return true
  }
}
