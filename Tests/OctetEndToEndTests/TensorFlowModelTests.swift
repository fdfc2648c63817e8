import Foundation
import Octet
import OctetData
import OctetIR
import OctetQuantize
import OctetTestSupport
import Testing

/// TensorFlow's models against what TensorFlow itself computes (`tools/peer/tensorflow`).
@Suite struct TensorFlowModelTests {
  static let folder =
    Sample.root.appending(path: "Tests/OctetEndToEndTests/TensorFlow").path() + "/"

  let log = DiagnosticLog()

  /// The largest difference of an output, of the largest value of that output or of 1.
  func check(
    _ path: String, _ options: ModelOptions = ModelOptions(), inputs: [String: Tensor],
    outputs: [String: [Float]], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let model = try Model.open(path, options, log: log).optimized(log: log)
    #expect(Set(model.inputNames) == Set(inputs.keys), sourceLocation: sourceLocation)
    let session = try Session(model, log: log)
    let result = try session.run(inputs.map { ($0.key, $0.value) }, log: log)
    #expect(result.outputs.count == outputs.count, sourceLocation: sourceLocation)
    for output in result.outputs {
      let name = output.name
      let expected = try #require(outputs[name], "output \(name)", sourceLocation: sourceLocation)
      let found = try #require(output.tensor.realValues, sourceLocation: sourceLocation)
      #expect(found.count == expected.count, sourceLocation: sourceLocation)
      let largest = expected.map { abs($0) }.max() ?? 0
      let error = zip(found, expected).map { abs($0 - $1) }.max() ?? 0
      #expect(error <= 4e-5 * max(1, largest), "\(name): \(error)", sourceLocation: sourceLocation)
    }
  }

  /// The arrays of a file, those of a kind, without their kind.
  func arrays(_ file: String, _ kind: String) throws -> [String: Tensor] {
    var result: [String: Tensor] = [:]
    for entry in try NPZ.read(Self.folder + file + ".npz") where entry.name.hasPrefix(kind + ":") {
      result[String(entry.name.dropFirst(kind.count + 1))] = entry.tensor
    }
    return result
  }

  func check(_ path: String, _ file: String, _ options: ModelOptions = ModelOptions()) throws {
    try check(
      path, options, inputs: try arrays(file, "in"),
      outputs: try arrays(file, "out").mapValues { $0.realValues ?? [] })
  }

  @Test func aFrozenGraph() throws {
    try check(Self.folder + "cnn.pb", "cnn")
    #expect(log.diagnostics.map { $0.code } == [.batchBecameOne])
  }

  /// Functions, comparisons, choices and reductions, of which many become several operators.
  @Test func functionsOfNumbers() throws {
    try check(Self.folder + "functions.pb", "functions")
    #expect(log.diagnostics.isEmpty)
  }

  @Test(arguments: [
    "moves", "dilations", "products", "selection", "pictures", "places", "upwards", "angles",
    "spectra", "slices",
  ])
  func operators(_ name: String) throws {
    try check(Self.folder + name + ".pb", name)
    #expect(log.diagnostics.isEmpty)
  }

  /// Tables that are filled when a model is loaded.
  @Test func tables() throws {
    try check(Self.folder + "tables", "tables")
    #expect(log.diagnostics.isEmpty)
  }

  @Test func branchesOfTensorFlow1ByTheData() throws {
    try check(Self.folder + "branches.pb", "branches")
    #expect(log.diagnostics.map { $0.code } == [.branchesComputed, .branchesComputed])
  }

  @Test func arithmeticWithPlaces() throws {
    try check(Self.folder + "wide.pb", "wide")
    #expect(log.diagnostics.map { $0.code } == [.precisionReduced])
  }

  @Test func aBranchByTheData() throws {
    try check(Self.folder + "choice", "choice")
    #expect(log.diagnostics.map { $0.code } == [.branchesComputed])
  }

  /// What is left of convolutions of every b-th pixel.
  @Test func dilationsAreTheConvolutions() throws {
    let model = try Model.open(Self.folder + "dilations.pb", log: log).optimized(log: log)
    let operators = Set(Inspection(model).ops.map { $0.op })
    #expect(operators == ["add", "conv_2d", "depthwise_conv_2d", "pad", "reshape"])
  }

  /// Products with a constant on the right are dense layers, also those of Einsum; others have two computed sides.
  @Test func constantsOnTheRightAreDenseLayers() throws {
    let model = try Model.open(Self.folder + "products.pb", log: log).optimized(log: log)
    let operators = Inspection(model).ops.map { $0.op }
    #expect(operators.filter { $0 == "fully_connected" }.count == 2)
    #expect(operators.filter { $0 == "batch_matmul" }.count == 6)
  }

  /// A map over the images with lists of tensors, a branch, grids made from shapes: of all that only the
  /// arithmetic is left.
  @Test func aDecoderInALoop() throws {
    let options = ModelOptions(inputShapes: ["image": [1, 8, 6, 3]])
    try check(Self.folder + "decoder", "decoder", options)
    #expect(log.diagnostics.map { $0.code } == [.loopUnrolled])
  }

