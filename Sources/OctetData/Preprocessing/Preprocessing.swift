import OctetDiagnostics

/// How pixels of 0 to 255 become the numbers a model takes: `(pixel * scale - mean) / std`, after a
/// picture has been brought to the size and the channels of the model's input.
///
/// ```swift
/// let preprocessing = try Preprocessing("scale=1/256,mean=0.5,std=0.25,resize=letterbox")
/// preprocessing.value(ofPixel: 255, channel: 0)  // 1.984375
/// ```
///
/// Arrays have the model's size and channels already: `resize` and `channels` are for pictures.
///
/// `text` gives the specification back as it was written. Two values are equal when they compute
/// the same, however they are written.
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
      let text = shortDecimal(numerator)
      self.init(
        text: denominator == 1 ? text : text + "/" + shortDecimal(denominator),
        numerator: numerator, denominator: denominator)
    }

    init(text: String, numerator: Double, denominator: Double) {
      self.text = text
      self.numerator = numerator
      self.denominator = denominator
    }
  }

  /// How a picture gets the size of the model's input; see `Image.resized`.
  public enum Resize: String, Sendable, CaseIterable {
    /// Each side by its own factor.
    case stretch
    /// One factor for both sides, with grey bars, as Darknet does it.
    case letterbox
    /// One factor for both sides, with what hangs over cut off.
    case crop
  }

  /// Which channels of a picture the model takes, and in which order.
  public enum Channels: String, Sendable, CaseIterable {
    case rgb, bgr
    /// Luma after ITU-R BT.601, one channel.
    case gray

    package var count: Int { self == .gray ? 1 : 3 }
  }

  /// Nil stands for 1.
  public let scale: Number?
  /// One number for all channels or one a channel; empty stands for 0.
  public let mean: [Number]
  /// One number for all channels or one a channel, none of them 0; empty stands for 1.
  public let std: [Number]
  /// Nil stands for `stretch`.
  public let resize: Resize?
  /// Nil stands for `rgb` where the model takes three channels and for `gray` where it takes one.
  /// `mean` and `std` are in this order.
  public let channels: Channels?

  /// Pixels as they are.
  public static let identity = Preprocessing()

  /// - Precondition: a `std` is not 0, and `mean` and `std` agree on the number of channels.
  public init(
    scale: Number? = nil, mean: [Number] = [], std: [Number] = [], resize: Resize? = nil,
    channels: Channels? = nil
  ) {
    precondition(std.allSatisfy { $0.value != 0 }, "std is 0")
    precondition(mean.count < 2 || std.count < 2 || mean.count == std.count, "channels differ")
    self.scale = scale
    self.mean = mean
    self.std = std
    self.resize = resize
    self.channels = channels
  }

  /// The number of channels the specification names; 1 when it treats all alike.
  public var channelCount: Int { max(mean.count, std.count, 1) }

  /// The specification, `scale=1/256,mean=0.5,std=0.25,resize=crop`, with the numbers as they were
  /// written and without the parts that were left out; empty for `identity`. `Preprocessing(text)`
  /// reads it back.
  public var text: String {
    var parts: [String] = []
    if let scale { parts.append("scale=" + scale.text) }
    for (key, numbers) in [("mean", mean), ("std", std)] where !numbers.isEmpty {
      parts.append(key + "=" + numbers.map { $0.text }.joined(separator: ":"))
    }
    if let resize { parts.append("resize=" + resize.rawValue) }
    if let channels { parts.append("channels=" + channels.rawValue) }
    return parts.joined(separator: ",")
  }

  /// The specification with the parts that it leaves out taken from `other`.
  package func completed(by other: Preprocessing) -> Preprocessing {
    Preprocessing(
      scale: scale ?? other.scale, mean: mean.isEmpty ? other.mean : mean,
      std: std.isEmpty ? other.std : std, resize: resize ?? other.resize,
      channels: channels ?? other.channels)
  }

  /// The model's number for a pixel: computed in double precision, rounded once to float.
  ///
  /// - Parameter channel: 0 to `channelCount - 1`; any when the specification treats all alike.
  public func value(ofPixel pixel: UInt8, channel: Int) -> Float {
    mapping(ofChannel: channel).value(Double(pixel))
  }

  /// What becomes of the pixels of one channel.
  struct Mapping {
    let numerator, denominator, mean, std: Double

    @inline(__always) func value(_ pixel: Double) -> Float {
      Float((pixel * numerator / denominator - mean) / std)
    }
  }

  func mapping(ofChannel channel: Int) -> Mapping {
    Mapping(
      numerator: scale?.numerator ?? 1, denominator: scale?.denominator ?? 1,
      mean: Preprocessing.number(mean, channel)?.value ?? 0,
      std: Preprocessing.number(std, channel)?.value ?? 1)
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
    guard (left.scale?.value ?? 1) == (right.scale?.value ?? 1),
      left.resize ?? .stretch == right.resize ?? .stretch,
      left.channels ?? .rgb == right.channels ?? .rgb
    else { return false }
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
