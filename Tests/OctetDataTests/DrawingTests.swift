import OctetData
import OctetDiagnostics
import Testing

@Suite struct DrawingTests {
  private func blank(_ width: Int, _ height: Int) -> Image {
    Image(width: width, height: height, pixels: [UInt8](repeating: 90, count: width * height * 3))
  }

  private func changed(_ image: Image, _ x: Int, _ y: Int) -> Bool {
    let start = 3 * (y * image.width + x)
    return image.pixels[start..<start + 3] != [90, 90, 90]
  }

  @Test func frameAndTag() {
    let box = Box(x: 50, y: 60, width: 100, height: 80)
    let image = blank(200, 200).drawing([
      Detection(classIndex: 1, label: "dog", score: 0.83, box: box)
    ])
    #expect(changed(image, 50, 100) && changed(image, 149, 100))
    #expect(changed(image, 100, 60) && changed(image, 100, 139))
    #expect(!changed(image, 52, 100) && !changed(image, 150, 100) && !changed(image, 100, 140))
    // The tag is above the frame: as high as a letter and its margins.
    #expect(changed(image, 51, 55) && !changed(image, 51, 47))
  }

  @Test func theTagGoesInsideAtTheTop() {
    let box = Box(x: 150, y: -5, width: 100, height: 100)
    let image = blank(200, 200).drawing([
      Detection(classIndex: 1, label: "dog", score: 0.83, box: box)
    ])
    #expect(changed(image, 170, 1) && !changed(image, 170, 14))
  }

  /// A second tag that has no room above its frame goes below the first one's.
  @Test func tagsStayApart() {
    let boxes = [
      Box(x: 50, y: 60, width: 100, height: 80), Box(x: 60, y: 64, width: 80, height: 70),
    ]
    let one = blank(200, 200).drawing([Detection(classIndex: 1, score: 0.9, box: boxes[0])])
    let two = blank(200, 200).drawing(
      boxes.map { Detection(classIndex: 1, score: 0.9, box: $0) })
    for y in 48..<60 {
      for x in 50..<110 {
        let start = 3 * (y * 200 + x)
        #expect(one.pixels[start..<start + 3] == two.pixels[start..<start + 3])
      }
    }
    #expect(changed(two, 100, 70) && !changed(one, 100, 70))
  }

  /// Nothing that is drawn leaves the picture, wherever a box is.
  @Test func anyBoxOnAnyPicture() {
    for (width, height) in [(1, 1), (3, 40), (40, 3), (64, 64)] {
      for x in [-1e300, -50, 0, 0.4, 63, 1e300, .nan] {
        for side in [-3, 0, 1, 1e5, 1e300, .infinity] {
          let box = Box(x: x, y: x, width: side, height: side)
          let detection = Detection(classIndex: 999, label: "Größe\u{1F600}", score: 1, box: box)
          #expect(blank(width, height).drawing([detection]).pixels.count == width * height * 3)
        }
      }
    }
  }

  @Test func lettersAreDistinct() {
    let glyphs = (0x20...0x7E as ClosedRange<UInt32>).compactMap { Unicode.Scalar($0) }.map {
      Array(BitmapFont.glyph($0))
    }
    #expect(glyphs.count == 95 && Set(glyphs).count == 95)
    #expect(glyphs[0].allSatisfy { $0 == 0 } && glyphs.allSatisfy { $0.allSatisfy { $0 < 32 } })
    #expect(BitmapFont.glyph("ö") == BitmapFont.glyph("?"))
  }
}
