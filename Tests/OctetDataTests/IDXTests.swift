import OctetArchives
import OctetData
import OctetDiagnostics
import OctetIR
import Testing

@Suite struct IDXTests {
  @Test func plainAndPacked() throws {
    for bytes in [idxImages(3, 2, 2), NumPyFixtures.packedImages] {
      let slice = ByteSlice(bytes)
      #expect(IDX.kind(slice) == .images)
      let images = try IDX.images(slice, file: "i")
      #expect(images.type == TensorType(.uint8, [3, 2, 2]))
      #expect(images.storage.array(of: UInt8.self) == Array(0..<12))
    }
    let labels = ByteSlice(idxLabels([7, 2, 255]))
    #expect(IDX.kind(labels) == .labels)
    #expect(try IDX.labels(labels, file: "l") == [7, 2, 255])
    #expect(try IDX.images(ByteSlice(idxImages(0, 28, 28)), file: "i").count == 0)
    #expect(IDX.kind(ByteSlice([0, 0, 8])) == nil)
  }

  private static let wrong: [(bytes: [UInt8], words: String)] = [
    (idxLabels([1]), "holds IDX labels, not pictures"),
    ([0, 0, 8, 3, 0, 0], "ends in its header"), ([0, 0], "ends in its header"), ([], "ends in"),
    (idxImages(3, 2, 2) + [0], "13 bytes after its header, which states 3,2,2 = 12"),
    (Array(idxImages(3, 2, 2).dropLast()), "11 bytes"),
    ([0, 0, 0x0D, 3] + idxImages(1, 1, 1).dropFirst(4), "0x00000d03 instead of 0x00000803"),
    ([0, 0, 8, 3] + [UInt8](repeating: 0xFF, count: 12), "more than 4 GiB"),
    ([0, 0, 8, 3, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 2], "more than 4 GiB"),
    (NumPyFixtures.packedZeros, "0x00000000 instead"),
    ([0x1F, 0x8B], "ends in its header"),
  ]

  @Test(arguments: wrong)
  func wrongImages(_ bytes: [UInt8], _ words: String) throws {
    let error = try diagnostic { _ = try IDX.images(ByteSlice(bytes), file: "i") }
    #expect(error.code == .invalidData)
    #expect(error.message.contains(words), "\(error.message)")
  }

  @Test func imagesAreNotLabels() throws {
    let error = try diagnostic { _ = try IDX.labels(ByteSlice(idxImages(1, 1, 1)), file: "l") }
    #expect(error.message == "'l' holds IDX pictures, not labels")
  }

  @Test func packedFileMayNotHoldMoreThanItStates() throws {
    // Two members: the second is unpacked only as far as the header allows.
    let twice = NumPyFixtures.packedImages + NumPyFixtures.packedZeros
    let error = try diagnostic { _ = try IDX.images(ByteSlice(twice), file: "i") }
    #expect(error.message == "'i' unpacks to more than the 28 bytes expected")
  }
}
