import Foundation
import Octet
import OctetArchives
import OctetData
import OctetIR
import OctetTestSupport
import Testing

/// Keras's models against what Keras itself computes (`tools/peer/keras`).
@Suite struct KerasModelTests {
  static let folder = Sample.root.appending(path: "Tests/OctetEndToEndTests/Keras")

  let log = DiagnosticLog()
  let copies: URL

  init() throws { copies = try Sample.temporaryFolder() }

  /// The path of a fixture, which is unpacked where it is stored with gzip.
  func path(_ name: String) throws -> String {
    let packed = Self.folder.appending(path: name + ".gz")
    guard FileManager.default.fileExists(atPath: packed.path()) else {
      return Self.folder.appending(path: name).path()
    }
    let bytes = try Inflate.gzip(
      ByteSlice([UInt8](try Data(contentsOf: packed))), limit: 1 << 22, file: name)
    let copy = copies.appending(path: name)
    try Data(bytes.array).write(to: copy)
    return copy.path()
  }

  /// The arrays of a kind that Keras's run of a model has left, by name.
  func arrays(_ file: String, _ kind: String) throws -> [String: Tensor] {
    var result: [String: Tensor] = [:]
    let path = Self.folder.appending(path: file + ".npz").path()
    for entry in try NPZ.read(path) where entry.name.hasPrefix(kind + ":") {
      result[String(entry.name.dropFirst(kind.count + 1))] = entry.tensor
    }
    return result
  }

  /// Each output within 4e-5 of the largest number of Keras's, or of 1.
  func check(
    _ path: String, _ options: ModelOptions = ModelOptions(), inputs: [String: Tensor],
    outputs: [String: Tensor], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let model = try Model.open(path, options, log: log).optimized(log: log)
    #expect(Set(model.inputNames) == Set(inputs.keys), sourceLocation: sourceLocation)
    let session = try Session(model, log: log)
    let result = try session.run(inputs.map { ($0.key, $0.value) }, log: log)
    #expect(
      Set(result.outputs.map { $0.name }) == Set(outputs.keys), sourceLocation: sourceLocation)
    for output in result.outputs {
      let expected = try #require(
        outputs[output.name], "output \(output.name)", sourceLocation: sourceLocation)
      #expect(
        output.tensor.extents == expected.extents, "\(output.name)",
        sourceLocation: sourceLocation)
      let found = try #require(output.tensor.realValues, sourceLocation: sourceLocation)
      let values = try #require(expected.realValues, sourceLocation: sourceLocation)
      let largest = values.map { abs($0) }.max() ?? 0
      let errors = zip(found, values).map { abs($0 - $1) }
      #expect(
        errors.allSatisfy { $0 <= 4e-5 * max(1, largest) },
        "\(output.name): \(errors.max() ?? 0)", sourceLocation: sourceLocation)
    }
  }

  @Test(arguments: [
    "activations.keras", "attention.h5", "attention.keras", "convolutions.h5",
    "convolutions.keras", "first.keras", "legacy.h5", "legacy.keras", "legacy_sequential.h5",
    "masks.keras", "merges.keras", "normalizations.keras",
    "recurrences.h5", "recurrences.keras", "sequential.keras", "shapes.h5", "shapes.keras",
    "structure.h5", "structure.keras", "volumes.keras", "wrappers.h5", "wrappers.keras",
  ])
  func model(file: String) throws {
    let name = String(file.prefix { $0 != "." })
    try check(
      try path(file), inputs: try arrays(name, "in"), outputs: try arrays(name, "out"))
    #expect(log.diagnostics.allSatisfy { $0.code == .batchBecameOne })
  }

  @Test func aBatchOfTwo() throws {
    try check(
      try path("batch.keras"), ModelOptions(batch: 2), inputs: try arrays("batch", "in"),
      outputs: try arrays("batch", "out"))
    #expect(log.diagnostics.isEmpty)
  }

  @Test(arguments: ["legacy", "pools"])
  func weightsAndArchitecture(name: String) throws {
    var options = ModelOptions()
    options.architecture = Self.folder.appending(path: name + ".json").path()
    try check(
      try path(name + ".weights.h5"), options, inputs: try arrays(name, "in"),
      outputs: try arrays(name, "out"))
  }

  /// A model in two parts: what the first makes is what the second reads.
  @Test func parts() throws {
    let path = try path("sequential.keras")
    let cut = "global_average_pooling2d"
    let first = try Model.open(path, ModelOptions(outputs: [cut]), log: log)
    let inputs = try arrays("sequential", "in")
    let between = try Session(first, log: log).run(inputs.map { ($0.key, $0.value) }, log: log)
    let tensor = try #require(between.outputs.first).tensor
    var options = ModelOptions(inputShapes: [cut: tensor.extents])
    options.inputs = [cut]
    try check(
      path, options, inputs: [cut: tensor], outputs: try arrays("sequential", "out"))
  }

  @Test func aPlainLSTMIsOneOperator() throws {
    let options = ModelOptions(outputs: ["lstm"])
    let model = try Model.open(try path("recurrences.keras"), options, log: log)
    let operators = Inspection(model).ops.map { $0.op }
    #expect(operators == ["unidirectional_sequence_lstm", "slice", "reshape"])
  }

  static let shared = Sample.shared + "/tf/h5/"

  @Test(
    .enabled(if: Sample.hasShared("tf/h5"), "needs ../shared/data/tf/h5"),
    arguments: ["mlperf_resnet8", "tinymaix_cifar10", "tinymaix_mnist_dw", "tinymaix_mnist_valid"])
  func published(name: String) throws {
    try check(
      Self.shared + name + ".h5", inputs: try arrays(name, "in"),
      outputs: try arrays(name, "out"))
  }

  /// One input and one output, whose names the collection does not keep.
  @Test(
    .enabled(if: TensorFlowModelTests.hasCorpus, "needs ../shared/corpus"),
    arguments: ["keras_lstm_many_to_one.h5", "ok_keras3_residual.keras"])
  func collected(file: String) throws {
    let path = TensorFlowModelTests.corpus + "models/" + file
    let name = String(file.prefix { $0 != "." })
    func array(_ kind: String) throws -> Tensor {
      try NPY.read("\(TensorFlowModelTests.corpus)data/\(name).\(kind)0.npy")
    }
    let input = try array("in")
    let first = try #require(try Model.open(path, log: log).inputNames.first)
    let options = ModelOptions(inputShapes: [first: input.extents])
    let session = try Session(try Model.open(path, options, log: log), log: log)
    let output = try #require(session.outputNames.first)
    try check(path, options, inputs: [first: input], outputs: [output: try array("out")])
  }
}
