import Foundation
import Octet
import OctetData
import OctetIR
import OctetOps
import OctetRuntime
import OctetTestSupport
import Testing

/// Float models with float16 or int8 weights: TFLiteConverter's own, with the outputs of LiteRT's reference kernels
/// (`tools/peer/weights`), and Octet's.
@Suite struct SmallWeightTests {
  static let folder =
    Sample.root.appending(path: "Tests/OctetEndToEndTests/Quantization").path() + "/"

  let log = DiagnosticLog()

  @Test(arguments: ["float16", "dynamic-range"]) func equalsLiteRT(_ name: String) throws {
    let graph = try Model.open(Self.folder + name + ".tflite", log: log).graph
    let tensors = try NPZ.read(Self.folder + name + ".npz")
    let (input, expected) = (try #require(tensors.first).tensor, try #require(tensors.last).tensor)
    let prepared = try PreparedGraph(graph, log: log)
    // What is done with constants is done before the first run.
    #expect(!prepared.steps.contains { $0.kernel.contains("dequantize") })
    let view = prepared.inputs[0]
    UnsafeMutableRawBufferPointer(start: view.base, count: input.storage.bytes.count)
      .copyMemory(from: input.storage.bytes)
    prepared.invoke()
    let found = prepared.outputs[0].copy().storage.array(of: Float.self)
    let wanted = expected.storage.array(of: Float.self)
    try #require(found.count == wanted.count)
    if name == "dynamic-range" {
      #expect(found == wanted)
    } else {
      let largest = wanted.map { abs($0) }.max() ?? 0
      #expect(zip(found, wanted).allSatisfy { abs($0 - $1) <= 4e-5 * largest })
    }
  }

  /// All constants that Octet stores are TFLiteConverter's, to the byte, with their scales.
  @Test(arguments: ["float16", "dynamic-range"]) func constantsAreTFLiteConverters(
    _ name: String
  ) throws {
    let float = try Model.open(Self.folder + "small-weights.keras", log: log).optimized(log: log)
    let own =
      name == "float16"
      ? try float.withFloat16Weights(log: log) : try float.withDynamicRange(log: log)
    let peer = try Model.open(Self.folder + name + ".tflite", log: log)
    func constants(_ graph: Graph) -> [String] {
      graph.values.compactMap { value in
        guard let constant = value.constant, value.type.element != .int32 else { return nil }
        let quantization = value.type.quantization
        return "\(value.type.text) \(quantization?.scales ?? []) \(quantization?.axis ?? -1) "
          + "\(constant.array(of: UInt8.self))"
      }.sorted()
    }
    #expect(constants(own.graph) == constants(peer.graph))
    #expect(constants(own.graph).count == 8)
  }

  @Test(arguments: ["float16", "dynamic-range"]) func surviveBeingReadAndWritten(
    _ name: String
  ) throws {
    let folder = try Sample.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let model = try Model.open(Self.folder + name + ".tflite", log: log)
    let path = folder.appending(path: "m.tflite").path()
    try model.optimized(log: log).write(path, log: log)
    let again = try Model.open(path, log: log)
    #expect(again.graph.nodes.map { $0.op.name } == model.graph.nodes.map { $0.op.name })
    func elements(_ graph: Graph) -> [ElementType] {
      graph.nodes.flatMap { $0.inputs.compactMap { $0 } }.map { graph[$0].type.element }
    }
    #expect(elements(again.graph) == elements(model.graph))
  }

  /// Weights of half precision are widened where a model becomes int8, in the layers that float32 ones have.
  @Test func float16WeightsBecomeInt8() throws {
    let folder = try Sample.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let options = ModelOptions(weights: Sample.folder + "/lenet.caffemodel")
    let float = try Model.open(Sample.folder + "/lenet.prototxt", options, log: log)
      .optimized(forInt8: true, log: log)
    let path = folder.appending(path: "half.tflite").path()
    try float.withFloat16Weights(log: log).write(path, log: log)
    let half = try Model.open(path, log: log).optimized(forInt8: true, log: log)
    #expect(half.graph.nodes.map { $0.op.name } == float.graph.nodes.map { $0.op.name })
    let data = Sample.folder + "/digits"
    let quantized = try Int8Conversion(
      half, Int8Options(data: data), preprocessing: Preprocessing("scale=1/256"), log: log
    ).model
    let test = try quantized.dataset(data, part: .evaluation, log: log)
    let result = try Evaluation.top1(quantized, test, try Preprocessing("scale=1/256"), log: log)
    #expect(result.correct >= 980)
  }

  @Test func theSampleWithSmallWeights() throws {
    let folder = try Sample.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let options = ModelOptions(weights: Sample.folder + "/lenet.caffemodel")
    let float = try Model.open(Sample.folder + "/lenet.prototxt", options, log: log)
      .optimized(log: log)
    let path = folder.appending(path: "m.tflite").path()
    let bytes = try float.write(path, log: log)
    for (model, part) in [
      (try float.withFloat16Weights(log: log), 0.6), (try float.withDynamicRange(log: log), 0.4),
    ] {
      #expect(Double(try model.write(path, log: log)) < part * Double(bytes))
      let written = try Model.open(path, log: log)
      let test = try written.dataset(Sample.folder + "/digits", part: .evaluation, log: log)
      let result = try Evaluation.top1(
        written, test, try Preprocessing("scale=1/256"), log: log)
      #expect(result.correct >= 980)
    }
  }
}