  @Test func aRecurrentCell() throws {
    try check(Self.folder + "cell", "cell")
    try check(Self.folder + "cell/saved_model.pb", "cell")
  }

  /// Loops whose turns the data decide, or that would be too large: of TensorFlow 2, with lists, nested, of TensorFlow 1.
  @Test(arguments: ["roots", "steps", "nested", "seek.pb"])
  func loopsThatStayLoops(_ name: String) throws {
    try check(Self.folder + name, String(name.prefix { $0 != "." }))
    #expect(Set(log.diagnostics.map { $0.code }) == [.loopKept])
    let model = try Model.open(Self.folder + name, log: log).optimized(log: log)
    let folder = try Sample.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "m.tflite").path()
    try model.write(path, log: log)
    try check(path, String(name.prefix { $0 != "." }))
    let inspection = Inspection(model)
    #expect(inspection.ops.filter { $0.op == "while" }.count == 1)
    #expect(inspection.subgraphs.prefix(2).map { $0.name } == ["condition1", "body1"])
    #expect(inspection.text.contains("\n@body1\n"))
  }

  @Test func aLongLoopSaysWhatItWouldBe() throws {
    _ = try Model.open(Self.folder + "steps", log: log)
    let remark = try #require(log.diagnostics.first)
    #expect(remark.message == "the loop turns 6000 times and stays a loop (WHILE)")
    #expect(remark.notes.first?.hasPrefix("unrolled it would be about ") == true)
  }

  @Test func loopsHaveNoInt8Form() throws {
    let model = try Model.open(Self.folder + "roots", log: log).optimized(log: log)
    #expect(throws: DiagnosticFailure.self) {
      try model.graph.requireForms(ResolvedLayers(int8: model.graph), log)
    }
    #expect(log.diagnostics.last?.code == .noInt8Form)
  }

  /// Loops as TensorFlow's own converter writes them, against LiteRT.
  @Test func loopsOfTensorFlowsConverter() throws {
    try check(Self.folder + "loops-converted.tflite", "loops-converted")
  }

  @Test func anUnknownSizeIsAskedFor() throws {
    #expect(throws: DiagnosticFailure.self) {
      try Model.open(Self.folder + "decoder", log: log)
    }
    let problem = try #require(log.diagnostics.last)
    #expect(problem.code == .unknownDimension)
    #expect(
      problem.notes.first
        == "the model says [1,N,N,3]; open is image.height and image.width")
    #expect(problem.helps.first?.arguments == ["--input-shape", "image=1,N,N,3"])
  }

  /// One diagnostic a cause, at the node and in the function that TensorFlow knows.
  @Test(
    .enabled(if: hasCorpus, "needs ../shared/corpus"),
    arguments: [
      ("random_poisson_noise", "RandomPoissonV2", "augment/random_poisson")
    ])
  func refused(_ model: (name: String, op: String, scope: String)) throws {
    #expect(throws: DiagnosticFailure.self) {
      try Model.open(Self.corpus + "models/" + model.name, log: log)
    }
    let problem = try #require(log.diagnostics.last)
    #expect(log.diagnostics.filter { $0.severity == .error }.count == 1)
    #expect(problem.code == .trainingLeftover && problem.location?.op == model.op)
    #expect(problem.location?.scope == model.scope)
    #expect(problem.location?.function?.hasPrefix("__inference_fn") == true)
  }

  @Test(
    .enabled(if: Sample.hasShared("tf"), "needs ../shared/data/tf"),
    arguments: ["kws_dscnn", "lstm_tensorlist"])
  func published(name: String) throws {
    try check(Sample.shared + "/tf/saved_model/" + name, name)
  }

  static let corpus = URL(filePath: Sample.shared).deletingLastPathComponent().path() + "corpus/"
  static let hasCorpus = FileManager.default.fileExists(atPath: corpus)

  /// Two of these TFLiteConverter refuses, one for its lists of tensors; outputs are TensorFlow's.
  @Test(
    .enabled(if: hasCorpus, "needs ../shared/corpus"),
    arguments: [
      ("yolov3_tf2_decode", "", ["image"], ["output_0"]),
      ("dynamic_shape_no_rank", "", ["image"], ["output_0"]),
      ("flex_rgb_to_hsv", "", ["image"], ["output_0"]),
      ("ok_v1_tiny_yolo", ".pb", ["yolo/image"], ["yolo/head_large", "yolo/head_small"]),
    ])
  func collected(
    _ model: (name: String, suffix: String, inputs: [String], outputs: [String])
  ) throws {
    func array(_ kind: String, _ index: Int) throws -> Tensor {
      try NPY.read("\(Self.corpus)data/\(model.name).\(kind)\(index).npy")
    }
    var inputs: [String: Tensor] = [:]
    for (index, name) in model.inputs.enumerated() { inputs[name] = try array("in", index) }
    var outputs: [String: [Float]] = [:]
    for (index, name) in model.outputs.enumerated() {
      outputs[name] = try array("out", index).realValues
    }
    try check(
      Self.corpus + "models/" + model.name + model.suffix,
      ModelOptions(inputShapes: inputs.mapValues { $0.extents }), inputs: inputs,
      outputs: outputs)
  }
}
