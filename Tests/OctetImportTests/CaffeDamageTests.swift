import Foundation
import OctetDiagnostics
import OctetFiles
import OctetIR
import OctetImport
import OctetTestSupport
import Testing

/// Damaged and hostile Caffe files: each gets an answer, none a trap.
@Suite struct CaffeDamageTests {
  let folder: URL
  let prototxt: [UInt8]
  let weights: [UInt8]

  init() throws {
    folder = try Sample.temporaryFolder()
    prototxt = [UInt8](try Data(contentsOf: URL(filePath: Sample.folder + "/lenet.prototxt")))
    weights = [UInt8](try Data(contentsOf: URL(filePath: Sample.folder + "/lenet.caffemodel")))
  }

  /// The codes of what was logged; nil when the net was read without an error.
  @discardableResult
  func read(_ prototxt: [UInt8], _ weights: [UInt8]?) throws -> [DiagnosticCode]? {
    let (net, model) = (folder.appending(path: "n").path(), folder.appending(path: "w").path())
    try writeFile(net, prototxt)
    if let weights { try writeFile(model, weights) }
    let log = DiagnosticLog()
    let options = CaffeImporter.Options(
      outputs: [], inputShapes: [:], batch: nil, needsWeights: weights != nil)
    do {
      let result = try CaffeImporter.read(
        try MappedFile(net), weights: try weights.map { _ in try MappedFile(model) }, options,
        log: log)
      _ = result.graph.verify(into: log)
    } catch is DiagnosticFailure {
      #expect(log.hasErrors, "a failure without a reason")
    }
    return log.hasErrors ? log.diagnostics.map { $0.code } : nil
  }

  func mutated(_ bytes: [UInt8], _ generator: inout SplitMix64) -> [UInt8] {
    var bytes = bytes
    for _ in 0...Int(generator.next() % 3) where !bytes.isEmpty {
      let place = Int(generator.next() % UInt64(bytes.count))
      switch generator.next() % 5 {
      case 0: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
      case 1: bytes[place] ^= 1 << UInt8(generator.next() % 8)
      case 2: bytes.removeLast(bytes.count - place)
      case 3:
        let end = min(bytes.count, place + Int(generator.next() % 40))
        bytes.removeSubrange(place..<end)
      default:
        let end = min(bytes.count, place + Int(generator.next() % 40))
        bytes.insert(contentsOf: bytes[place..<end], at: place)
      }
    }
    return bytes
  }

  @Test func damagedText() throws {
    var generator = SplitMix64(seed: 21)
    for _ in 0..<2500 { try read(mutated(prototxt, &generator), nil) }
  }

  @Test func damagedWeights() throws {
    // A small file is damaged where it matters more often than a large one.
    let head = Array(weights.prefix(4000))
    var generator = SplitMix64(seed: 22)
    for _ in 0..<1500 { try read(prototxt, mutated(head, &generator)) }
    for _ in 0..<40 { try read(prototxt, mutated(weights, &generator)) }
  }

  @Test func randomBytes() throws {
    var generator = SplitMix64(seed: 23)
    for count in 0..<300 {
      let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
      #expect(try read(bytes, nil) != nil)
      #expect(try read(prototxt, bytes) != nil)
    }
  }

  @Test(arguments: [
    ("dim: 28", "dim: 1000000000000"), ("dim: 28", "dim: -1"), ("dim: 28", "dim: 0"),
    ("num_output: 20", "num_output: 2147483648"), ("num_output: 20", "num_output: -5"),
    ("num_output: 20", "num_output: 1.5"), ("kernel_size: 5", "kernel_size: 1000000000"),
    ("kernel_size: 5", "kernel_size: 0"), ("kernel_size: 5", "pad: -3 kernel_size: 5"),
    ("kernel_size: 5", "group: 0 kernel_size: 5"), ("kernel_size: 5", "stride: 0 kernel_size: 5"),
    ("kernel_size: 2", "kernel_size: 2 pad: 7"), ("kernel_size: 2", "kernel_size: nan"),
  ])
  func hostileNumbers(_ old: String, _ new: String) throws {
    let text = String(decoding: prototxt, as: UTF8.self).replacingOccurrences(of: old, with: new)
    try #require(Array(text.utf8) != prototxt)
    #expect(try read(Array(text.utf8), nil) != nil)
  }

  @Test func theIntactFilesRead() throws {
    #expect(try read(prototxt, weights) == nil)
  }
}
