import Glibc
import OctetArchives
import OctetData
import OctetDiagnostics
import OctetFiles
import OctetIR
import Testing

@Suite struct FileTests {
  @Test func readsWhatWasWritten() throws {
    let folder = try TemporaryFolder()
    for count in [0, 1, 4095, 4096, 70_000] {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7) }
      let path = try folder.file("data.bin", bytes)
      #expect(try readFile(path).array == bytes)
    }
    #expect(folderEntries(folder.path) == ["data.bin"])
  }

  @Test func missingFileSuggestsItsNeighbours() throws {
    let folder = try TemporaryFolder()
    try folder.file("train.npz", [1])
    let path = joinPath(folder.path, "trian.npz")
    let error = try diagnostic { _ = try readFile(path) }
    #expect(error.code == .unreadableFile)
    #expect(error.message == "cannot read '\(path)': no such file or directory")
    #expect(error.location?.file == path)
    #expect(error.helps == [Diagnostic.Help("did you mean 'train.npz'?")])
  }

  @Test func missingFolderIsNamed() throws {
    let error = try diagnostic { _ = try readFile("/nonexistent/a.npy") }
    #expect(error.code == .unreadableFile)
    #expect(error.notes == ["there is no folder '/nonexistent'"])
  }

  @Test(arguments: ["", "/tmp", "a\0b"])
  func unreadable(_ path: String) throws {
    #expect(try diagnostic { _ = try readFile(path) }.code == .unreadableFile)
    #expect(try diagnostic { try writeFile(path, [1]) }.code == .unwritableFile)
  }

  @Test func endlessDeviceStopsAtTheLimit() throws {
    let error = try diagnostic { _ = try readFile("/dev/zero", limit: 100_000) }
    #expect(error.code == .unreadableFile)
    #expect(try readFile("/dev/null").count == 0)
  }

  @Test func writingReplacesAFileAndLeavesNothingElse() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("model.tflite", [1, 2, 3])
    let before = try readFile(path)
    try writeFile(path, [4])
    #expect(try readFile(path).array == [4])
    #expect(before.array == [1, 2, 3], "an open mapping keeps the old file")
    #expect(folderEntries(folder.path) == ["model.tflite"])
  }

  @Test func failedWritingLeavesNothing() throws {
    let folder = try TemporaryFolder()
    let missing = try diagnostic { try writeFile(folder.path + "/no/model.tflite", [1]) }
    #expect(missing.code == .unwritableFile)
    #expect(missing.notes == ["there is no folder '\(folder.path)/no'"])
    let full = try diagnostic { try writeFile("/dev/full", [1]) }
    #expect(full.message == "cannot write '/dev/full': no space left on device")
    #expect(folderEntries(folder.path) == [])
  }

  @Test func writingKeepsDevicesAndLinks() throws {
    try writeFile("/dev/null", [1, 2, 3])
    #expect(pathKind("/dev/null") == .other)
    let folder = try TemporaryFolder()
    let target = try folder.file("target", [1])
    let link = joinPath(folder.path, "link")
    #expect(symlink(target, link) == 0)
    try writeFile(link, [9])
    #expect(try readFile(target).array == [9])
    var info = stat()
    #expect(lstat(link, &info) == 0 && info.st_mode & S_IFMT == S_IFLNK)
  }

  @Test func paths() {
    #expect(splitPath("a/b/c") == ("a/b", "c"))
    #expect(splitPath("c") == ("", "c"))
    #expect(splitPath("/c") == ("/", "c"))
    #expect(joinPath("a", "c") == "a/c" && joinPath("", "c") == "c" && joinPath("/", "c") == "/c")
    #expect(joinPath("a", "/c") == "/c")
  }

  @Test func slicesStayInBounds() throws {
    let slice = try #require(ByteSlice([0, 1, 2, 3, 4, 5, 6, 7]).slice(2, 5))
    #expect(slice.array == [2, 3, 4, 5, 6])
    #expect(slice.byte(4) == 6 && slice.byte(5) == nil && slice.byte(-1) == nil)
    #expect(slice.uint32(1) == 0x0605_0403 && slice.uint32(2) == nil)
    #expect(slice.bigEndianUInt32(0) == 0x0203_0405 && slice.uint16(4) == nil)
    #expect(slice.slice(5, 0)?.count == 0 && slice.slice(5, 1) == nil)
    #expect(slice.slice(1, Int.max) == nil && slice.slice(Int.max, 1) == nil)
    #expect(slice.slice(-1, 1) == nil && slice.slice(0, -1) == nil)
    #expect(slice.uint16(Int.max) == nil)
    #expect(slice.tensorStorage.array(of: UInt8.self) == [2, 3, 4, 5, 6])
  }
}
