import Foundation
import OctetDiagnostics
import OctetFiles
import OctetIR
import OctetImport
import OctetOps
import OctetPasses
import OctetRuntime
import OctetTestSupport
import Testing

/// Caffe's rules with answers worked by hand. Nets have no weights here, or weights of zeros.
@Suite struct CaffeLayerTests {
  /// Runs layers on a 1x1x`height`x`width` input, before and after the passes; both must agree.
  func run(
    _ layers: String, channels: Int = 1, height: Int, width: Int, _ input: [Float]
  ) throws -> [Float] {
    let folder = try Sample.temporaryFolder()
    let path = folder.appending(path: "n.prototxt").path()
    let text = """
      layer { name: "data" type: "Input" top: "data"
        input_param { shape { dim: 1 dim: \(channels) dim: \(height) dim: \(width) } } }
      \(layers)
      """
    try writeFile(path, Array(text.utf8))
    let log = DiagnosticLog()
    let options = ImportOptions(
      outputs: [], inputShapes: [:], batch: nil, needsWeights: false)
    let graph = try CaffeImporter.read(try MappedFile(path), weights: nil, options, log: log).graph
    #expect(graph.verify(into: log), "\(log.diagnostics)")
    let optimized = try PassManager(Pipeline.conversion).run(graph, log: log)
    var results: [[Float]] = []
    for graph in [graph, optimized] {
      let prepared = try PreparedGraph(graph, log: log)
      input.withUnsafeBufferPointer { prepared.inputs[0].write($0) }
      prepared.invoke()
      let output = prepared.outputs[0]
      results.append((0..<output.count).map { output.real($0) })
    }
    #expect(results[0] == results[1])
    return results[1]
  }

  static let ramp: [Float] = (1...25).map { Float($0) }

  @Test(
    arguments: [
      // 5 pixels, windows of 2 with stride 2 round up to 3; the last sees one pixel.
      ("pool: MAX kernel_size: 2 stride: 2", [7, 9, 10, 17, 19, 20, 22, 24, 25]),
      ("pool: 1 kernel_size: 2 stride: 2", [4, 6, 7.5, 14, 16, 17.5, 21.5, 23.5, 25]),
      ("pool: MAX kernel_size: 2 stride: 2 round_mode: FLOOR", [7, 9, 17, 19]),
      // Zeros of the padding count in the divisor of an average.
      (
        "pool: AVE kernel_size: 3 stride: 2 pad: 1",
        [16 / 9, 33 / 9, 28 / 9, 69 / 9, 117 / 9, 87 / 9, 76 / 9, 123 / 9, 88 / 9]
      ),
      ("pool: MAX kernel_size: 3 stride: 2 pad: 1", [7, 9, 10, 17, 19, 20, 22, 24, 25]),
      ("pool: AVE global_pooling: true", [13]),
      // With padding the last window must begin inside the image or the padding before it.
      ("pool: MAX kernel_size: 2 stride: 2 pad: 1", [1, 3, 5, 11, 13, 15, 21, 23, 25]),
    ] as [(String, [Float])])
  func pooling(_ settings: String, _ expected: [Float]) throws {
    let found = try run(
      "layer { name: \"p\" type: \"Pooling\" bottom: \"data\" top: \"p\" pooling_param { \(settings) } }",
      height: 5, width: 5, Self.ramp)
    try #require(found.count == expected.count)
    for (a, b) in zip(found, expected) { #expect(abs(a - b) < 1e-5) }
  }

  @Test(
    arguments: [
      ("type: \"ReLU\"", [-1, 0, 2], [0, 0, 2]),
      ("type: \"ReLU\" relu_param { negative_slope: 0.5 }", [-1, 0, 2], [-0.5, 0, 2]),
      ("type: \"Dropout\"", [-1, 0, 2], [-1, 0, 2]),
      ("type: \"TanH\"", [0, 0, 0], [0, 0, 0]),
      ("type: \"Sigmoid\"", [0, 0, 0], [0.5, 0.5, 0.5]),
      (
        "type: \"Eltwise\" bottom: \"data\" eltwise_param { coeff: 2 coeff: -1 }", [-1, 0, 2],
        [-1, 0, 2]
      ),
      (
        "type: \"Eltwise\" bottom: \"data\" eltwise_param { operation: PROD }", [-1, 0, 2],
        [1, 0, 4]
      ),
      (
        "type: \"Eltwise\" bottom: \"data\" eltwise_param { operation: 2 }", [-1, 0, 2], [-1, 0, 2]
      ),
    ] as [(String, [Float], [Float])])
  func elementwise(_ layer: String, _ input: [Float], _ expected: [Float]) throws {
    let found = try run(
      "layer { name: \"l\" bottom: \"data\" top: \"l\" \(layer) }", height: 1, width: 3, input)
    #expect(found == expected)
  }

  /// Flattening goes channel by channel, though images are channels-last inside.
  @Test func flattenKeepsCaffesOrder() throws {
    let input: [Float] = [1, 10, 100, 2, 20, 200, 3, 30, 300, 4, 40, 400]
    let found = try run(
      "layer { name: \"f\" type: \"Flatten\" bottom: \"data\" top: \"f\" }", channels: 3, height: 2,
      width: 2, input)
    #expect(found == [1, 2, 3, 4, 10, 20, 30, 40, 100, 200, 300, 400])
  }

  @Test func softmaxRunsAlongTheChannels() throws {
    let found = try run(
      "layer { name: \"s\" type: \"Softmax\" bottom: \"data\" top: \"s\" }", channels: 2, height: 1,
      width: 2, [0, 0, 5, 5])
    #expect(found == [0.5, 0.5, 0.5, 0.5])
  }

  @Test func concatenationAndInPlaceLayers() throws {
    let found = try run(
      """
      layer { name: "r" type: "ReLU" bottom: "data" top: "data" }
      layer { name: "s" type: "Split" bottom: "data" top: "a" top: "b" }
      layer { name: "c" type: "Concat" bottom: "a" bottom: "b" top: "c" concat_param { axis: 3 } }
      """, height: 1, width: 2, [-1, 3])
    #expect(found == [0, 3, 0, 3])
  }
}
