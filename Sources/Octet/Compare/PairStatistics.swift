import OctetIR
import OctetQuantize

/// What two tensors that stand for the same numbers have in common, summed up sample by sample in memory that does not
/// grow with their number.
///
/// A is the reference. `own` numbers are of B's operator alone: what it makes of inputs that are right but for their
/// rounding, less what the reference makes of the same inputs.
struct PairStatistics {
  /// Of one index of the last dimension.
  struct Channel {
    var signal = 0.0
    var noise = 0.0
    var ownNoise = 0.0
    var ownSum = 0.0
    /// A's numbers that are not 0.
    var active = 0
    var low = Float.infinity
    var high = -Float.infinity
    var foundLow = Float.infinity
    var foundHigh = -Float.infinity

    /// Of A's numbers and 0.
    var width: Float { high < low ? 0 : max(high, 0) - min(low, 0) }

    /// Whether B gives one number where A gives several.
    var isDead: Bool { high > low && foundHigh <= foundLow }
  }

  private(set) var count = 0
  /// Own noise as far as B's readers see it: errors of negative numbers count as what an activation leaves of them.
  private(set) var readNoise = 0.0
  private(set) var channels: [Channel]
  private(set) var product = 0.0
  private(set) var foundSignal = 0.0
  private(set) var sum = 0.0
  private(set) var largest: Float = 0
  /// NaN or infinite numbers in A and in B, and in B's operator alone.
  private(set) var unreal = (a: 0, b: 0, own: 0)
  /// Own noise of the outermost pixels, how many elements they are, and what they hold in all.
  private(set) var border = (noise: 0.0, count: 0)
  /// A's numbers beyond what B's type holds, below and above, and the noise of cutting them off.
  private(set) var clipped = (low: 0, high: 0, noise: 0.0)
  /// A's numbers, as calibration counts them.
  private(set) var histogram = Histogram()
  /// B's codes and those that A's numbers would be, in 256 classes; empty for float32.
  private(set) var codes: [Int] = []
  private(set) var wantedCodes: [Int] = []

  let type: TensorType
  private let extents: [Int]
  private let codec: Codec?
  let negativeGain: Float

  /// Channels that are told apart; tensors with more count as one.
  private static let mostChannels = 4096

  /// - Parameter negativeGain: what the tensor's readers leave of an error of a negative number, which counts as that in
  ///   what is read, clipped and at the border.
  init(_ type: TensorType, negativeGain: Float = 1) {
    self.type = type
    self.negativeGain = negativeGain
    extents = type.shape.extents ?? []
    let last = extents.last ?? 1
    channels = [Channel](
      repeating: Channel(), count: extents.count > 1 && last <= Self.mostChannels ? last : 1)
    codec = Codec(type)
    if codec != nil {
      codes = [Int](repeating: 0, count: 256)
      wantedCodes = codes
    }
  }

  // MARK: Adding

  /// - Parameters:
  ///   - a: the reference's real numbers.
  ///   - b: B's.
  ///   - expected: the reference's for the inputs that B's operator alone was given.
  ///   - own: B's for these.
  mutating func add(a: [Float], b: [Float], expected: [Float], own: [Float]) {
    let columns = channels.count
    let isPicture = extents.count == 4 && extents[1] > 3 && extents[2] > 3
    let gain = negativeGain
    var readNoise = 0.0
    count += a.count
    _ = a.withUnsafeBufferPointer { histogram.add($0) }
    channels.withUnsafeMutableBufferPointer { channels in
      var channel = 0
      for index in a.indices {
        let (x, y) = (a[index], b[index])
        let isNegative = expected[index] < 0 && own[index] < 0
        let own = own[index] - expected[index]
        if x.isFinite, y.isFinite {
          let difference = y - x
          channels[channel].signal += Double(x) * Double(x)
          channels[channel].active += x == 0 ? 0 : 1
          channels[channel].noise += Double(difference) * Double(difference)
          channels[channel].low = min(channels[channel].low, x)
          channels[channel].high = max(channels[channel].high, x)
          channels[channel].foundLow = min(channels[channel].foundLow, y)
          channels[channel].foundHigh = max(channels[channel].foundHigh, y)
          product += Double(x) * Double(y)
          foundSignal += Double(y) * Double(y)
          sum += Double(difference)
          largest = max(largest, abs(difference))
        } else {
          if !x.isFinite { unreal.a += 1 }
          if !y.isFinite { unreal.b += 1 }
        }
        if own.isFinite {
          channels[channel].ownNoise += Double(own) * Double(own)
          channels[channel].ownSum += Double(own)
          let read = Double(isNegative ? gain * own : own)
          readNoise += read * read
        } else {
          unreal.own += 1
        }
        channel = channel + 1 == columns ? 0 : channel + 1
      }
    }
    self.readNoise += readNoise
    if isPicture { addBorder(expected: expected, own: own) }
    if let codec { addCodes(codec, a: a, b: b) }
  }

