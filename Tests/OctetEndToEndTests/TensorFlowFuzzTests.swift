import Foundation
import Octet
import OctetIR
import OctetTestSupport
import Testing

/// Damage to graphs and to files of variables: a model or a diagnostic, never a trap.
@Suite struct TensorFlowFuzzTests {
  static let source = URL(filePath: TensorFlowModelTests.folder)

  let folder: URL

  init() throws { folder = try Sample.temporaryFolder() }

  /// Opens what is at `name` in the folder; whether it was refused.
  func isRefused(_ name: String) -> Bool {
    let log = DiagnosticLog()
    var options = ModelOptions(inputShapes: name == "decoder" ? ["image": [1, 8, 6, 3]] : [:])
    options.fixes = ["training=false", "bn-moving-statistics", "random=mean", "stored-variables"]
    let model = try? Model.open(folder.appending(path: name).path(), options, log: log)
    _ = try? model?.optimized(log: log)
    if model == nil { #expect(log.hasErrors, "nothing says why \(name) is refused") }
    return model == nil
  }

  func damaged(_ original: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
    var bytes = original
    for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &random)
      let end = min(bytes.count, place + Int.random(in: 0..<16, using: &random))
      switch Int.random(in: 0..<6, using: &random) {
      case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 1: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &random) ?? 0
      case 2: bytes.removeSubrange(place..<end)
      case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
      case 4: bytes.removeLast(bytes.count - end)
      default:
        // A number in place of another, of the same length.
        for index in place..<end {
          bytes[index] = UInt8.random(in: 0x30...0x39, using: &random)
        }
      }
    }
    return bytes
  }

  @Test(arguments: [
    "decoder/saved_model.pb", "cell/saved_model.pb", "cnn.pb", "moves.pb", "dilations.pb",
    "products.pb", "functions.pb", "loops.pb", "modes.pb", "rounded.pb", "selection.pb",
    "pictures.pb",
    "places.pb", "choice/saved_model.pb", "tables/saved_model.pb",
    "training/saved_model.pb",
  ])
  func damagedGraphs(file: String) throws {
    let name = file.hasSuffix("saved_model.pb") ? String(file.prefix { $0 != "/" }) : file
    try FileManager.default.copyItem(
      at: Self.source.appending(path: name), to: folder.appending(path: name))
    let original = [UInt8](try Data(contentsOf: Self.source.appending(path: file)))
    var refused = 0
    for round in 0..<600 {
      var random = SplitMix64(seed: 5 << 32 + UInt64(round))
      try Data(damaged(original, &random)).write(to: folder.appending(path: file))
      if isRefused(name) { refused += 1 }
    }
    #expect(refused > 100 && refused < 600)
  }

  /// A checksum guards each part that is read.
  @Test(arguments: ["variables.index", "variables.data-00000-of-00001"])
  func damagedVariables(file: String) throws {
    try FileManager.default.copyItem(
      at: Self.source.appending(path: "cell"), to: folder.appending(path: "cell"))
    let path = folder.appending(path: "cell/variables/" + file)
    let original = [UInt8](try Data(contentsOf: path))
    var refused = 0
    for round in 0..<600 {
      var random = SplitMix64(seed: 6 << 32 + UInt64(round))
      try Data(damaged(original, &random)).write(to: path)
      if isRefused("cell") { refused += 1 }
    }
    #expect(refused > 400)
  }
}
