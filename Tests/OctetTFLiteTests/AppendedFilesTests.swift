import OctetIR
import OctetTFLite
import Testing

/// An archive behind a model, which both kinds of writers make: with places from the file's start and from its own.
@Suite struct AppendedFilesTests {
  /// An archive of one stored file, whose places are `base` too large.
  private func archive(base: Int) -> [UInt8] {
    func bytes(_ value: Int, _ width: Int) -> [UInt8] {
      (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    let (name, text) = (Array("a.txt".utf8), Array("cat\n".utf8))
    let common =
      bytes(20, 2) + bytes(0, 2) + bytes(0, 2) + bytes(0, 4) + bytes(0, 4) + bytes(text.count, 4)
      + bytes(text.count, 4) + bytes(name.count, 2) + bytes(0, 2)
    let local = bytes(0x0403_4B50, 4) + common + name + text
    let directory =
      bytes(0x0201_4B50, 4) + bytes(20, 2) + common + bytes(0, 10) + bytes(base, 4) + name
    return local + directory + bytes(0x0605_4B50, 4) + bytes(0, 4) + bytes(1, 2) + bytes(1, 2)
      + bytes(directory.count, 4) + bytes(base + local.count, 4) + bytes(0, 2)
  }

  private func files(_ file: [UInt8]) -> AppendedFiles? {
    let storage = Storage(file)
    return AppendedFiles(of: storage.bytes, owner: storage)
  }

  @Test func movesWithItsPlaces() {
    let model = [UInt8](repeating: 7, count: 100)
    for base in [0, 100] {
      #expect(files(model + archive(base: base))?.bytes(from: 300) == archive(base: 300))
    }
  }

  @Test func refusesWhatIsNone() {
    let whole = archive(base: 0)
    #expect(files([])?.bytes(from: 0) == nil)
    #expect(files([UInt8](repeating: 0, count: 500))?.bytes(from: 0) == nil)
    for count in 0..<whole.count { #expect(files(Array(whole.prefix(count))) == nil) }
    // Any damage leaves an archive or none.
    for place in whole.indices {
      for value in [UInt8(0), 1, 0x7F, 0xFF] {
        var damaged = whole
        damaged[place] = value
        _ = files(damaged)?.bytes(from: 9)
      }
    }
  }
}
