import OctetArchives
import OctetData
import OctetDiagnostics
import OctetIR
import Testing

/// Damaged files: a result or a diagnostic, never a trap.
@Suite struct MutationTests {
  static let rounds = 4000

  /// Calls `body` with damaged copies of `original`: cut off, bytes changed, numbers made extreme,
  /// parts repeated or removed. Returns how many gave a diagnostic.
  private func mutate(
    _ original: [UInt8], seed: UInt64, _ body: ([UInt8]) throws -> Void
  ) throws -> Int {
    var refused = 0
    for round in 0..<Self.rounds {
      var random = SplitMix64(seed: seed &* 1_000_003 &+ UInt64(round))
      let bytes = damaged(original, &random)
      do {
        try body(bytes)
      } catch let error as Diagnostic {
        #expect(
          error.code == .invalidData || error.code == .noSamples || error.code == .labelsMismatch,
          "seed \(seed), round \(round)")
        refused += 1
      }
    }
    return refused
  }

  private func damaged(_ original: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
    var bytes = original
    for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &random)
      let rest = bytes.count - place
      switch Int.random(in: 0..<7, using: &random) {
      case 0: bytes.removeSubrange(place...)
      case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 2: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 3:
        let value: UInt8 = [0, 0x7F, 0x80, 0xFF].randomElement(using: &random) ?? 0
        for index in place..<(place + min(rest, 4)) { bytes[index] = value }
      case 4: bytes.removeSubrange(place..<(place + min(rest, 3)))
      case 5: bytes.insert(contentsOf: bytes[place..<(place + min(rest, 16))], at: place)
      default:
        bytes[place] = UInt8(ascii: ["0", "9", "'", "(", ","].randomElement(using: &random) ?? "0")
      }
    }
    return bytes
  }

  /// Reads every sample, so that a wrong size would touch memory that is not there.
  private func use(_ tensor: Tensor) {
    var sum = 0
    for byte in tensor.storage.bytes { sum &+= Int(byte) }
    withExtendedLifetime((tensor, sum)) {}
  }

  @Test func gzip() throws {
    let refused = try mutate(NumPyFixtures.packedImages, seed: 1) { bytes in
      let unpacked = try Inflate.gzip(ByteSlice(bytes), limit: 1 << 16, file: "f")
      #expect(unpacked.count <= 1 << 16)
    }
    #expect(refused > Self.rounds / 2)
  }

  @Test func idx() throws {
    for (seed, bytes) in [idxImages(3, 2, 2), NumPyFixtures.packedImages].enumerated() {
      let refused = try mutate(bytes, seed: 2 + UInt64(seed)) { bytes in
        use(try IDX.images(ByteSlice(bytes), file: "f"))
      }
      #expect(refused > Self.rounds / 2)
    }
    _ = try mutate(idxLabels([1, 2, 3]), seed: 4) { bytes in
      _ = try IDX.labels(ByteSlice(bytes), file: "f")
    }
  }

  @Test(arguments: [NumPyFixtures.version1, NumPyFixtures.version2, NumPyFixtures.version3])
  func npy(_ bytes: [UInt8]) throws {
    let refused = try mutate(bytes, seed: 5) { use(try NPY.tensor(ByteSlice($0), file: "f")) }
    #expect(refused > Self.rounds / 4)
  }

  @Test(arguments: [NumPyFixtures.stored, NumPyFixtures.compressed])
  func npz(_ bytes: [UInt8]) throws {
    let refused = try mutate(bytes, seed: 6) { bytes in
      for entry in try NPZ.tensors(ByteSlice(bytes), file: "f", limit: 1 << 20) {
        use(entry.tensor)
      }
    }
    #expect(refused > Self.rounds / 2)
  }

  /// The directory says where everything is; damage there is the most dangerous.
  @Test func npzDirectory() throws {
    let bytes = NumPyFixtures.compressed
    let start = try #require(ByteSlice(bytes).uint32(bytes.count - 6))
    _ = try mutate(Array(bytes[start...]), seed: 7) { directory in
      for entry in try NPZ.tensors(
        ByteSlice(Array(bytes[..<start]) + directory), file: "f", limit: 1 << 20)
      {
        use(entry.tensor)
      }
    }
  }

  @Test func preprocessing() throws {
    for round in 0..<Self.rounds {
      var random = SplitMix64(seed: UInt64(round))
      let text = damaged(Array("scale=1/256,mean=0.5:1:2,std=0.25".utf8), &random)
      do {
        let value = try Preprocessing(String(decoding: text, as: UTF8.self))
        let again = try Preprocessing(value.text)
        #expect(again == value && again.text == value.text)
      } catch {
        #expect(error.code == .invalidPreprocessing, "round \(round)")
      }
    }
  }

  @Test func datasets() throws {
    let folder = try TemporaryFolder()
    for (seed, original) in [NumPyFixtures.stored, idxImages(3, 2, 2)].enumerated() {
      for round in 0..<300 {
        var random = SplitMix64(seed: UInt64(seed * 1000 + round))
        let path = try folder.file("data", damaged(original, &random))
        do {
          let data = try Dataset.open(path, part: .evaluation, log: DiagnosticLog())
          _ = try data.sample(data.count - 1, shape: [2, 2, 1])
        } catch {
          #expect(error.severity == .error)
        }
      }
    }
  }
}
