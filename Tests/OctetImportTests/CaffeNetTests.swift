import OctetDiagnostics
import OctetIR
import OctetImport
import Testing

/// The structure of nets: which layers take part, what becomes an input or output, and every
/// diagnostic on the way.
@Suite struct CaffeNetTests {
  static let input = """
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 4 } } }

    """

  /// The names of the operators of a net on the input `data` of 4 numbers.
  func operators(_ layers: String) throws -> [String]? {
    try NetFixture(.caffe, Self.input + layers).read().result?.graph.nodes.map { $0.op.name }
  }

  /// The input's name and extents, first to last.
  func inputs(_ fixture: NetFixture) throws -> [String] {
    let (result, log) = try fixture.read()
    let graph = try #require(result?.graph, "\(log.diagnostics)")
    return graph.inputs.map { graph[$0].text }
  }

  @Test(arguments: [
    ("", true),
    // Caffe's filter looks at rules only, not at a layer's own phase.
    ("phase: TEST", true), ("phase: TRAIN", true), ("phase: 0", true),
    ("include { phase: TEST }", true), ("include { phase: TRAIN }", false),
    ("include { phase: TRAIN } include { phase: TEST }", true),
    ("include {}", true), ("exclude {}", false),
    ("exclude { phase: TRAIN }", true), ("exclude { phase: TEST }", false),
    ("exclude { phase: TRAIN } exclude { stage: 'deploy' }", false),
    ("include { stage: 'deploy' }", true), ("include { stage: 'deploy' stage: 'x' }", false),
    ("include { not_stage: 'deploy' }", false), ("include { not_stage: 'x' }", true),
    ("include { min_level: 2 }", true), ("include { min_level: 3 }", false),
    ("include { max_level: 2 }", true), ("include { max_level: 1 }", false),
    ("phase: TRAIN include { phase: TEST }", true), ("phase: TEST include { phase: TRAIN }", false),
    ("include { phase: 0 }", false), ("include { phase: 1 }", true),
  ])
  func rules(_ rules: String, _ takesPart: Bool) throws {
    let found = try operators(
      """
      state { level: 2 stage: "deploy" }
      layer { name: "t" type: "TanH" bottom: "data" top: "data" \(rules) }
      layer { name: "s" type: "Sigmoid" bottom: "data" top: "s" }
      """)
    #expect(found == (takesPart ? ["tanh", "logistic"] : ["logistic"]))
  }

  @Test func excludedLayersAreNamed() throws {
    let net =
      Self.input + """
        layer { name: "a" type: "TanH" bottom: "data" top: "a" include { phase: TRAIN } }
        layer { name: "b" type: "TanH" bottom: "data" top: "b" exclude { phase: TEST } }
        """
    let remark = try NetFixture(.caffe, net).only(.layerRemoved)
    #expect(remark.message == "2 of the net's layers take no part when it is run")
    #expect(remark.notes == ["their include or exclude rules say so: a, b"])
  }

  /// Layers that work otherwise in training than when the net is run.
  @Test(arguments: ["Dropout", "BatchNorm"])
  func trainingBehaviour(_ type: String) throws {
    let net =
      Self.input + "layer { name: 'l' type: '\(type)' bottom: 'data' top: 'l' phase: TRAIN }"
    let problem = try NetFixture(.caffe, net).only(.unsupportedParameter)
    #expect(problem.message == "phase: TRAIN makes \(type) work as in training")
  }

  @Test(arguments: ["TANH", "23", "\"TanH\""])
  func oldLayers(_ type: String) throws {
    let net = """
      input: "data" input_dim: 1 input_dim: 2 input_dim: 3 input_dim: 4
      layers { name: "t" type: \(type) bottom: "data" top: "t" }
      layers { name: "l" type: SOFTMAX_LOSS bottom: "t" bottom: "label" }
      """
    let (result, log) = try NetFixture(.caffe, net).read()
    let graph = try #require(result?.graph, "\(log.diagnostics)")
    #expect(graph.nodes.contains { $0.op.name == "tanh" })
    #expect(graph.outputs.map { graph[$0].name } == ["prob"])
    #expect(graph.inputs.map { graph[$0].type.text } == ["f32[1,3,4,2]"])
  }

  @Test func mixedFormsAreRefused() throws {
    let net = Self.input + "\nlayers { name: \"t\" type: TANH bottom: \"data\" top: \"t\" }"
    let problem = try NetFixture(.caffe, net).only(.unsupportedParameter)
    #expect(problem.message == "the net mixes 'layer' and 'layers'")
    #expect(problem.location?.line == 3)
    #expect(problem.helps.first?.text.contains("upgrade_net_proto_text") == true)
  }

