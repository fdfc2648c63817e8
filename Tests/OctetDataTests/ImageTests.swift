import OctetArchives
import OctetData
import OctetDiagnostics
import OctetFiles
import OctetIR
import Testing

@Suite struct ImageTests {
  private func decode(_ bytes: [UInt8]) throws -> Image {
    try Image(ByteSlice(bytes), file: "f")
  }

  @Test(arguments: [PictureFixtures.png, PictureFixtures.pngWithAlpha, PictureFixtures.bmp])
  func losslessFiles(_ bytes: [UInt8]) throws {
    let image = try decode(bytes)
    #expect(image.width == 7 && image.height == 5 && image.pixels == PictureFixtures.rgb)
  }

  /// A JPEG with Exif data after its first marker, in both byte orders.
  @Test(arguments: 0...9, [true, false])
  func picturesAreTurnedAsTheCameraNotes(_ orientation: UInt8, _ isLittle: Bool) throws {
    func number(_ value: UInt8, _ count: Int) -> [UInt8] {
      let bytes = [UInt8](repeating: 0, count: count - 1) + [value]
      return isLittle ? bytes.reversed() : bytes
    }
    let tag: [UInt8] = isLittle ? [0x12, 0x01] : [0x01, 0x12]
    let tiff =
      Array((isLittle ? "II" : "MM").utf8) + number(42, 2) + number(8, 4) + number(1, 2) + tag
      + number(3, 2) + number(1, 4) + number(orientation, 2) + [0, 0] + number(0, 4)
    let body = Array("Exif\0\0".utf8) + tiff
    var bytes = PictureFixtures.jpeg
    bytes.insert(contentsOf: [0xFF, 0xE1, 0, UInt8(body.count + 2)] + body, at: 2)
    let (stored, seen) = (try decode(PictureFixtures.jpeg), try decode(bytes))
    let (w, h) = (stored.width, stored.height)
    // Where the stored corners (0, 0) and (w-1, 0) are seen, by the Exif standard's table.
    let corners: [UInt8: ((Int, Int), (Int, Int))] = [
      2: ((w - 1, 0), (0, 0)), 3: ((w - 1, h - 1), (0, h - 1)), 4: ((0, h - 1), (w - 1, h - 1)),
      5: ((0, 0), (0, w - 1)), 6: ((h - 1, 0), (h - 1, w - 1)), 7: ((h - 1, w - 1), (h - 1, 0)),
      8: ((0, w - 1), (0, 0)),
    ]
    let (first, second) = corners[orientation] ?? ((0, 0), (w - 1, 0))
    #expect(seen.width == ((5...8).contains(orientation) ? h : w))
    func pixel(_ image: Image, _ place: (Int, Int)) -> [UInt8] {
      let start = 3 * (place.1 * image.width + place.0)
      return Array(image.pixels[start..<start + 3])
    }
    #expect(pixel(seen, first) == pixel(stored, (0, 0)))
    #expect(pixel(seen, second) == pixel(stored, (w - 1, 0)))
    if first == (0, 0), second == (w - 1, 0) { #expect(seen.pixels == stored.pixels) }
  }

  /// A negative height: the first row in the file is the top one.
  @Test func bitmapsFromTheTop() throws {
    var bytes = PictureFixtures.bmp
    bytes.replaceSubrange(22..<26, with: [0xFB, 0xFF, 0xFF, 0xFF])
    let image = try decode(bytes)
    let rows = (0..<5).reversed().flatMap { PictureFixtures.rgb[21 * $0..<21 * ($0 + 1)] }
    #expect(image.width == 7 && image.height == 5 && image.pixels == rows)
  }

  @Test func greyBecomesRGB() throws {
    let gray = try decode(PictureFixtures.pngGray).pixels
    #expect(gray == PictureFixtures.gray.flatMap { [$0, $0, $0] })
    // Of 16 bits the upper ones stay.
    let deep = try decode(PictureFixtures.png16).pixels
    let green = stride(from: 1, to: 105, by: 3).map { PictureFixtures.rgb[$0] }
    #expect(deep == green.flatMap { [$0, $0, $0] })
  }

  /// libjpeg and the decoder round differently.
  @Test func jpegIsWithinThreeOfPillow() throws {
    let image = try decode(PictureFixtures.jpeg)
    #expect(image.width == 20 && image.height == 18)
    for (found, expected) in zip(image.pixels, PictureFixtures.jpegPixels) {
      #expect(abs(Int(found) - Int(expected)) <= 3)
    }
    #expect(try decode(PictureFixtures.jpegProgressive).width == 20)
  }

  @Test func pngIsWrittenAndRead() throws {
    let folder = try TemporaryFolder()
    let image = Image(width: 7, height: 5, pixels: PictureFixtures.rgb)
    try image.writePNG(folder.path + "/a.png")
    #expect(try Image(contentsOf: folder.path + "/a.png") == image)
    let error = try diagnostic { try image.writePNG(folder.path + "/no/a.png") }
    #expect(error.code == .unwritableFile)
  }

  @Test func whatIsNoPicture() throws {
    for text in ["", "BM", "BMW is a car maker of Munich", "\u{89}PNG", "GIF89a"] {
      let error = try diagnostic { _ = try decode(Array(text.utf8)) }
      #expect(error.code == .invalidPicture && error.message == "'f' is not a picture")
    }
    let folder = try TemporaryFolder()
    let missing = try diagnostic { _ = try Image(contentsOf: folder.path + "/a.png") }
    #expect(missing.code == .unreadableFile)
  }

  @Test(arguments: [
    (PictureFixtures.png, "png"), (PictureFixtures.bmp, "bmp"), (PictureFixtures.jpeg, "jpeg"),
    (PictureFixtures.jpegProgressive, "jpeg"),
  ])
  func everyTruncationIsFound(_ bytes: [UInt8], _ format: String) throws {
    for count in 20..<bytes.count {
      let error = try diagnostic { _ = try decode(Array(bytes.prefix(count))) }
      #expect(error.code == .invalidPicture, "\(count)")
      #expect(error.message.hasPrefix("'f' is cut off"), "\(count): \(error.message)")
      #expect(error.location?.format == format)
    }
  }

  @Test func damagedChunksOfAPNG() throws {
    var bytes = PictureFixtures.png
    bytes[bytes.count - 20] ^= 1
    let error = try diagnostic { _ = try decode(bytes) }
    #expect(error.message.contains("does not have the checksum it states"))
  }

  /// 16,384 x 16,384 pixels in a file of 100 bytes are refused before memory is taken for them.
  @Test func hugePictures() throws {
    var bytes = PictureFixtures.jpeg
    let frame = try #require(
      bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 })
    bytes.replaceSubrange(frame + 5..<frame + 9, with: [0x40, 0, 0x40, 0])
    let error = try diagnostic { _ = try decode(bytes) }
    #expect(error.code == .pictureTooLarge)
  }

  /// A table of more codes than a byte can tell apart, which older decoders write beyond.
  @Test func huffmanTablesBeyondTheirSize() throws {
    var bytes = PictureFixtures.jpeg
    let table = try #require(
      bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC4 })
    bytes[table + 12] = 0xFF
    bytes[table + 13] = 0xFF
    let error = try diagnostic { _ = try decode(bytes) }
    #expect(error.message == "'f' is damaged in its Huffman tables")
  }

  /// Damaged files: a picture or a diagnostic, never a trap.
  @Test(arguments: [
    PictureFixtures.png, PictureFixtures.pngWithAlpha, PictureFixtures.pngGray,
    PictureFixtures.bmp, PictureFixtures.jpeg, PictureFixtures.jpegProgressive,
  ])
  func mutations(_ original: [UInt8]) throws {
    for round in 0..<600 {
      var random = SplitMix64(seed: UInt64(round))
      var bytes = original
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 2: bytes[place] = 0xFF
        default: bytes.removeSubrange(place..<min(bytes.count, place + 2))
        }
        if bytes.isEmpty { break }
      }
      do throws(Diagnostic) {
        let image = try Image(ByteSlice(bytes), file: "f")
        #expect(image.pixels.count == image.width * image.height * 3)
      } catch {
        #expect([.invalidPicture, .pictureTooLarge].contains(error.code), "round \(round)")
      }
    }
  }

  /// A JPEG that never defines the Huffman tables that its scans name (each definition becomes a comment) is read with tables
  /// of zeros, and not with what the memory held before.
  @Test(arguments: [PictureFixtures.jpeg, PictureFixtures.jpegProgressive])
  func withoutTables(_ original: [UInt8]) throws {
    var bytes = original
    for place in bytes.indices.dropLast() where bytes[place] == 0xFF && bytes[place + 1] == 0xC4 {
      bytes[place + 1] = 0xFE
    }
    let first = try Image(ByteSlice(bytes), file: "f")
    _ = try Image(ByteSlice(PictureFixtures.jpeg), file: "f")
    let second = try Image(ByteSlice(bytes), file: "f")
    #expect(first.pixels == second.pixels)
  }

  /// As `mutations`, with the checksums of the chunks made right again, so that damage reaches the
  /// decoder.
  @Test func mutatedChunks() throws {
    for round in 0..<600 {
      var random = SplitMix64(seed: UInt64(round))
      var bytes = PictureFixtures.png
      bytes[Int.random(in: 16..<bytes.count - 16, using: &random)] = UInt8.random(
        in: 0...255, using: &random)
      do throws(Diagnostic) {
        _ = try Image(ByteSlice(withChecksums(bytes)), file: "f")
      } catch {
        #expect([.invalidPicture, .pictureTooLarge].contains(error.code), "round \(round)")
      }
    }
  }

  private func withChecksums(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    var offset = 8
    while offset + 12 <= bytes.count {
      let length = bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
      guard offset + 12 + length <= bytes.count else { break }
      var crc: UInt32 = 0xFFFF_FFFF
      for byte in bytes[offset + 4..<offset + 8 + length] {
        crc ^= UInt32(byte)
        for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
      }
      for place in 0..<4 {
        bytes[offset + 8 + length + place] = UInt8(truncatingIfNeeded: ~crc >> (24 - 8 * place))
      }
      offset += 12 + length
    }
    return bytes
  }
}
