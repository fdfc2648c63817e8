import Octet
import OctetIR
import OctetPasses
import Testing

/// Unrolled loops of TensorFlow whose copies become one (`tools/peer/tensorflow`).
@Suite struct TensorFlowLoopTests {
  let models = TensorFlowModelTests()

  func path(_ name: String) -> String { TensorFlowModelTests.folder + name + ".pb" }

  func options(_ name: String) throws -> ModelOptions {
    ModelOptions(outputs: try models.arrays(name, "out").keys.sorted())
  }

  func converted(_ name: String, without passes: [String] = []) throws -> Model {
    let pipeline = Pipeline.conversion.filter { !passes.contains($0.name) }
    return try Model.open(path(name), try options(name), log: models.log).optimized(
      passes: pipeline, log: models.log)
  }

  func operators(_ model: Model, _ name: String) -> Int {
    Inspection(model).ops.filter { $0.op == name }.count
  }

  func bytes(_ model: Model, _ name: String) throws -> [String: [UInt8]] {
    let inputs = try models.arrays(name, "in").map { ($0.key, $0.value) }
    let outputs = try Session(model, log: models.log).run(inputs, log: models.log).outputs
    return Dictionary(
      uniqueKeysWithValues: outputs.map { ($0.name, Array($0.tensor.storage.bytes)) })
  }

  /// Maps over several tensors with several results, over images with convolutions, over numbered elements, within
  /// one another, without a loop, and as TensorFlow 1 wrote them.
  @Test(arguments: ["mapped", "old_map"])
  func copiesBecomeOne(_ name: String) throws {
    try models.check(path(name), name, try options(name))
    #expect(models.log.diagnostics.contains { $0.code == .copiesJoined })
    let (one, copies) = (
      try converted(name), try converted(name, without: ["BatchCopies"])
    )
    #expect(operators(one, "slice") < operators(copies, "slice") / 4)
    #expect(try bytes(one, name) == bytes(copies, name))
  }

  @Test func aMapHasOneOfEachOperator() throws {
    let model = try converted("mapped")
    for name in ["conv_2d", "max_pool_2d", "arg_max", "pad", "transpose", "tanh", "reduce_max"] {
      #expect(operators(model, name) == 1, "\(name)")
    }
  }

  /// Elements in another order, some of them, one, those of which another result is left, cuts that differ, and steps
  /// that need the one before.
  @Test func otherCopiesStay() throws {
    try models.check(path("left"), "left", try options("left"))
    #expect(!models.log.diagnostics.contains { $0.code == .copiesJoined })
  }

  /// Layers alone, backwards, both ways, one after another and in one loop, and with products made before it. What is
  /// short, does not begin with zeros or gives its cell stays in steps.
  @Test func stepsOfAnLSTM() throws {
    try models.check(path("sequences"), "sequences", try options("sequences"))
    let model = try converted("sequences")
    #expect(operators(model, "unidirectional_sequence_lstm") == 7)
    // The last cell is given without its tangent.
    #expect(operators(model, "tanh") == 2 * (4 + 6 + 6) - 1)
    let quantizable = try Model.open(path("sequences"), try options("sequences"), log: models.log)
      .optimized(forInt8: true, log: models.log)
    #expect(operators(quantizable, "unidirectional_sequence_lstm") == 0)
    let check = ModelCheck(path("sequences"), try options("sequences"))
    #expect(!check.diagnostics.contains { $0.code == .noInt8Form })
    let steps = try converted("sequences", without: ["FuseLSTM"])
    #expect(operators(steps, "tanh") == 2 * (4 + 9 * 6) - 1)
  }

  /// Its steps would be too many operators, but for what becomes of them.
  @Test func aLongLSTMIsOneOperatorToo() throws {
    try models.check(path("long_sequence"), "long_sequence", try options("long_sequence"))
    let model = try converted("long_sequence")
    #expect(operators(model, "unidirectional_sequence_lstm") == 1 && operators(model, "while") == 0)
  }
}
