import Foundation
import Octet
import OctetArchives
import OctetIR
import OctetTestSupport
import Testing

/// Damage to files of Keras and to what they say of layers: a model or a diagnostic, never a trap.
@Suite struct KerasFuzzTests {
  let fixtures: KerasModelTests
  let folder: URL

  init() throws {
    fixtures = try KerasModelTests()
    folder = try Sample.temporaryFolder()
  }

  /// Opens a file of these bytes; whether it was refused.
  func isRefused(_ bytes: [UInt8], _ name: String, architecture: String? = nil) throws -> Bool {
    let file = folder.appending(path: name)
    try Data(bytes).write(to: file)
    let log = DiagnosticLog()
    var options = ModelOptions()
    options.architecture = architecture
    let model = try? Model.open(file.path(), options, log: log)
    _ = try? model?.optimized(log: log)
    if model == nil { #expect(log.hasErrors, "nothing says why \(name) is refused") }
    return model == nil
  }

  /// One to four of the bytes changed, taken out or doubled.
  func damaged(_ original: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
    var bytes = original
    for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &random)
      let end = min(bytes.count, place + Int.random(in: 0..<16, using: &random))
      switch Int.random(in: 0..<5, using: &random) {
      case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 1: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &random) ?? 0
      case 2: bytes.removeSubrange(place..<end)
      case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
      default: bytes.removeLast(bytes.count - end)
      }
    }
    return bytes
  }

  @Test(arguments: ["legacy_sequential.h5", "pools.weights.h5", "sequential.keras"])
  func damagedFiles(file: String) throws {
    let original = [UInt8](try Data(contentsOf: URL(filePath: try fixtures.path(file))))
    let architecture =
      file.hasPrefix("pools") ? KerasModelTests.folder.appending(path: "pools.json").path() : nil
    var refused = 0
    for round in 0..<150 {
      var random = SplitMix64(seed: 7 << 32 + UInt64(round))
      if try isRefused(damaged(original, &random), file, architecture: architecture) {
        refused += 1
      }
    }
    #expect(refused > 20)
  }

  /// A change of one place in JSON: a member gone or renamed, or another value in its place.
  func changed(_ value: Any, _ places: inout Int, _ random: inout SplitMix64) -> Any {
    places -= 1
    if places == 0 {
      let numbers: [Any] = [
        -1, 0, 1, 3, 1 << 31, Int.max, Int.min, 1e30, -0.5, NSNull(), true, "x", "same", [Any](),
        [1, -1], [0, 0, 0], [String: Any](),
      ]
      return numbers.randomElement(using: &random) ?? 0
    }
    if let object = value as? [String: Any] {
      var result: [String: Any] = [:]
      for (key, member) in object.sorted(by: { $0.key < $1.key }) {
        let before = places
        let new = changed(member, &places, &random)
        let isHere = before > 0 && places <= 0
        if isHere, Int.random(in: 0..<4, using: &random) == 0 { continue }
        result[key] = new
      }
      return result
    }
    if let array = value as? [Any] {
      var result: [Any] = []
      for member in array {
        let before = places
        let new = changed(member, &places, &random)
        result.append(new)
        // A layer, a call or a tensor twice.
        if before > 0, places <= 0, Int.random(in: 0..<6, using: &random) == 0 {
          result.append(new)
        }
      }
      return result
    }
    return value
  }

  func count(_ value: Any) -> Int {
    if let object = value as? [String: Any] { return object.values.reduce(1) { $0 + count($1) } }
    return (value as? [Any])?.reduce(1) { $0 + count($1) } ?? 1
  }

  /// Layers with other settings, calls of other tensors, and loops.
  @Test(arguments: [
    "attention.keras", "convolutions.keras", "normalizations.keras", "recurrences.keras",
    "shapes.keras", "structure.keras", "volumes.keras", "wrappers.keras", "legacy.keras",
  ])
  func changedLayers(file: String) throws {
    let bytes = [UInt8](
      try Data(contentsOf: KerasModelTests.folder.appending(path: file)))
    let archive = try ZipArchive(ByteSlice(bytes), file: file, limit: 1 << 24)
    var parts: [(name: String, contents: [UInt8])] = []
    for entry in archive.entries {
      parts.append((entry.name, try archive.contents(of: entry).array))
    }
    let place = try #require(parts.firstIndex { $0.name == "config.json" })
    let config = try JSONSerialization.jsonObject(with: Data(parts[place].contents))
    let total = count(config)
    var refused = 0
    for round in 0..<40 {
      var random = SplitMix64(seed: 8 << 32 + UInt64(round))
      var places = Int.random(in: 1...total, using: &random)
      let other = changed(config, &places, &random)
      guard JSONSerialization.isValidJSONObject(other) else { continue }
      parts[place].contents = [UInt8](try JSONSerialization.data(withJSONObject: other))
      var writer = ZipWriter(file: file)
      for part in parts { try writer.add(part.name, part.contents) }
      if try isRefused(writer.finished(), file) { refused += 1 }
    }
    #expect(refused > 2)
  }

  /// Text that is nearly JSON, or none.
  @Test func damagedArchitectures() throws {
    let path = try fixtures.path("legacy.weights.h5")
    let json = KerasModelTests.folder.appending(path: "legacy.json")
    let original = [UInt8](try Data(contentsOf: json))
    let weights = [UInt8](try Data(contentsOf: URL(filePath: path)))
    let copy = folder.appending(path: "damaged.json")
    var refused = 0
    for round in 0..<60 {
      var random = SplitMix64(seed: 9 << 32 + UInt64(round))
      try Data(damaged(original, &random)).write(to: copy)
      if try isRefused(weights, "legacy.weights.h5", architecture: copy.path()) { refused += 1 }
    }
    #expect(refused > 15)
  }
}
