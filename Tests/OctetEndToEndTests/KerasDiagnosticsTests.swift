import Foundation
import Octet
import OctetTestSupport
import Testing

/// What is said of Keras models that cannot be converted.
@Suite struct KerasDiagnosticsTests {
  let log = DiagnosticLog()
  let fixtures: KerasModelTests
  let folder: URL

  init() throws {
    fixtures = try KerasModelTests()
    folder = try Sample.temporaryFolder()
  }

  /// What is wrong with the pools' weights and other layers.
  func problems(_ architecture: String) throws -> [Diagnostic] {
    let file = folder.appending(path: "model.json")
    try Data(architecture.utf8).write(to: file)
    var options = ModelOptions()
    options.architecture = file.path()
    let weights = try fixtures.path("pools.weights.h5")
    #expect(throws: DiagnosticFailure.self) { try Model.open(weights, options, log: log) }
    return log.diagnostics.filter { $0.severity == .error }
  }

  /// A Sequential of one layer that reads [1,6,4].
  func problem(ofLayer type: String, _ config: String, _ rest: String = "") throws -> Diagnostic {
    let found = try problems(
      """
      {"class_name": "Sequential", "config": {"name": "net", "layers": [
        {"class_name": "InputLayer", "config": {"name": "x", "batch_shape": [null, 6, 4]}},
        {"class_name": "\(type)", "config": {"name": "it", \(config)}\(rest)}]}}
      """)
    #expect(found.count == 1)
    let problem = try #require(found.first)
    #expect(problem.location?.node == "it")
    #expect(problem.location?.op == type)
    return problem
  }

