import OctetArchives

/// How a stored picture is turned to be looked at, as cameras note it (Exif 2.3, tag 0x0112): 1 to 8.
enum Orientation: Int {
  case upright = 1
  case mirrored, upsideDown, flipped, transposed, rightwards, transversed, leftwards

  /// What the Exif data of a JPEG file say; `upright` where they are not there or not understood.
  init(jpeg bytes: ByteSlice) {
    var offset = 2
    while let marker = bytes.uint16(offset), marker & 0xFF == 0xFF, marker >> 8 != 0xDA,
      let high = bytes.byte(offset + 2), let low = bytes.byte(offset + 3)
    {
      let length = Int(high) << 8 | Int(low)
      if marker >> 8 == 0xE1, let body = bytes.slice(offset + 4, max(0, length - 2)),
        body.starts(with: Array("Exif\0\0".utf8)), let tiff = body.slice(6, body.count - 6)
      {
        self = Orientation(tiff: tiff)
        return
      }
      offset += 2 + max(2, length)
    }
    self = .upright
  }

  /// The tag in the first directory of a TIFF header.
  private init(tiff: ByteSlice) {
    let isLittle = tiff.starts(with: Array("II".utf8))
    func number(_ offset: Int, _ count: Int) -> Int? {
      guard let part = tiff.slice(offset, count) else { return nil }
      let bytes = (0..<count).map { Int(part.byte($0) ?? 0) }
      return (isLittle ? bytes.reversed() : bytes).reduce(0) { $0 << 8 | $1 }
    }
    self = .upright
    guard let directory = number(4, 4), let entries = number(directory, 2) else { return }
    for entry in 0..<entries {
      let place = directory + 2 + 12 * entry
      guard let tag = number(place, 2) else { return }
      if tag == 0x0112, let value = number(place + 8, 2), let found = Orientation(rawValue: value) {
        self = found
      }
    }
  }

  /// Whether rows become columns.
  private var swapsSides: Bool { rawValue > 4 }

  /// The picture as it is looked at.
  func applied(to image: Image) -> Image {
    if self == .upright { return image }
    let (width, height) = (image.width, image.height)
    let (newWidth, newHeight) = swapsSides ? (height, width) : (width, height)
    var pixels = [UInt8](repeating: 0, count: image.pixels.count)
    for y in 0..<newHeight {
      for x in 0..<newWidth {
        let (column, row) = source(x, y, width, height)
        let (from, to) = (3 * (row * width + column), 3 * (y * newWidth + x))
        for channel in 0..<3 { pixels[to + channel] = image.pixels[from + channel] }
      }
    }
    return Image(width: newWidth, height: newHeight, pixels: pixels)
  }

  /// The stored pixel that is seen at (x, y).
  private func source(_ x: Int, _ y: Int, _ width: Int, _ height: Int) -> (Int, Int) {
    switch self {
    case .upright: (x, y)
    case .mirrored: (width - 1 - x, y)
    case .upsideDown: (width - 1 - x, height - 1 - y)
    case .flipped: (x, height - 1 - y)
    case .transposed: (y, x)
    case .rightwards: (y, height - 1 - x)
    case .transversed: (width - 1 - y, height - 1 - x)
    case .leftwards: (width - 1 - y, x)
    }
  }
}