  @Test(arguments: [
    ("input: 'a' input_dim: 1 input_dim: 3 input_dim: 5 input_dim: 6", ["a: f32[1,5,6,3]"]),
    ("input: 'a' input_shape { dim: 1 dim: 7 }", ["a: f32[1,7]"]),
    (
      "input: 'a' input: 'b' input_dim: [1, 2, 3, 4, 1, 6, 7, 8]",
      ["a: f32[1,3,4,2]", "b: f32[1,7,8,6]"]
    ),
    (
      "input: 'a' input_shape { dim: 1 dim: 2 } input: 'b' input_shape { dim: [1, 3] }",
      ["a: f32[1,2]", "b: f32[1,3]"]
    ),
    (
      "layer { name: 'i' type: 'Input' top: 'a' top: 'b' input_param { shape { dim: [1, 2] } } }",
      ["a: f32[1,2]", "b: f32[1,2]"]
    ),
    (
      """
      layer { name: 'i' type: 'Input' top: 'a' top: 'b'
        input_param { shape { dim: [1, 2] } shape { dim: [1, 3] } } }
      """, ["a: f32[1,2]", "b: f32[1,3]"]
    ),
    (
      """
      layer { name: 'm' type: 'MemoryData' top: 'a' top: 'label'
        memory_data_param { batch_size: 8 channels: 3 height: 4 width: 5 } }
      """, ["a: f32[1,4,5,3]"]
    ),
    (
      "layer { name: 'd' type: 'DummyData' top: 'a' dummy_data_param { shape { dim: [1, 9] } } }",
      ["a: f32[1,9]"]
    ),
  ])
  func inputForms(_ text: String, _ expected: [String]) throws {
    #expect(try inputs(NetFixture(.caffe, text)) == expected)
  }

  static let dataLayer = """
    layer { name: "mnist" type: "Data" top: "data" top: "label"
      include { phase: TEST } transform_param { scale: 0.00390625 mean_value: 128 mean_value: 64 }
      data_param { source: "lmdb" batch_size: 100 backend: LMDB } }
    layer { name: "p" type: "Pooling" bottom: "data" top: "p"
      pooling_param { global_pooling: true } }
    layer { name: "accuracy" type: "Accuracy" bottom: "p" bottom: "label" top: "accuracy" }
    layer { name: "quiet" type: "Silence" bottom: "label" }
    layer { name: "far" type: "EuclideanLoss" bottom: "p" bottom: "label" top: "far" }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "p" bottom: "label" top: "loss" }
    """

