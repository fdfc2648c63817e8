extension Image {
  /// The picture with a frame and a name tag for each detection, the best on top.
  ///
  /// Lines and letters grow with the picture; each class has a colour of its own out of 20. What
  /// reaches beyond the picture is cut off, but tags stay within as far as they fit.
  public func drawing(_ detections: [Detection]) -> Image {
    var result = self
    let side = min(width, height)
    let line = max(1, (side + 100) / 200)
    let scale = max(1, (side + 150) / 300)
    var tags: [Tag] = []
    for detection in detections where detection.box.isFinite {
      let text = "\(detection.title) \(decimals(Double(detection.score), 2))"
      let frame = frame(detection.box)
      tags.append(
        Tag(
          letters: Array(text.unicodeScalars), frame: frame,
          place: place(tag: text.unicodeScalars.count, at: frame, line, scale, tags),
          color: Palette.color(detection.classIndex)))
    }
    for tag in tags.reversed() { result.stroke(tag.frame, line, tag.color) }
    for tag in tags.reversed() { result.draw(tag, scale) }
    return result
  }

  /// The name of a detection, and where it is written.
  private struct Tag {
    let letters: [Unicode.Scalar]
    /// The detection's box.
    let frame: Frame
    let place: Frame
    let color: Color
  }

  /// Whole pixels, right and bottom exclusive.
  private struct Frame {
    var left, top, right, bottom: Int

    func overlaps(_ other: Frame) -> Bool {
      left < other.right && other.left < right && top < other.bottom && other.top < bottom
    }
  }

  /// The pixels of a box; far beyond the picture they are not told apart.
  private func frame(_ box: Box) -> Frame {
    func pixel(_ value: Double, _ extent: Int) -> Int {
      Int(max(-Double(extent), min(2 * Double(extent), value.rounded())))
    }
    return Frame(
      left: pixel(box.x, width), top: pixel(box.y, height),
      right: pixel(box.x + box.width, width), bottom: pixel(box.y + box.height, height))
  }

  private mutating func stroke(_ frame: Frame, _ line: Int, _ color: Color) {
    let (left, right) = (frame.left, max(frame.right, frame.left + 1))
    let (top, bottom) = (frame.top, max(frame.bottom, frame.top + 1))
    for (columns, rows) in [
      (left..<right, top..<top + line), (left..<right, bottom - line..<bottom),
      (left..<left + line, top..<bottom), (right - line..<right, top..<bottom),
    ] {
      fill(columns, rows, color)
    }
  }

  /// Where a tag goes: above the frame, or else inside it or below, within the picture and beside the tags
  /// that have their place, as far as that goes.
  private func place(
    tag letterCount: Int, at frame: Frame, _ line: Int, _ scale: Int, _ tags: [Tag]
  ) -> Frame {
    let tagWidth = (letterCount * BitmapFont.advance + 3) * scale
    let tagHeight = (BitmapFont.glyphHeight + 3) * scale
    let left = max(0, min(frame.left, width - tagWidth))
    let inside = max(0, min(frame.top, height - tagHeight))
    let tops = [
      frame.top - tagHeight + line, inside, frame.bottom - line, frame.bottom - tagHeight,
    ]
    let places = tops.map { top in
      Frame(left: left, top: top, right: left + tagWidth, bottom: top + tagHeight)
    }
    let within = places.filter { $0.top >= 0 && $0.bottom <= height }
    return within.first { place in !tags.contains { $0.place.overlaps(place) } }
      ?? within.first ?? places[1]
  }

  private mutating func draw(_ tag: Tag, _ scale: Int) {
    let place = tag.place
    fill(place.left..<place.right, place.top..<place.bottom, tag.color)
    for (index, letter) in tag.letters.enumerated() {
      let x = place.left + (2 + index * BitmapFont.advance) * scale
      for (row, bits) in BitmapFont.glyph(letter).enumerated() {
        let y = place.top + (row + 2) * scale
        for column in 0..<BitmapFont.glyphWidth where bits >> (4 - column) & 1 == 1 {
          let start = x + column * scale
          fill(start..<start + scale, y..<y + scale, tag.color.ink)
        }
      }
    }
  }

  private mutating func fill(_ columns: Range<Int>, _ rows: Range<Int>, _ color: Color) {
    for row in rows.clamped(to: 0..<height) {
      for column in columns.clamped(to: 0..<width) {
        let start = 3 * (row * width + column)
        pixels[start] = color.red
        pixels[start + 1] = color.green
        pixels[start + 2] = color.blue
      }
    }
  }
}

struct Color: Sendable, Equatable {
  let red, green, blue: UInt8

  /// Black or white, whichever is easier to read on it.
  var ink: Color {
    let luma = 299 * Int(red) + 587 * Int(green) + 114 * Int(blue)
    return luma > 140_000
      ? Color(red: 0, green: 0, blue: 0) : Color(red: 255, green: 255, blue: 255)
  }
}

private enum Palette {
  /// Neighbouring classes get hues far from each other.
  static func color(_ classIndex: Int) -> Color {
    colors[Int((classIndex.magnitude % 1000 * 7) % UInt(colors.count))]
  }

  private static let colors: [Color] = [
    0xE6_3946, 0xF3_722C, 0xF8_961E, 0xF9_C74F, 0xC5_D86D, 0x7C_B518, 0x2A_9D3F, 0x1B_998B,
    0x2E_C4B6, 0x48_CAE4, 0x1E_96FC, 0x27_60D8, 0x4B_3FD1, 0x7B_2CBF, 0xA8_4CE0, 0xD6_5DB1,
    0xFF_5D8F, 0xC9_184A, 0x9C_5B34, 0x5F_6B7A,
  ].map { (code: UInt32) in
    Color(
      red: UInt8(code >> 16), green: UInt8(code >> 8 & 0xFF), blue: UInt8(code & 0xFF))
  }
}
