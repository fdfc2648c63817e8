import Foundation
import OctetDiagnostics
import OctetFiles
import OctetIR
import OctetImport
import OctetTestSupport
import Testing

/// A net as text and its weights, read through files as the command does.
struct NetFixture {
  enum Framework {
    case caffe, darknet

    var names: (net: String, weights: String) {
      self == .caffe ? ("net.prototxt", "net.caffemodel") : ("net.cfg", "net.weights")
    }
  }

  let framework: Framework
  var bytes: [UInt8]
  var weights: [UInt8]?
  var outputs: [String] = []
  var inputShapes: [String: [Int]] = [:]
  var batch: Int?
  var needsWeights = false
  /// Where the files go; nil makes a new folder for each reading.
  var folder: NetFolder?

  init(_ framework: Framework, _ bytes: [UInt8], weights: [UInt8]? = nil) {
    self.framework = framework
    self.bytes = bytes
    self.weights = weights
  }

  init(_ framework: Framework, _ text: String, weights: [UInt8]? = nil) {
    self.init(framework, Array(text.utf8), weights: weights)
  }

  var text: String {
    get { String(decoding: bytes, as: UTF8.self) }
    set { bytes = Array(newValue.utf8) }
  }

  /// What reading gives; the result is nil when it failed.
  func read() throws -> (result: ImportedNet?, log: DiagnosticLog) {
    let folder = try self.folder ?? NetFolder()
    let net = folder.url.appending(path: framework.names.net)
    let model = folder.url.appending(path: framework.names.weights)
    // Without OctetFiles' flush to the disk: thousands of damaged files pass through here.
    try Data(bytes).write(to: net)
    if let weights { try Data(weights).write(to: model) }
    let log = DiagnosticLog()
    let options = ImportOptions(
      outputs: outputs, inputShapes: inputShapes, batch: batch, needsWeights: needsWeights)
    let file = try MappedFile(net.path())
    let stored = try weights.map { _ in try MappedFile(model.path()) }
    let result: ImportedNet?
    switch framework {
    case .caffe: result = try? CaffeImporter.read(file, weights: stored, options, log: log)
    case .darknet: result = try? DarknetImporter.read(file, weights: stored, options, log: log)
    }
    #expect((result == nil) == log.hasErrors, "a failure and an error come together")
    return (result, log)
  }

  /// Reads the net; what is read must verify.
  @discardableResult
  func readVerified(_ what: String) throws -> DiagnosticLog {
    let (result, log) = try read()
    if let result {
      #expect(result.graph.verify(into: log), "\(what): \(log.diagnostics.map { $0.message })")
    }
    return log
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
final class NetFolder {
  let url: URL

  init() throws { url = try Sample.temporaryFolder() }

  deinit { try? FileManager.default.removeItem(at: url) }
}

/// Numbers in the order of Caffe and Darknet: batch, channels, height, width.
struct Blob {
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
