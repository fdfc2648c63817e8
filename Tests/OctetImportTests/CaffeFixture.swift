import Foundation
import OctetDiagnostics
import OctetFiles
import OctetImport
import OctetTestSupport
import Testing

/// A net as text and its weights, read through files as the command does.
struct CaffeFixture {
  /// Weights of one layer: extents and numbers of each blob.
  typealias Weights = (layer: String, blobs: [CaffeBlob])

  var bytes: [UInt8]
  var weights: [UInt8]?
  var outputs: [String] = []
  var inputShapes: [String: [Int]] = [:]
  var batch: Int?
  var needsWeights = false
  /// Where the files go; nil makes a new folder for each reading.
  var folder: CaffeFolder?

  init(_ text: String, weights: [UInt8]? = nil) {
    bytes = Array(text.utf8)
    self.weights = weights
  }

  var text: String {
    get { String(decoding: bytes, as: UTF8.self) }
    set { bytes = Array(newValue.utf8) }
  }

  /// What reading gives; the result is nil when it failed.
  func read() throws -> (result: ImportedNet?, log: DiagnosticLog) {
    let folder = try self.folder ?? CaffeFolder()
    let net = folder.url.appending(path: "net.prototxt")
    let model = folder.url.appending(path: "net.caffemodel")
    // Without OctetFiles' flush to the disk: thousands of damaged files pass through here.
    try Data(bytes).write(to: net)
    if let weights { try Data(weights).write(to: model) }
    let log = DiagnosticLog()
    let options = ImportOptions(
      outputs: outputs, inputShapes: inputShapes, batch: batch, needsWeights: needsWeights)
    let result = try? CaffeImporter.read(
      try MappedFile(net.path()), weights: try weights.map { _ in try MappedFile(model.path()) },
      options, log: log)
    #expect((result == nil) == log.hasErrors, "a failure and an error come together")
    return (result, log)
  }

  /// Everything that was logged.
  func diagnostics() throws -> [Diagnostic] { try read().log.diagnostics }

  /// The one diagnostic of this code; a test failure when there is none or another.
  func only(
    _ code: DiagnosticCode, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Diagnostic {
    let all = try diagnostics()
    let found = all.filter { $0.code == code }
    #expect(found.count == 1, "\(all.map { $0.message })", sourceLocation: sourceLocation)
    return try #require(found.first, sourceLocation: sourceLocation)
  }
}

/// A folder that goes with the object.
final class CaffeFolder {
  let url: URL

  init() throws { url = try Sample.temporaryFolder() }

  deinit { try? FileManager.default.removeItem(at: url) }
}

/// Numbers in Caffe's order: batch, channels, height, width.
struct CaffeBlob {
  var extents: [Int]
  var values: [Float]

  init(_ extents: [Int], _ values: [Float]) {
    self.extents = extents
    self.values = values
  }

  /// Numbers between -1 and 1 that differ from place to place.
  init(_ extents: [Int], seed: Int) {
    let count = extents.reduce(1, *)
    self.init(extents, (0..<count).map { Float(($0 * 37 + seed * 101) % 64 - 31) / 32 })
  }
}

/// A binary caffemodel with the fields that weights need (caffe.proto of BVLC Caffe).
enum CaffeModelEncoder {
  static func model(_ layers: [CaffeFixture.Weights]) -> [UInt8] {
    layers.flatMap { layer in
      message(
        100,
        message(1, Array(layer.layer.utf8))
          + layer.blobs.flatMap { message(7, blob($0)) })
    }
  }

  static func blob(_ blob: CaffeBlob) -> [UInt8] {
    message(7, message(1, blob.extents.flatMap { varint(UInt64(bitPattern: Int64($0))) }))
      + message(
        5,
        blob.values.flatMap { value in
          (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
        })
  }

  static func message(_ field: UInt64, _ bytes: [UInt8]) -> [UInt8] {
    varint(field << 3 | 2) + varint(UInt64(bytes.count)) + bytes
  }

  static func varint(_ value: UInt64) -> [UInt8] {
    var (rest, bytes) = (value, [UInt8]())
    while rest > 127 {
      bytes.append(UInt8(rest & 127) | 128)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }
}
