import OctetArchives
import OctetData
import OctetDiagnostics
import Testing

@Suite struct InflateTests {
  private let images = NumPyFixtures.packedImages
  private let zeros = NumPyFixtures.packedZeros

  private func unpack(_ bytes: [UInt8], limit: Int = 1 << 21) throws -> [UInt8] {
    try Inflate.gzip(ByteSlice(bytes), limit: limit, file: "a.gz").array
  }

  @Test func unpacks() throws {
    #expect(try unpack(images) == idxImages(3, 2, 2))
    #expect(try unpack(zeros) == [UInt8](repeating: 0, count: 1 << 20))
  }

  @Test func membersFollowOneAnother() throws {
    #expect(try unpack(images + images) == idxImages(3, 2, 2) + idxImages(3, 2, 2))
  }

  @Test func limitIsExact() throws {
    #expect(try unpack(zeros, limit: 1 << 20).count == 1 << 20)
    let error = try diagnostic { _ = try unpack(zeros, limit: 1 << 20 - 1) }
    #expect(error.code == .invalidData)
    #expect(try diagnostic { _ = try unpack(images, limit: 0) }.code == .invalidData)
    #expect(try unpack(images, limit: Int.max).count == 28)
  }

  @Test func everyTruncationIsDiagnosed() throws {
    for count in 0..<images.count {
      let error = try diagnostic { _ = try unpack(Array(images[..<count])) }
      #expect(error.code == .invalidData)
      #expect(error.message == "the packed data of 'a.gz' ends too early", "\(count) bytes")
    }
  }

  @Test func damageIsDiagnosed() throws {
    var bytes = images
    bytes[bytes.count - 5] ^= 1
    let error = try diagnostic { _ = try unpack(bytes) }
    #expect(error.message == "the packed data of 'a.gz' is damaged")
    #expect(try diagnostic { _ = try unpack(images + [0]) }.code == .invalidData)
  }

  @Test func prefixNeedsNoWholeFile() {
    let half = ByteSlice(Array(zeros[..<(zeros.count / 2)]))
    #expect(Inflate.gzipPrefix(half, count: 16).array == [UInt8](repeating: 0, count: 16))
    #expect(Inflate.gzipPrefix(ByteSlice(images), count: 100).count == 28)
    #expect(Inflate.gzipPrefix(ByteSlice([0x1F, 0x8B]), count: 4).count == 0)
  }
}