  @Test func dataLayerNeedsItsShape() throws {
    let problem = try NetFixture(.caffe, Self.dataLayer).only(.unknownDimension)
    #expect(problem.message == "the shape of input 'data' is not known")
    #expect(problem.notes == ["its data layer takes it from the data"])
    #expect(
      problem.helps
        == [.init("give it", arguments: ["--input-shape", "data=1,CHANNELS,HEIGHT,WIDTH"])])
  }

  @Test func trainingLayersGo() throws {
    var fixture = NetFixture(.caffe, Self.dataLayer)
    fixture.inputShapes = ["data": [2, 2, 4, 4]]
    let (result, log) = try fixture.read()
    let graph = try #require(result?.graph, "\(log.diagnostics)")
    #expect(graph.inputs.map { graph[$0].text } == ["data: f32[2,4,4,2]"])
    #expect(graph.outputs.map { graph[$0].name } == ["prob"])
    // Caffe takes the mean off before it scales, Octet after.
    #expect(result?.preprocessing == "scale=0.00390625,mean=0.5:0.25")
    #expect(
      log.diagnostics.filter { $0.code == .layerRemoved }.map { $0.message } == [
        "data layer 'mnist' is taken off: 'data' becomes an input",
        "layer 'accuracy' is taken off: it measures and computes nothing",
        "layer 'quiet' is taken off: it makes nothing",
        "layer 'far' is taken off: it is needed for training only",
        "loss 'loss' becomes Softmax, which makes 'prob'",
      ])
    #expect(log.diagnostics.allSatisfy { $0.severity == .remark })
  }

  @Test func inputLayerWithoutShape() throws {
    let problem = try NetFixture(.caffe, "layer { name: 'i' type: 'Input' top: 'a' }")
      .only(.unknownDimension)
    #expect(problem.notes.isEmpty)
  }

  @Test func aSecondProbIsCalledAsItsLayer() throws {
    let net =
      Self.input + """
        layer { name: "p" type: "Softmax" bottom: "data" top: "prob" }
        layer { name: "loss" type: "SigmoidCrossEntropyLoss" bottom: "data" bottom: "label" }
        """
    let (result, log) = try NetFixture(.caffe, net).read()
    let graph = try #require(result?.graph, "\(log.diagnostics)")
    #expect(graph.outputs.map { graph[$0].name } == ["prob", "loss"])
  }

  @Test(arguments: [
    ("nmae: \"x\"", "a net has no field 'nmae'; it is ignored", "did you mean 'name'?", 1),
    (
      "layer { botom: \"a\" name: \"l\" type: \"Silence\" }",
      "a layer has no field 'botom'; it is ignored", "did you mean 'bottom'?", 1
    ),
  ])
  func unknownFields(_ text: String, _ message: String, _ help: String, _ line: Int) throws {
    let problem = try NetFixture(.caffe, text + "\n" + Self.input).only(.unknownField)
    #expect(problem.severity == .warning)
    #expect(problem.message == message)
    #expect(problem.helps.first?.text == help)
    #expect(problem.location?.line == line)
  }

  @Test func unknownBlob() throws {
    let net = Self.input + "layer { name: 't' type: 'TanH' bottom: 'dta' top: 't' }"
    let problem = try NetFixture(.caffe, net).only(.unknownBlob)
    #expect(problem.message == "no layer before 't' makes the blob 'dta'")
    #expect(problem.helps.first?.text == "did you mean 'data'?")
  }

  /// A blob that comes later in the file is as unknown as none.
  @Test func order() throws {
    let net =
      Self.input + """
        layer { name: "a" type: "TanH" bottom: "b" top: "a" }
        layer { name: "b" type: "TanH" bottom: "data" top: "b" }
        """
    #expect(try NetFixture(.caffe, net).only(.unknownBlob).location?.line == 2)
  }

  @Test func allUnknownLayersAtOnce() throws {
    let net =
      Self.input + """
        layer { name: "a" type: "Sigmoyd" bottom: "data" top: "a" }
        layer { name: "b" type: "TanH" bottom: "a" top: "b" }
        layer { name: "c" type: "SPP" bottom: "data" top: "c" }
        layer { name: "d" type: "Concat" bottom: "b" bottom: "c" top: "d" }
        """
    let all = try NetFixture(.caffe, net).diagnostics()
    #expect(all.map { $0.code } == [.unknownLayer, .unknownLayer])
    #expect(all.map { $0.location?.line } == [2, 4])
    #expect(all.map { $0.message }.first == "layer type 'Sigmoyd' is not supported")
    #expect(all[0].helps.contains { $0.text == "did you mean 'Sigmoid'?" })
    #expect(all[1].helps.isEmpty, "a net cannot be cut to its input, and Caffe has the type")
  }

  /// What a layer cannot make is an error, though nothing asks for it by name.
  @Test func aBlobThatNoLayerMakes() throws {
    let net = """
      input: "data" input_dim: [1, 1, 4, 4]
      layer { name: "p" type: "Pooling" bottom: "data" top: "p" top: "mask"
        pooling_param { kernel_size: 2 stride: 2 } }
      layer { name: "r" type: "ReLU" bottom: "mask" top: "r" }
      """
    let problem = try NetFixture(.caffe, net).only(.unsupportedParameter)
    #expect(problem.message == "the layer has 2 tops; Octet makes 1 of them")
    #expect(problem.location?.node == "p")
  }

  // Names and shapes on the command line.

  @Test func outputsCutTheNet() throws {
    var fixture = NetFixture(
      .caffe,
      Self.input + """
        layer { name: "t" type: "TanH" bottom: "data" top: "t" }
        layer { name: "s" type: "Sigmoid" bottom: "t" top: "s" }
        """)
    fixture.outputs = ["t"]
    #expect(try fixture.read().result?.graph.nodes.map { $0.op.name } == ["tanh"])
    fixture.outputs = ["t", "z"]
    let problem = try fixture.only(.unknownOutput)
    #expect(problem.message == "the net has no blob 'z'")
    #expect(problem.helps.first?.text.hasPrefix("did you mean 't'") == true)
  }

  @Test func unknownInput() throws {
    var fixture = NetFixture(.caffe, CaffeWeightsTests.dense)
    fixture.inputShapes = ["dat": [1, 4]]
    let problem = try fixture.only(.unknownInput)
    #expect(problem.notes == ["its inputs are data"])
    #expect(problem.helps.first?.text == "did you mean 'data'?")
  }

  @Test func batch() throws {
    var fixture = NetFixture(.caffe, "input: \"x\" input_dim: [10, 3, 2, 2]")
    let remark = try fixture.only(.batchBecameOne)
    #expect(remark.severity == .remark)
    #expect(remark.helps == [.init("keep it", arguments: ["--batch", "10"])])
    #expect(try inputs(fixture) == ["x: f32[1,2,2,3]"])
    fixture.batch = 4
    #expect(try inputs(fixture) == ["x: f32[4,2,2,3]"])
    #expect(try fixture.diagnostics().map { $0.code } == [.layoutChanged])
    fixture.batch = nil
    fixture.inputShapes = ["x": [7, 3, 2, 2]]
    #expect(try inputs(fixture) == ["x: f32[7,2,2,3]"])
    #expect(try fixture.diagnostics().map { $0.code } == [.layoutChanged])
  }

  @Test(arguments: ["", "name: \"empty\"", "layer { name: 't' type: 'TanH' top: 't' }"])
  func netsWithoutInput(_ text: String) throws {
    _ = try NetFixture(.caffe, text).only(.noInput)
  }
}
