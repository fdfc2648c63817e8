import Foundation
import OctetDiagnostics
import OctetFiles
import OctetImport
import OctetTestSupport
import Testing

/// A cfg and its weights, read through files as the command does.
struct DarknetFixture {
  var text: [UInt8]
  /// A whole weights file; nil reads the cfg alone.
  var weights: [UInt8]?
  var outputs: [String] = []
  var inputShapes: [String: [Int]] = [:]
  var batch: Int?
  var needsWeights = false
  /// Where the files go; nil makes a new folder for each reading.
  var folder: CaffeFolder?

  init(_ text: String, weights: [UInt8]? = nil) {
    self.text = Array(text.utf8)
    self.weights = weights
  }

  /// The bytes of a weights file of version 0.2, or of another.
  static func file(_ numbers: [Float], major: Int32 = 0, minor: Int32 = 2) -> [UInt8] {
    let isLong = major * 10 + minor >= 2 && minor < 1000
    let head = [UInt32(bitPattern: major), UInt32(bitPattern: minor), 0, 7] + (isLong ? [0] : [])
    return (head + numbers.map { $0.bitPattern }).flatMap { word in
      (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
    }
  }

  /// What reading gives; the result is nil when it failed.
  func read() throws -> (result: ImportedNet?, log: DiagnosticLog) {
    let folder = try self.folder ?? CaffeFolder()
    let net = folder.url.appending(path: "net.cfg")
    let model = folder.url.appending(path: "net.weights")
    try Data(text).write(to: net)
    if let weights { try Data(weights).write(to: model) }
    let log = DiagnosticLog()
    let result = try? DarknetImporter.read(
      try MappedFile(net.path()), weights: try weights.map { _ in try MappedFile(model.path()) },
      ImportOptions(
        outputs: outputs, inputShapes: inputShapes, batch: batch, needsWeights: needsWeights),
      log: log)
    #expect((result == nil) == log.hasErrors, "a failure and an error come together")
    return (result, log)
  }

  /// The one diagnostic of this code; a test failure when there is none or another.
  func only(
    _ code: DiagnosticCode, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Diagnostic {
    let all = try read().log.diagnostics
    let found = all.filter { $0.code == code }
    #expect(found.count == 1, "\(all.map { $0.message })", sourceLocation: sourceLocation)
    return try #require(found.first, sourceLocation: sourceLocation)
  }
}
