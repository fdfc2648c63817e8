import OctetArchives
import OctetData
import OctetDiagnostics
import OctetFiles
import OctetIR
import Testing

@Suite struct NPZTests {
  private func read(_ bytes: [UInt8], limit: Int = 1 << 20) throws -> [NamedTensor] {
    try NPZ.tensors(ByteSlice(bytes), file: "a.npz", limit: limit)
  }

  @Test(arguments: [NumPyFixtures.stored, NumPyFixtures.compressed])
  func numPysFiles(_ bytes: [UInt8]) throws {
    let arrays = try read(bytes)
    #expect(arrays.map { $0.name } == ["x", "y"])
    #expect(arrays[0].tensor.type == TensorType(.uint8, [3, 2, 2]))
    #expect(arrays[0].tensor.storage.array(of: UInt8.self) == Array(0..<12))
    #expect(arrays[1].tensor.storage.array(of: Int64.self) == [2, 0, 1])
  }

  @Test func roundTripKeepsOrderNamesAndTypes() throws {
    let tensors = [
      NamedTensor("serving/out:0", Tensor([2], [1.5, -2])), NamedTensor("", Tensor([], int32: [7])),
      NamedTensor("größe", Tensor([1, 3], int8: [-128, 0, 127])),
    ]
    let folder = try TemporaryFolder()
    let path = joinPath(folder.path, "out.npz")
    try NPZ.write(tensors, to: path)
    let back = try NPZ.read(path)
    #expect(back.map { $0.name } == tensors.map { $0.name })
    for (one, other) in zip(back, tensors) {
      #expect(one.tensor.type == other.tensor.type)
      #expect(
        one.tensor.storage.array(of: UInt8.self) == other.tensor.storage.array(of: UInt8.self))
    }
    #expect(try read(NPZ.bytes(of: [], file: "e.npz")).isEmpty)
  }

  @Test func unwritable() throws {
    let one = NamedTensor("a", Tensor([1], [1]))
    let twice = try diagnostic { _ = try NPZ.bytes(of: [one, one], file: "b.npz") }
    #expect(twice.code == .unwritableFile)
    #expect(twice.message == "cannot write 'b.npz': two entries are called 'a.npy'")
    let bfloat = NamedTensor("b", Tensor(TensorType(.bfloat16, [1]), Storage(byteCount: 2)))
    let error = try diagnostic { _ = try NPZ.bytes(of: [bfloat], file: "b.npz") }
    #expect(error.code == .unwritableFile && error.tensors == ["b: bf16[1]"])
    let long = NamedTensor(String(repeating: "n", count: 70_000), Tensor([1], [1]))
    #expect(try diagnostic { _ = try NPZ.bytes(of: [long], file: "b") }.code == .unwritableFile)
  }

  @Test func anythingElseInTheArchiveIsDiagnosed() throws {
    var writer = ZipWriter(file: "a.npz")
    try writer.add("readme.txt", Array("hello".utf8))
    let error = try diagnostic { _ = try read(writer.finished()) }
    #expect(error.code == .invalidData)
    #expect(error.message == "'a.npz' holds 'readme.txt', which is not an array")
    let text = try diagnostic { _ = try read(Array("no zip".utf8)) }
    #expect(text.message == "'a.npz' is not an .npz file")
  }

  @Test func limitOnUnpackedBytes() throws {
    #expect(try diagnostic { _ = try read(NumPyFixtures.stored, limit: 100) }.code == .invalidData)
  }

  private static let directoryChanges: [(offset: Int, bytes: [UInt8], words: String)] = [
    (8, [1], "encrypted"), (10, [12], "method 12"), (16, [0xAA], "checksum"),
    (20, [0xFF, 0xFF, 0xFF, 0xFF], "zip64"), (24, [0xFF, 0xFF, 0xFF, 0x7F], "more than"),
    (20, [1, 0, 0, 0], "two sizes"), (20, [0xFF, 0xFF, 0xFF, 0], "no data"),
    (42, [1], "no data"), (42, [0xFF, 0xFF, 0xFF, 0x7F], "no data"), (0, [0], "damaged central"),
    (28, [0xFF, 0xFF], "damaged central"), (30, [0, 0x10], "damaged central"),
    (46 + 5 + 4, [1], "split"), (46 + 5 + 10, [2], "split"),
    (46 + 5 + 8, [0xFF, 0xFF, 0xFF, 0xFF], "zip64"), (46 + 5 + 8, [2, 0, 2, 0], "damaged central"),
    (46 + 5 + 16, [0xFF, 0xFF], "outside"), (46 + 5 + 20, [1], "cut off"),
  ]

  /// Changes the central directory of a one-entry archive; `offset` is within its first record.
  @Test(arguments: directoryChanges)
  func damagedDirectory(_ offset: Int, _ bytes: [UInt8], _ words: String) throws {
    let tensor = NamedTensor("a", Tensor([4], [1, 2, 3, 4]))
    var archive = try NPZ.bytes(of: [tensor], file: "a.npz")
    let start = archive.count - 22 - 46 - "a.npy".utf8.count
    archive.replaceSubrange((start + offset)..<(start + offset + bytes.count), with: bytes)
    let error = try diagnostic { _ = try read(archive) }
    #expect(error.code == .invalidData)
    #expect(error.message.contains(words), "\(error.message)")
  }

  @Test func twoEntriesOnTheSameBytes() throws {
    var archive = try NPZ.bytes(
      of: [NamedTensor("a", Tensor([64], int8: [Int8](repeating: 1, count: 64)))], file: "a")
    let record = archive[(archive.count - 22 - 51)..<(archive.count - 22)]
    let end = archive[(archive.count - 22)...]
    var second = Array(record)
    second[46] = UInt8(ascii: "b")
    for (other, words) in [(second, "overlap"), (Array(record), "twice")] {
      var directoryEnd = Array(end)
      directoryEnd[8] = 2
      directoryEnd[10] = 2
      directoryEnd[12] += 51
      let both = Array(archive[..<(archive.count - 22)]) + other + directoryEnd
      let error = try diagnostic { _ = try read(both) }
      #expect(error.message.contains(words), "\(error.message)")
    }
    archive.append(0)
    #expect(try diagnostic { _ = try read(archive) }.message.contains("cut off"))
  }

  @Test func statedSizeBeyondWhatDeflateCanHold() throws {
    var archive = NumPyFixtures.compressed
    let directory = try #require(ByteSlice(archive).uint32(archive.count - 6))
    archive.replaceSubrange((directory + 24)..<(directory + 28), with: [0, 0, 0, 0x10])
    let error = try diagnostic { _ = try read(archive, limit: 1 << 40) }
    #expect(error.code == .invalidData)
    #expect(error.message.contains("cannot hold"), "\(error.message)")
  }

  @Test func commentsAreSkipped() throws {
    var archive = NumPyFixtures.stored
    archive[archive.count - 2] = 3
    #expect(try read(archive + Array("abc".utf8)).count == 2)
  }
}
