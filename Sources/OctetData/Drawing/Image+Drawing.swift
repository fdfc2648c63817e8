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
    let drawn = detections.reversed().filter { $0.box.isFinite }.map { detection in
      (detection, frame(detection.box), Palette.color(detection.classIndex))
    }
    for (_, frame, color) in drawn { result.stroke(frame, line, color) }
    for (detection, frame, color) in drawn {
      result.drawTag(
        "\(detection.title) \(decimals(Double(detection.score), 2))", frame, line, scale, color)
    }
    return result
  }

  /// Whole pixels, right and bottom exclusive.
  private struct Frame {
    var left, top, right, bottom: Int
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

  /// Draws a filled tag above the frame, or inside it where the picture ends.
  private mutating func drawTag(
    _ text: String, _ frame: Frame, _ line: Int, _ scale: Int, _ color: Color
  ) {
    let letters = Array(text.unicodeScalars)
    let margin = 2 * scale
    let tagWidth = letters.count * BitmapFont.advance * scale - scale + 2 * margin
    let tagHeight = (BitmapFont.glyphHeight + 3) * scale
    let left = max(0, min(frame.left, width - tagWidth))
    var top = frame.top - tagHeight + line
    if top < 0 { top = max(0, min(frame.top, height - tagHeight)) }
    fill(left..<left + tagWidth, top..<top + tagHeight, color)
    for (place, letter) in letters.enumerated() {
      let x = left + margin + place * BitmapFont.advance * scale
      for (row, bits) in BitmapFont.glyph(letter).enumerated() {
        let y = top + (row + 2) * scale
        for column in 0..<BitmapFont.glyphWidth where bits >> (4 - column) & 1 == 1 {
          let start = x + column * scale
          fill(start..<start + scale, y..<y + scale, color.ink)
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
  static func color(_ classIndex: Int) -> Color { colors[(classIndex * 7) % colors.count] }

  private static let colors: [Color] = [
    0xE6_3946, 0xF3_722C, 0xF8_961E, 0xF9_C74F, 0xC5_D86D, 0x7C_B518, 0x2A_9D3F, 0x1B_998B,
    0x2E_C4B6, 0x48_CAE4, 0x1E_96FC, 0x27_60D8, 0x4B_3FD1, 0x7B_2CBF, 0xA8_4CE0, 0xD6_5DB1,
    0xFF_5D8F, 0xC9_184A, 0x9C_5B34, 0x5F_6B7A,
  ].map { (code: UInt32) in
    Color(
      red: UInt8(code >> 16), green: UInt8(code >> 8 & 0xFF), blue: UInt8(code & 0xFF))
  }
}
