/// Where a picture lies in a model's input: a point of the picture is at `point * scale + offset`.
public struct Placement: Sendable, Equatable {
  /// The size of the model's input in pixels.
  public let inputWidth: Int
  public let inputHeight: Int
  /// Input pixels a pixel of the picture.
  public let scaleX: Double
  public let scaleY: Double
  /// Input pixels; negative where the picture hangs over.
  public let offsetX: Double
  public let offsetY: Double

  /// A picture of `width` x `height` that fills the input.
  public init(width: Int, height: Int, inputWidth: Int, inputHeight: Int) {
    self.init(
      width: width, height: height, inputWidth: inputWidth, inputHeight: inputHeight,
      scaledWidth: inputWidth, scaledHeight: inputHeight)
  }

  init(
    width: Int, height: Int, inputWidth: Int, inputHeight: Int, scaledWidth: Int, scaledHeight: Int
  ) {
    self.inputWidth = inputWidth
    self.inputHeight = inputHeight
    scaleX = Double(scaledWidth) / Double(width)
    scaleY = Double(scaledHeight) / Double(height)
    offsetX = Double((inputWidth - scaledWidth) / 2)
    offsetY = Double((inputHeight - scaledHeight) / 2)
  }

  /// A box in pixels of the input as one in pixels of the picture.
  public func picture(_ box: Box) -> Box {
    Box(
      x: (box.x - offsetX) / scaleX, y: (box.y - offsetY) / scaleY, width: box.width / scaleX,
      height: box.height / scaleY)
  }
}

/// A picture's pixels as numbers of 0 to 255 in the size of a model's input.
struct ResizedImage {
  /// Height x width x channels, row-major, in the order of the picture's channels.
  let values: [Float]
  let placement: Placement
}

extension Image {
  /// The value of the bars beside a letterboxed picture: half of 255, as Darknet's 0.5 of 1.
  static let letterboxGray: Float = 127.5

  /// Brings the picture to a size, bilinear between pixel centres, in fixed point and rounded to whole
  /// pixels as OpenCV's `INTER_LINEAR` does it: smaller pictures are the same to the bit.
  ///
  /// - `stretch`: the input is filled.
  /// - `crop`: by one factor with which the shorter side, measured in inputs, fits; the longer side is
  ///   rounded down, and equal parts of it are cut off at both ends.
  /// - `letterbox`: sizes, place and grey of Darknet's `letterbox_image`: the longer side fits, the
  ///   other is rounded down; in the middle of grey.
  ///
  /// - Parameter gray: whether luma takes the place of the three channels, rounded as OpenCV does
  ///   it.
  func resized(
    _ resize: Preprocessing.Resize, width inputWidth: Int, height inputHeight: Int, gray: Bool
  ) -> ResizedImage {
    let size = scaledSize(resize, inputWidth, inputHeight)
    let placement = Placement(
      width: width, height: height, inputWidth: inputWidth, inputHeight: inputHeight,
      scaledWidth: size.width, scaledHeight: size.height)
    // Of the scaled picture only what lies within the input is computed.
    let columns = Taps(from: width, to: size.width, shown: min(size.width, inputWidth))
    let rows = Taps(from: height, to: size.height, shown: min(size.height, inputHeight))
    let channels = gray ? 1 : 3
    var values = [Float](
      repeating: Image.letterboxGray, count: inputWidth * inputHeight * channels)
    let left = max(0, Int(placement.offsetX))
    let top = max(0, Int(placement.offsetY))
    (gray ? luma : pixels).withUnsafeBufferPointer { source in
      values.withUnsafeMutableBufferPointer { target in
        let line = width * channels
        var cache = RowCache(columns, channels)
        for (row, tap) in rows.taps.enumerated() {
          let first = cache.row(tap.first) { source[tap.first * line + $0] }
          let second = cache.row(tap.second) { source[tap.second * line + $0] }
          let start = ((top + row) * inputWidth + left) * channels
          for index in first.indices {
            let sum =
              (tap.firstWeight * (first[index] >> 4)) >> 16
              + (tap.secondWeight * (second[index] >> 4)) >> 16
            target[start + index] = Float(min(255, (sum + 2) >> 2))
          }
        }
      }
    }
    return ResizedImage(values: values, placement: placement)
  }

  private func scaledSize(
    _ resize: Preprocessing.Resize, _ inputWidth: Int, _ inputHeight: Int
  ) -> (width: Int, height: Int) {
    if resize == .stretch { return (inputWidth, inputHeight) }
    // Which side has the smaller factor, compared in float as Darknet does.
    let isWide = Float(inputWidth) / Float(width) < Float(inputHeight) / Float(height)
    let fitsWidth = isWide == (resize == .letterbox)
    // Rounding never leaves a gap when cropping.
    let least = resize == .crop ? (inputWidth, inputHeight) : (1, 1)
    return fitsWidth
      ? (inputWidth, max(least.1, height * inputWidth / width))
      : (max(least.0, width * inputHeight / height), inputHeight)
  }

  /// BT.601 luma of each pixel in 15-bit fixed point, rounded: OpenCV's grey.
  private var luma: [UInt8] {
    var result = [UInt8](repeating: 0, count: width * height)
    for index in result.indices {
      let red = Int(pixels[3 * index])
      let green = Int(pixels[3 * index + 1])
      let blue = Int(pixels[3 * index + 2])
      result[index] = UInt8((red * 9798 + green * 19235 + blue * 3735 + 1 << 14) >> 15)
    }
    return result
  }
}

/// For each place of a resized line the two source places it lies between, with weights in 11-bit fixed
/// point.
///
/// Source: OpenCV's `resize` for 8-bit pixels (imgproc/src/resize.cpp).
private struct Taps {
  struct Tap {
    let first, second: Int
    /// Of 2048 together.
    let firstWeight, secondWeight: Int
  }

  let taps: [Tap]

  /// - Parameter shown: how many places in the middle of the `target` ones are wanted.
  init(from source: Int, to target: Int, shown: Int) {
    let start = (target - shown) / 2
    let scale = Double(source) / Double(target)
    taps = (start..<start + shown).map { place in
      let position = Float((Double(place) + 0.5) * scale - 0.5)
      let first = Int(position.rounded(.down))
      let isInside = first >= 0 && first < source - 1
      let fraction = isInside ? position - Float(first) : 0
      let nearest = max(0, min(first, source - 1))
      return Tap(
        first: nearest, second: min(nearest + 1, source - 1),
        firstWeight: Int(((1 - fraction) * 2048).rounded(.toNearestOrEven)),
        secondWeight: Int((fraction * 2048).rounded(.toNearestOrEven)))
    }
  }
}

/// The two source rows used last, resized to the target's width: sums of pixels and weights.
private struct RowCache {
  private let columns: Taps
  private let channels: Int
  private var rows: [(source: Int, values: [Int])] = []

  init(_ columns: Taps, _ channels: Int) {
    self.columns = columns
    self.channels = channels
  }

  mutating func row(_ source: Int, _ pixel: (Int) -> UInt8) -> [Int] {
    if let found = rows.first(where: { $0.source == source }) { return found.values }
    var values = [Int](repeating: 0, count: columns.taps.count * channels)
    for (column, tap) in columns.taps.enumerated() {
      for channel in 0..<channels {
        let first = Int(pixel(tap.first * channels + channel))
        let second = Int(pixel(tap.second * channels + channel))
        values[column * channels + channel] = first * tap.firstWeight + second * tap.secondWeight
      }
    }
    if rows.count == 2 { rows.removeFirst() }
    rows.append((source, values))
    return values
  }
}
