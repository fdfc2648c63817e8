import Foundation
import Octet
import OctetArchives
import OctetData
import OctetIR
import OctetOps
import OctetTestSupport
import Testing

/// Models after quantization-aware training against what TFLiteConverter makes of them (`tools/peer/quantization`).
@Suite struct TrainedQuantizationTests {
  static let folder =
    Sample.root.appending(path: "Tests/OctetEndToEndTests/Quantization").path() + "/"

  let log = DiagnosticLog()

  private func converted(_ file: String, fixes: [String] = []) throws -> Model {
    var options = ModelOptions()
    options.fixes = fixes
    let copies = try Sample.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: copies) }
    var path = Self.folder + file
    if file.hasSuffix(".h5") {
      let packed = ByteSlice([UInt8](try Data(contentsOf: URL(filePath: path + ".gz"))))
      let bytes = try Inflate.gzip(packed, limit: 1 << 22, file: file)
      path = copies.appending(path: file).path()
      try Data(bytes.array).write(to: URL(filePath: path))
    }
    let model = try Model.open(path, options, log: log).optimized(log: log)
    return try Int8Conversion(model, Int8Options(), preprocessing: nil, log: log).model
  }

  /// The layers with weights, in an order that both models have: that of their biases.
  private func layers(_ graph: Graph) -> [(node: Node, bias: [Int32])] {
    let layers = graph.nodes.compactMap { node -> (node: Node, bias: [Int32])? in
      guard node.inputs.count == 3, let bias = node.inputs[2],
        let storage = graph[bias].constant, graph[bias].type.element == .int32
      else { return nil }
      return (node, storage.array(of: Int32.self))
    }
    return layers.sorted { "\($0.bias)" < "\($1.bias)" }
  }

  /// Scales, zero points and codes are TFLiteConverter's. A layer that normalization has been folded into has scales
  /// that are products, which float32 rounds once more.
  @Test(arguments: ["trained.pb", "by-hand.pb", "trained.h5"])
  func layersAreTFLiteConverters(_ file: String) throws {
    let own = try converted(file).graph
    let peer = try Model.open(
      Self.folder + file.prefix { $0 != "." } + ".tflite", log: log
    ).graph
    let pairs = Array(zip(layers(own), layers(peer)))
    #expect(pairs.count == 5 && layers(peer).count == 5)
    for ((node, bias), (other, otherBias)) in pairs {
      #expect(node.op.name == other.op.name && bias == otherBias)
      for (a, b) in [(node.inputs[0], other.inputs[0]), (node.outputs[0], other.outputs[0])] {
        #expect(own[try #require(a)].type.quantization == peer[try #require(b)].type.quantization)
      }
      let (weights, others) = (
        own[try #require(node.inputs[1])], peer[try #require(other.inputs[1])]
      )
      #expect(weights.constant?.array(of: Int8.self) == others.constant?.array(of: Int8.self))
      let scales = try #require(weights.type.quantization).scales
      let otherScales = try #require(others.type.quantization).scales
      #expect(scales.count == otherScales.count)
      for (a, b) in zip(scales, otherScales) { #expect(abs(a - b) <= a.ulp) }
    }
    let remarks = log.diagnostics.filter { $0.code == .trainedRanges }
    #expect(remarks.count == 1 && remarks[0].message.hasSuffix("and of the weights of 5 layers"))
  }

  /// The same int8 numbers in and out.
  @Test(arguments: ["trained.pb", "by-hand.pb", "trained.h5"])
  func outputsAreTFLiteConverters(_ file: String) throws {
    let session = try Session(try converted(file), log: log)
    let entries = try NPZ.read(Self.folder + file.prefix { $0 != "." } + ".npz")
    let inputs = try #require(entries.first { $0.name == "in:0" }).tensor
    let expected = try #require(entries.first { $0.name == "out:0" }).tensor
      .storage.array(of: Int8.self)
    let codes = inputs.storage.array(of: Int8.self)
    let size = codes.count / inputs.extents[0]
    var found: [Int8] = []
    for sample in 0..<inputs.extents[0] {
      let part = Tensor(
        [1] + inputs.extents.dropFirst(), int8: Array(codes[sample * size..<(sample + 1) * size]))
      let result = try session.run([(session.inputNames[0], part)], log: log)
      found += result.outputs[0].tensor.storage.array(of: Int8.self)
    }
    #expect(found == expected)
  }

  /// Without rounding there is no range, and samples are asked for.
  @Test func roundingThatIsDropped() throws {
    #expect(throws: DiagnosticFailure.self) {
      try converted("by-hand.pb", fixes: ["fake-quantization=off"])
    }
    #expect(log.diagnostics.last?.code == .noCalibrationData)
  }

  /// A float model keeps all of it: as FAKE_QUANT and in the scales of its weights.
  @Test func floatFilesKeepTheRanges() throws {
    let folder = try Sample.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "m.tflite").path()
    let float = try Model.open(Self.folder + "trained.pb", log: log).optimized(log: log)
    try float.write(path, log: log)
    let again = try Model.open(path, log: log)
    #expect(again.graph.nodes.filter { $0.op is FakeQuant }.count == 9)
    let int8 = try Int8Conversion(again, Int8Options(), preprocessing: nil, log: log).model
    let direct = try converted("trained.pb")
    #expect(layers(int8.graph).map { $0.bias } == layers(direct.graph).map { $0.bias })
  }
}