  private static func error(_ own: Float, _ expected: Float, _ gain: Float) -> Float {
    expected < 0 && own < 0 ? gain * (own - expected) : own - expected
  }

  private mutating func addBorder(expected: [Float], own: [Float]) {
    let (height, width, depth) = (extents[1], extents[2], extents[3])
    let gain = negativeGain
    for row in 0..<extents[0] * height {
      let isEdge = row % height == 0 || row % height == height - 1
      for column in 0..<width where isEdge || column == 0 || column == width - 1 {
        let start = (row * width + column) * depth
        for index in start..<start + depth {
          let difference = Self.error(own[index], expected[index], gain)
          if difference.isFinite { border.noise += Double(difference) * Double(difference) }
        }
        border.count += depth
      }
    }
  }

  private mutating func addCodes(_ codec: Codec, a: [Float], b: [Float]) {
    for (x, y) in zip(a, b) where x.isFinite && y.isFinite {
      let wanted = codec.steps(x)
      if wanted < codec.least {
        clipped.low += 1
        let error = Double(Self.error(codec.real(codec.least), x, negativeGain))
        clipped.noise += error * error
      } else if wanted > codec.largest {
        clipped.high += 1
        let error = Double(Self.error(codec.real(codec.largest), x, negativeGain))
        clipped.noise += error * error
      }
      wantedCodes[codec.place(wanted)] += 1
      codes[codec.place(codec.steps(y))] += 1
    }
  }

  // MARK: Figures

  var signal: Double { channels.reduce(0) { $0 + $1.signal } }
  var noise: Double { channels.reduce(0) { $0 + $1.noise } }
  var ownNoise: Double { channels.reduce(0) { $0 + $1.ownNoise } }
  var low: Float { channels.map { $0.low }.min() ?? 0 }
  var high: Float { channels.map { $0.high }.max() ?? 0 }

  /// A's numbers and 0.
  var neededRange: ClosedRange<Float> { min(low, 0)...max(high, 0) }

  var cosine: Double {
    let length = (signal * foundSignal).squareRoot()
    return length > 0 ? product / length : signal == foundSignal ? 1 : 0
  }

  var meanError: Double { count == 0 ? 0 : sum / Double(count) }

  /// Root mean square of the error in steps of B's scale; nil for float32.
  var errorInSteps: Double? {
    codec.map { (noise / Double(max(count, 1))).squareRoot() / Double($0.scale) }
  }

  /// The part of A's numbers that B's type cannot hold; nil for float32.
  var saturation: Double? {
    codec.map { _ in Double(clipped.low + clipped.high) / Double(max(count, 1)) }
  }

  /// Of 256 codes; of int16's in classes of 256. Nil for float32.
  var codesUsed: Int? { codec.map { _ in codes.count { $0 > 0 } } }

  /// What the histograms of codes of A's numbers and of B's have in common, 0...1; nil for float32.
  var overlap: Double? {
    let total = codes.reduce(0, +)
    guard total > 0 else { return nil }
    return Double(zip(codes, wantedCodes).reduce(0) { $0 + min($1.0, $1.1) }) / Double(total)
  }

  var medianWidth: Float {
    let widths = channels.map { $0.width }.sorted()
    return widths.isEmpty ? 0 : widths[widths.count / 2]
  }

  /// Few channels that span many times what half of all do.
  var outliers: [Int] {
    let (median, most) = (medianWidth, channels.map { $0.width }.max() ?? 0)
    guard channels.count > 2, median > 0, most > 8 * median else { return [] }
    let wide = channels.indices.filter { channels[$0].width > most / 4 }
    return wide.count * 8 <= channels.count ? wide : []
  }

  var deadChannels: [Int] { channels.indices.filter { channels[$0].isDead } }

  /// The range of B's type; nil for float32.
  var range: ClosedRange<Float>? {
    codec.map { $0.real($0.least)...$0.real($0.largest) }
  }
}

/// The codes of a quantized tensor with one scale.
struct Codec {
  let scale: Float
  let zeroPoint: Float
  let least: Float
  let largest: Float

  /// Nil for real numbers.
  init?(_ type: TensorType) {
    guard let quantization = type.quantization, quantization.scales.count == 1 else { return nil }
    switch type.element {
    case .int8: (least, largest) = (-128, 127)
    case .uint8: (least, largest) = (0, 255)
    case .int16: (least, largest) = (-32768, 32767)
    default: return nil
    }
    (scale, zeroPoint) = (quantization.scale, Float(quantization.zeroPoint))
  }

  /// The nearest code if there were no ends.
  func steps(_ value: Float) -> Float {
    (value / scale).rounded(.toNearestOrAwayFromZero) + zeroPoint
  }

  func real(_ code: Float) -> Float { (code - zeroPoint) * scale }

  /// One of 256 classes of codes.
  func place(_ steps: Float) -> Int {
    let code = Int(max(least, min(largest, steps))) - Int(least)
    return largest - least > 255 ? code >> 8 : code
  }
}
