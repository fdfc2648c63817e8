import OctetDiagnostics
import OctetIR
import OctetImport
import OctetOps
import OctetPasses
import OctetRuntime
import Testing

/// What a net's inputs and outputs are, what they are called, and that each name has its own data.
@Suite struct CaffeOutputTests {
  static let input = "input: \"data\" input_shape { dim: [1, 4] }\n"

  func graph(_ text: String, outputs: [String] = []) throws -> Graph {
    var fixture = NetFixture(.caffe, text)
    fixture.outputs = outputs
    let (result, log) = try fixture.read()
    let graph = try #require(result?.graph, "\(log.diagnostics)")
    #expect(graph.verify(into: log))
    return graph
  }

  func names(_ text: String, outputs: [String] = []) throws -> [String] {
    let graph = try graph(text, outputs: outputs)
    return graph.outputs.map { graph[$0].name }
  }

  /// The outputs by name for the inputs -1, 0, 1, 2.
  func run(_ text: String, outputs: [String] = []) throws -> [String: [Float]] {
    let graph = try graph(text, outputs: outputs)
    let prepared = try PreparedGraph(graph, log: DiagnosticLog())
    let numbers: [Float] = [-1, 0, 1, 2]
    numbers.withUnsafeBufferPointer { prepared.inputs[0].write($0) }
    prepared.invoke()
    var result: [String: [Float]] = [:]
    for (id, view) in zip(graph.outputs, prepared.outputs) {
      result[graph[id].name] = (0..<view.count).map { view.real($0) }
    }
    return result
  }

  static let relu: [Float] = [0, 0, 1, 2]
  static let numbers: [Float] = [-1, 0, 1, 2]

  @Test(arguments: ["Concat", "Dropout", "Split", "Flatten"])
  func aNetThatEndsWithoutAnOperator(_ type: String) throws {
    let text =
      Self.input + """
        layer { name: "r" type: "ReLU" bottom: "data" top: "r" }
        layer { name: "e" type: "\(type)" bottom: "r" top: "end" }
        """
    #expect(try run(text) == ["end": Self.relu])
    #expect(try names(text, outputs: ["r"]) == ["r"])
    #expect(try run(text, outputs: ["r", "end"]) == ["r": Self.relu, "end": Self.relu])
  }

  @Test func aliasesOfImages() throws {
    let text = """
      input: "data" input_dim: [1, 2, 3, 3]
      layer { name: "r" type: "ReLU" bottom: "data" top: "conv" }
      layer { name: "s" type: "Split" bottom: "conv" top: "layer71-route" top: "b" }
      layer { name: "t" type: "TanH" bottom: "b" top: "t" }
      """
    #expect(try names(text, outputs: ["layer71-route"]) == ["layer71-route"])
    #expect(try names(text) == ["layer71-route", "t"])
    #expect(try names(text, outputs: ["b", "conv", "b"]) == ["b", "conv"])
  }

  /// The channels-last form inside has the name too, for it is what passes leave.
  @Test func aliasesOfConvertedImages() throws {
    let text = """
      input: "data" input_dim: [1, 2, 3, 3]
      layer { name: "p" type: "Pooling" bottom: "data" top: "pool"
        pooling_param { kernel_size: 2 } }
      layer { name: "d" type: "Dropout" bottom: "pool" top: "drop" }
      """
    let converted = try PassManager(Pipeline.conversion).run(try graph(text), log: DiagnosticLog())
    #expect(converted.nodes.map { $0.op.name } == ["max_pool_2d"])
    #expect(converted.outputs.map { converted[$0].name } == ["drop"])
    #expect(converted.inputs.map { converted[$0].name } == ["data"])
  }

  @Test func layersInPlaceOnTheInput() throws {
    let text = Self.input + "layer { name: 'r' type: 'ReLU' bottom: 'data' top: 'data' }"
    #expect(try run(text) == ["data": Self.relu])
    let graph = try graph(text)
    #expect(graph.inputs.map { graph[$0].name } == ["data"])
  }

  @Test func inputsAsOutputs() throws {
    let text =
      Self.input + """
        layer { name: "s" type: "Split" bottom: "data" top: "a" top: "b" }
        layer { name: "r" type: "ReLU" bottom: "b" top: "b" }
        """
    #expect(try run(text) == ["a": Self.numbers, "b": Self.relu])
    #expect(try run(text, outputs: ["data"]) == ["data": Self.numbers])
    let graph = try graph(text)
    #expect(graph.inputs.map { graph[$0].name } == ["data"])
  }

  // Layers for training.

  @Test func silenceTakesItsBlobs() throws {
    let text =
      Self.input + """
        layer { name: "r" type: "ReLU" bottom: "data" top: "r" }
        layer { name: "b" type: "Bad" bottom: "data" top: "b" }
        layer { name: "t" type: "TanH" bottom: "data" top: "t" }
        layer { name: "s" type: "Silence" bottom: "b" bottom: "t" }
        """
    let graph = try graph(text)
    #expect(graph.nodes.map { $0.op.name } == ["relu"])
    #expect(graph.outputs.map { graph[$0].name } == ["r"])
  }

