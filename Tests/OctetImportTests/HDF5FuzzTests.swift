import OctetArchives
import OctetDiagnostics
import OctetIR
import OctetImport
import Testing

/// Damaged and hostile HDF5 files: what can be read of them or a diagnostic, never a trap, and no more memory than
/// the file can pay for.
@Suite struct HDF5FuzzTests {
  /// Reads everything in the file; whether any of it was refused.
  @discardableResult
  func walk(_ bytes: [UInt8]) throws -> Bool {
    var isRefused = false
    func attempt<Result>(_ body: () throws(Diagnostic) -> Result) -> Result? {
      do {
        return try body()
      } catch {
        isRefused = true
        #expect(error.code == .invalidKeras, "\(error)")
        return nil
      }
    }
    guard let file = attempt({ () throws(Diagnostic) in try HDF5File(ByteSlice(bytes), path: "f") })
    else { return true }
    _ = attempt { () throws(Diagnostic) in try KerasWeights(file) }
    var objects: [any HDF5Object] = [file.root]
    var seen: Set<Int> = []
    while let object = objects.popLast() {
      guard seen.insert(object.position).inserted else { continue }
      for name in object.attributeNames {
        guard
          let attribute = attempt({ () throws(Diagnostic) in try object.attribute(name) }) ?? nil
        else { continue }
        if attribute.isText {
          _ = attempt { () throws(Diagnostic) in try attribute.texts() }
        } else {
          _ = attempt { () throws(Diagnostic) in try attribute.reals() }
        }
      }
      if let dataset = object as? HDF5Dataset {
        let tensor = attempt { () throws(Diagnostic) in try dataset.tensor() }
        #expect(
          (tensor?.storage.bytes.count ?? 0) <= 1 << 28 + Inflate.largestRatio * bytes.count)
      }
      if let group = object as? HDF5Group { objects += group.members.map { $0.object } }
    }
    return isRefused
  }

  func damaged(_ original: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
    var bytes = original
    for _ in 0..<Int.random(in: 1...3, using: &random) where bytes.count > 16 {
      // Old files are mostly zeros that nothing reads.
      var place = Int.random(in: 0..<bytes.count - 8, using: &random)
      for _ in 0..<8 where bytes[place] == 0 {
        place = Int.random(in: 0..<bytes.count - 8, using: &random)
      }
      let end = min(bytes.count, place + Int.random(in: 1..<40, using: &random))
      switch Int.random(in: 0..<9, using: &random) {
      case 0, 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 2: bytes[place] = [0, 1, 2, 0x7F, 0x80, 0xFF].randomElement(using: &random) ?? 0
      case 3:
        // Another number of eight, four or two bytes: a place in the file or one at a limit.
        let numbers: [UInt64] = [
          .random(in: 0..<UInt64(bytes.count), using: &random), UInt64(bytes.count), .max, 1 << 63,
          .max >> 1, 1 << 32, 1 << 31, 0xFFFF_FFFF, 0, 1,
        ]
        let number = numbers.randomElement(using: &random) ?? 0
        let size = [8, 4, 2].randomElement(using: &random) ?? 8
        for byte in 0..<size {
          bytes[place + byte] = UInt8(truncatingIfNeeded: number >> UInt64(8 * byte))
        }
      case 4, 5:
        // A part of the file in place of another.
        let source = Int.random(in: 0..<bytes.count - (end - place), using: &random)
        bytes.replaceSubrange(place..<end, with: Array(bytes[source..<source + end - place]))
      case 6: for index in place..<end { bytes[index] = 0xFF }
      case 7: bytes.insert(contentsOf: bytes[place..<end], at: place)
      default: bytes.removeSubrange(place..<end)
      }
    }
    return bytes
  }

  @Test(arguments: HDF5Fixture.names)
  func damagedFiles(name: String) throws {
    let original = try HDF5Fixture(name).bytes
    try #expect(!walk(original))
    let rounds = min(400, 1 << 24 / original.count)
    var refused = 0
    for round in 0..<rounds {
      var random = SplitMix64(seed: 7 << 32 + UInt64(round))
      if try walk(damaged(original, &random)) { refused += 1 }
    }
    #expect(refused > rounds / 5 && refused < rounds)
  }

  /// A file that is cut off says so at once.
  @Test(arguments: HDF5Fixture.names)
  func truncations(name: String) throws {
    let original = try HDF5Fixture(name).bytes
    for count in stride(from: 0, to: original.count, by: max(1, original.count / 400)) {
      #expect(throws: Diagnostic.self) {
        try HDF5File(ByteSlice(Array(original[..<count])), path: "f")
      }
    }
  }
}