  @Test(arguments: [
    ("Lambda", #""function": "4wEAAA=""#, DiagnosticCode.unknownLayer, "is a Lambda"),
    ("LSTM", #""units": 2, "stateful": true"#, .unsupportedParameter, "keeps its state"),
    ("Activation", #""activation": "warp""#, .unknownLayer, "'warp'"),
    (
      "Activation", #""activation": {"class_name": "function", "config": "my>curve"}"#,
      .unknownLayer, "'my>curve'"
    ),
    ("Dense", #""units": 2, "quantization_mode": "int8""#, .unsupportedParameter, "quantized"),
    ("BatchNormalization", #""renorm": true"#, .unsupportedParameter, "'renorm'"),
    ("Conv1D", #""filters": 2, "kernel_size": [0]"#, .unsupportedParameter, "'kernel_size'"),
    ("Dense", #""units": -9223372036854775808"#, .unsupportedParameter, "'units'"),
    (
      "Resizing", #""height": 4, "width": 4, "antialias": true"#, .unsupportedParameter, "antialias"
    ),
    ("Conv1DTranpose", #""filters": 2"#, .unknownLayer, "'Conv1DTranpose'"),
  ])
  func layer(_ layer: (type: String, config: String, code: DiagnosticCode, words: String)) throws {
    let problem = try problem(ofLayer: layer.type, layer.config)
    #expect(problem.code == layer.code)
    #expect(problem.message.contains(layer.words), "\(problem.message)")
  }

  /// A layer that computes with a mask, which is followed to recurrent layers and means only.
  @Test func aMaskThatIsNotFollowed() throws {
    let found = try problems(
      """
      {"class_name": "Sequential", "config": {"name": "net", "layers": [
        {"class_name": "InputLayer", "config": {"name": "x", "batch_shape": [null, 6, 4]}},
        {"class_name": "Masking", "config": {"name": "mask", "mask_value": 0.0}},
        {"class_name": "Softmax", "config": {"name": "it"}}]}}
      """)
    #expect(found.count == 1)
    #expect(found.first?.code == .unsupportedParameter && found.first?.location?.node == "it")
    #expect(found.first?.message.contains("with a mask") == true)
  }

  @Test func mixedPrecisionIsRemarkedUpon() throws {
    let file = fixtures.copies.appending(path: "halves.json")
    try Data(
      """
      {"class_name": "Sequential", "config": {"name": "net", "layers": [
        {"class_name": "InputLayer", "config": {"name": "x", "batch_shape": [null, 6, 4]}},
        {"class_name": "Activation", "config": {"name": "it", "activation": "relu", "dtype":
          {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "mixed_float16"}}}}]}}
      """.utf8
    ).write(to: file)
    var options = ModelOptions()
    options.architecture = file.path()
    _ = try Model.open(try fixtures.path("pools.weights.h5"), options, log: log)
    #expect(log.diagnostics.map { $0.code } == [.batchBecameOne, .precisionReduced])
    #expect(log.diagnostics.last?.severity == .remark)
  }

  @Test func aLayerOfTheUsers() throws {
    let problem = try problem(
      ofLayer: "Dense", #""units": 2"#, #", "module": "net.layers", "registered_name": "net>Dense""#
    )
    #expect(problem.code == .unknownLayer)
    #expect(problem.message == "the layer class 'Dense' is not supported")
    #expect(problem.notes == ["its code is not in the file"])
    #expect(problem.helps.first?.text.contains("model.export") == true)
  }

  @Test func nearMatches() throws {
    let problem = try problem(ofLayer: "Conv1DTranpose", #""filters": 2"#)
    #expect(problem.helps.contains { $0.text.contains("Conv1DTranspose") })
  }

  /// What a layer is called with and would compute with.
  @Test(arguments: [
    (#""training": true"#, DiagnosticCode.trainingLeftover, "training=True"),
    (#""mask": [[true]]"#, .unsupportedParameter, "'mask'"),
  ])
  func call(_ call: (arguments: String, code: DiagnosticCode, words: String)) throws {
    let tensor = """
      {"class_name": "__keras_tensor__", "config": {"keras_history": ["x", 0, 0]}}
      """
    let found = try problems(
      """
      {"class_name": "Functional", "config": {"name": "net", "layers": [
        {"class_name": "InputLayer", "config": {"name": "x", "batch_shape": [null, 6, 4]},
         "inbound_nodes": []},
        {"class_name": "Dropout", "config": {"name": "it", "trainable": true, "rate": 0.5},
         "inbound_nodes": [{"args": [\(tensor)], "kwargs": {\(call.arguments)}}]}],
        "input_layers": [["x", 0, 0]], "output_layers": [["it", 0, 0]]}}
      """)
    let problem = try #require(found.first)
    #expect(problem.code == call.code && problem.message.contains(call.words))
  }

  @Test func aSubclassedModel() throws {
    let problem = try #require(
      try problems(#"{"class_name": "Net", "config": {"units": 3}}"#).first)
    #expect(problem.code == .unknownLayer)
    #expect(problem.message.contains("'Net'"))
    #expect(problem.helps.first?.text.contains("model.export") == true)
  }

  @Test func weightsAlone() throws {
    let path = try fixtures.path("pools.weights.h5")
    #expect(throws: DiagnosticFailure.self) { try Model.open(path, log: log) }
    let problem = try #require(log.diagnostics.last)
    #expect(problem.code == .invalidKeras)
    #expect(problem.helps.first?.arguments == ["--architecture", "FILE.json"])
  }

  @Test func anotherModelsWeights() throws {
    var options = ModelOptions()
    options.architecture = KerasModelTests.folder.appending(path: "legacy.json").path()
    let path = try fixtures.path("pools.weights.h5")
    #expect(throws: DiagnosticFailure.self) { try Model.open(path, options, log: log) }
    let problem = try #require(log.diagnostics.first { $0.severity == .error })
    #expect(problem.code == .missingWeights && problem.location?.node == "shared")
    #expect(problem.helps.first?.text.contains("architecture") == true)
  }

  /// A model that calls one of its models twice, that one another, and so on: few layers, and billions of uses.
  @Test func modelsWithoutEnd() throws {
    let calls = #"[[["x", 0, 0, {}]], [["m", 0, 0, {}]], [["m", 1, 0, {}]], [["m", 2, 0, {}]]]"#
    var model = #"{"class_name": "Dropout", "config": {"name": "m", "rate": 0.5}"#
    for _ in 0..<14 {
      model = """
        {"class_name": "Functional", "config": {"name": "m", "layers": [
          {"class_name": "InputLayer", "config": {"name": "x", "batch_shape": [1, 2]},
           "inbound_nodes": []},
          \(model), "name": "m", "inbound_nodes": \(calls)}],
          "input_layers": [["x", 0, 0]], "output_layers": [["m", 3, 0]]}
        """
    }
    let found = try problems(model + "}")
    #expect(found.contains { $0.message.contains("too many layers") })
  }
}
