import OctetData
import OctetDiagnostics
import OctetFiles
import Testing

/// Pictures as a model's input takes them.
@Suite struct PictureSampleTests {
  let image = Image(width: 7, height: 5, pixels: PictureFixtures.rgb)

  private func values(
    _ specification: String, _ shape: [Int]
  ) throws -> (values: [Float], placement: Placement) {
    var values = [Float](repeating: -1, count: shape.reduce(1, *))
    let placement = try values.withUnsafeMutableBufferPointer { target in
      try Preprocessing(specification).write(image, shape: shape, into: target)
    }
    return (values, placement)
  }

  private func expectNear(_ found: [Float], _ expected: [UInt8], _ bound: Float) {
    #expect(found.count == expected.count)
    for (index, pair) in zip(found, expected).enumerated() {
      #expect(abs(pair.0 - Float(pair.1)) <= bound, "\(index): \(pair)")
    }
  }

  /// OpenCV's vector code for larger pictures rounds some pixels otherwise.
  @Test func stretchIsOpenCVsLinear() throws {
    expectNear(try values("", [6, 4, 3]).values, PictureFixtures.stretched4x6, 1)
    expectNear(try values("", [9, 13, 3]).values, PictureFixtures.stretched13x9, 1)
    expectNear(try values("", [5, 7, 3]).values, PictureFixtures.rgb, 0)
  }

  @Test func cropIsStretchCutInTheMiddle() throws {
    expectNear(try values("resize=crop", [4, 6, 3]).values, PictureFixtures.cropped6x4, 0)
    expectNear(try values("resize=crop", [8, 3, 3]).values, PictureFixtures.cropped3x8, 1)
  }

  @Test func letterboxHasDarknetsSizes() throws {
    for (shape, expected) in [
      ([6, 6, 3], PictureFixtures.letterboxed6x6), ([6, 11, 3], PictureFixtures.letterboxed11x6),
    ] {
      for (found, expected) in zip(try values("resize=letterbox", shape).values, expected) {
        #expect(abs(found - expected) <= (shape == [6, 6, 3] ? 0 : 1))
      }
    }
  }

  @Test func channels() throws {
    expectNear(try values("channels=gray", [5, 7, 1]).values, PictureFixtures.gray, 0)
    expectNear(try values("", [5, 7]).values, PictureFixtures.gray, 0)
    let reversed = stride(from: 0, to: 105, by: 3).flatMap {
      [PictureFixtures.rgb[$0 + 2], PictureFixtures.rgb[$0 + 1], PictureFixtures.rgb[$0]]
    }
    expectNear(try values("channels=bgr", [5, 7, 3]).values, reversed, 0)
    // Means belong to the model's channels.
    let shifted = try values("mean=1:2:3,channels=bgr", [5, 7, 3]).values
    #expect(shifted[0] == Float(reversed[0]) - 1 && shifted[2] == Float(reversed[2]) - 3)
  }

  @Test(arguments: [
    ("channels=gray", [5, 7, 3], "'gray' gives 1 channel, and the model's input has 3"),
    ("channels=rgb", [5, 7, 1], "'rgb' gives 3 channels, and the model's input has 1"),
    ("mean=1:2", [5, 7, 3], "it is for 2 channels"),
    ("", [3, 5, 7], "the model's input has 7 channels, and a picture gives 1 or 3"),
    ("", [105], "the model's input [105] takes no picture"),
  ])
  func inputsThatDoNotFit(_ text: String, _ shape: [Int], _ words: String) throws {
    let error = try diagnostic { _ = try values(text, shape) }
    #expect(error.message.contains(words), "\(error.message)")
  }

  @Test func boxesGoBackToThePicture() throws {
    let whole = Box(x: 0, y: 0, width: 7, height: 5)
    let stretched = try values("", [10, 14, 3]).placement
    #expect(stretched.picture(Box(x: 0, y: 0, width: 14, height: 10)) == whole)
    // 14 x 10 in the middle of 14 x 14.
    let boxed = try values("resize=letterbox", [14, 14, 3]).placement
    #expect(boxed.offsetX == 0 && boxed.offsetY == 2)
    #expect(boxed.picture(Box(x: 0, y: 2, width: 14, height: 10)) == whole)
    // 14 x 10 hangs over 10 x 10 by 2 on both sides.
    let cropped = try values("resize=crop", [10, 10, 3]).placement
    #expect(cropped.picture(Box(x: -2, y: 0, width: 14, height: 10)) == whole)
  }

  /// Any picture in any input: every value lies between the darkest and the brightest pixel.
  @Test func allSizes() throws {
    for (width, height) in [(1, 1), (1, 9), (9, 1), (300, 1), (1, 300), (5, 7)] {
      let image = Image(
        width: width, height: height,
        pixels: [UInt8](repeating: 100, count: width * height * 3))
      for shape in [[1, 1, 3], [2, 5, 3], [5, 2, 1], [17, 16, 3]] {
        for resize in Preprocessing.Resize.allCases {
          var values = [Float](repeating: -1, count: shape.reduce(1, *))
          try values.withUnsafeMutableBufferPointer { target in
            _ = try Preprocessing(resize: resize).write(image, shape: shape, into: target)
          }
          #expect(
            values.allSatisfy { $0 == 100 || resize == .letterbox && $0 == 127.5 },
            "\(width) x \(height), \(shape), \(resize)")
        }
      }
    }
  }
}