  @Test(arguments: [
    (["", "", ""], ["loss0", "loss1", "prob"]),
    (["", "", "loss_weight: 0.3"], ["loss0", "prob", "loss2"]),
    (["loss_weight: 2", "", "top: 'l' top: 'sm'"], ["prob", "loss1", "sm"]),
  ])
  func losses(_ settings: [String], _ names: [String]) throws {
    var text = Self.input
    for (index, setting) in settings.enumerated() {
      text += """
        layer { name: "loss\(index)" type: "SoftmaxWithLoss" bottom: "data" bottom: "label" \(setting) }

        """
    }
    #expect(try self.names(text) == names)
  }

  @Test func aBlobCalledProb() throws {
    let loss = "layer { name: 'loss' type: 'SoftmaxWithLoss' bottom: 'prob' bottom: 'label' }"
    #expect(try names("input: 'prob' input_shape { dim: [1, 4] } " + loss) == ["loss"])
    #expect(
      try names(
        "input: 'prob' input_shape { dim: [1, 4] } "
          + "layer { name: 'a' type: 'ReLU' bottom: 'prob' top: 'loss' } " + loss)
        == ["loss", "loss/prob"])
  }

  func inputs(_ text: String) throws -> [String] {
    let graph = try graph(text)
    return graph.inputs.map { graph[$0].text }
  }

  @Test func labelsVanish() throws {
    let text = """
      layer { name: "d" type: "MemoryData" top: "data"
        memory_data_param { channels: 3 height: 4 width: 5 } }
      layer { name: "l" type: "Data" top: "label" }
      layer { name: "r" type: "ReLU" bottom: "data" top: "r" }
      layer { name: "e" type: "EuclideanLoss" bottom: "r" bottom: "label" }
      """
    #expect(try inputs(text) == ["data: f32[1,4,5,3]"])
    #expect(
      try NetFixture(.caffe, text).diagnostics().contains {
        $0.message == "data layer 'l' is taken off: no computation reads what it makes"
      })
  }

  @Test func dataLayersOfSeveralBlobs() throws {
    let text = """
      layer { name: "d" type: "DummyData" top: "a" top: "b" top: "label"
        dummy_data_param { num: 1 channels: 2 channels: 3 channels: 1 height: 4 width: 5 } }
      layer { name: "c" type: "Concat" bottom: "a" bottom: "b" top: "c" }
      layer { name: "l" type: "EuclideanLoss" bottom: "c" bottom: "label" }
      """
    #expect(try inputs(text) == ["a: f32[1,4,5,2]", "b: f32[1,4,5,3]"])
    let hdf5 = """
      layer { name: "d" type: "HDF5Data" top: "a" top: "b" top: "label" }
      layer { name: "c" type: "Eltwise" bottom: "a" bottom: "b" top: "c" }
      """
    var fixture = NetFixture(.caffe, hdf5)
    #expect(try fixture.diagnostics().filter { $0.code == .unknownDimension }.count == 2)
    fixture.inputShapes = ["a": [1, 7], "b": [1, 7]]
    let (result, _) = try fixture.read()
    #expect(result?.graph.inputs.count == 2)
  }

  /// The form of `layers` of old has the transformation among the source's own settings.
  @Test func oldTransformations() throws {
    let net = """
      layers { name: "d" type: IMAGE_DATA top: "data" top: "label"
        image_data_param { source: "f" scale: 0.5 mirror: true crop_size: 8 mean_file: "m" } }
      layers { name: "r" type: RELU bottom: "data" top: "r" }
      """
    let (result, log) = try NetFixture(.caffe, net).read()
    let graph = try #require(result?.graph, "\(log.diagnostics)")
    #expect(graph[graph.inputs[0]].text == "data: f32[1,8,8,3]")
    #expect(result?.preprocessing == "scale=0.5")
    #expect(
      log.diagnostics.first { $0.code == .layerRemoved }?.notes == [
        "it changes its pixels: --preprocess scale=0.5",
        "it subtracts the image of 'mean_file', which --preprocess cannot",
        "it crops its pictures to 8x8", "it mirrors pictures at random, which is left out",
      ])
  }

  /// Without channels the crop still says two of the extents.
  @Test func cropsWithoutChannels() throws {
    let net = """
      layer { name: "d" type: "Data" top: "data" top: "label" transform_param { crop_size: 227 } }
      layer { name: "r" type: "ReLU" bottom: "data" top: "r" }
      """
    let problem = try NetFixture(.caffe, net).only(.unknownDimension)
    #expect(problem.helps.first?.arguments == ["--input-shape", "data=1,CHANNELS,227,227"])
  }
}
