import Foundation
import Octet
import OctetIR
import OctetTestSupport
import Testing

/// What `octet check` proposes for TensorFlow's models, and what comes of it.
@Suite struct TensorFlowFixTests {
  let models = TensorFlowModelTests()
  static let folder = TensorFlowModelTests.folder

  private func options(fixes: [String], signature: String? = nil) -> ModelOptions {
    var options = ModelOptions()
    options.fixes = fixes
    options.signature = signature
    return options
  }

  private func errors(_ check: ModelCheck) -> [Diagnostic] {
    check.diagnostics.filter { $0.severity == .error }
  }

  /// Loops of TensorFlow 1 with lists of tensors and a loop in them, a branch by a shape and one by an input.
  @Test func loopsAndBranchesOfTensorFlow1() throws {
    try models.check(
      Self.folder + "loops.pb", options(fixes: ["training=false"]),
      inputs: try models.arrays("loops", "in"),
      outputs: try models.arrays("loops", "out").mapValues { $0.realValues ?? [] })
    let codes = Set(models.log.diagnostics.map { $0.code })
    #expect(codes == [.batchBecameOne, .fixApplied, .loopUnrolled])
  }

  @Test func anInputThatSaysWhetherTheModelIsTrained() throws {
    let check = ModelCheck(Self.folder + "loops.pb", ModelOptions())
    #expect(check.operatorCount == nil)
    let problem = try #require(errors(check).first)
    #expect(errors(check).count == 1)
    #expect(problem.code == .trainingLeftover && problem.location?.op == "Merge")
    #expect(problem.message == "the input 'training' chooses which part of the model runs")
    let help = try #require(problem.helps.first)
    #expect(help.arguments == ["--fix", "training=false"] && help.result == "converts")
    #expect(check.remedies.first == ["--fix", "training=false"])
  }

  /// What is wrong with the branch for training is none of the model's once its input is false.
  @Test func normalizationOfTwoModes() throws {
    let check = ModelCheck(Self.folder + "modes.pb", ModelOptions())
    #expect(errors(check).first?.message.contains("'training' chooses") == true)
    #expect(check.remedies.first == ["--fix", "training=false"])
    try models.check(
      Self.folder + "modes.pb", options(fixes: ["training=false"]),
      inputs: try models.arrays("modes", "in"),
      outputs: try models.arrays("modes", "out").mapValues { $0.realValues ?? [] })
  }

  /// All that training left, each once, with consent to all of it found.
  @Test func leftoversOfTraining() throws {
    let check = ModelCheck(Self.folder + "training", ModelOptions())
    let problems = errors(check)
    #expect(problems.allSatisfy { $0.code == .trainingLeftover })
    #expect(
      Set(problems.compactMap { $0.location?.op }) == [
        "FusedBatchNormV3", "RandomUniform", "RandomStandardNormal", "AssignAddVariableOp",
      ])
    let remedy = try #require(check.remedies.first)
    #expect(
      Set(remedy) == ["--fix", "bn-moving-statistics", "random=mean", "stored-variables"])
    let fixes = remedy.filter { $0 != "--fix" }
    try models.check(
      Self.folder + "training", options(fixes: fixes),
      inputs: try models.arrays("training", "in"),
      outputs: ["map": try #require(try models.arrays("training", "out")["map"]?.realValues)])
  }

  @Test func statisticsOfTheBatch() throws {
    let folder = Self.folder + "training"
    #expect(throws: DiagnosticFailure.self) {
      try Model.open(folder, options(fixes: [], signature: "statistics"), log: models.log)
    }
    #expect(
      models.log.diagnostics.last?.helps.contains {
        $0.arguments == ["--fix", "bn-batch-statistics"]
      } == true)
    let other = TensorFlowModelTests()
    try other.check(
      folder, options(fixes: ["bn-batch-statistics"], signature: "statistics"),
      inputs: try models.arrays("training", "in"),
      outputs: ["normal": try #require(try models.arrays("training", "out")["normal"]?.realValues)])
  }

  @Test func roundedTensorsAndDoubles() throws {
    try models.check(Self.folder + "rounded.pb", "rounded")
    #expect(models.log.diagnostics.map { $0.code } == [.precisionReduced])
  }

  @Test func anUnknownSizeIsTried() throws {
    let check = ModelCheck(Self.folder + "decoder", ModelOptions())
    let problem = try #require(errors(check).first)
    #expect(problem.helps.first?.arguments == ["--input-shape", "image=1,416,416,3"])
    #expect(problem.helps.first?.result == "converts")
    #expect(problem.notes.contains { $0.contains("TensorListReserve") })
    #expect(check.remedies.first == ["--input-shape", "image=1,416,416,3"])
  }

  @Test func aFailedConversionIsExplained() throws {
    #expect(throws: DiagnosticFailure.self) {
      try Model.opening(Self.folder + "decoder", ModelOptions(), log: models.log) {
        model, log throws(DiagnosticFailure) in try model.optimized(log: log)
      }
    }
    #expect(models.log.diagnostics.last?.helps.first?.result == "converts")
  }

  /// A node within a function, and a part between nodes.
  @Test func parts() throws {
    var options = ModelOptions(inputShapes: ["image": [1, 8, 6, 3]])
    options.outputs = ["cells"]
    let whole = try Model.open(Self.folder + "decoder", options, log: models.log)
    #expect(whole.inputNames == ["image"])
    options = ModelOptions(outputs: ["head"])
    options.inputs = ["joined"]
    let part = try Model.open(Self.folder + "cnn.pb", options, log: models.log)
    #expect(part.inputNames == ["joined"])
    #expect(part.graph[part.graph.inputs[0]].type.text == "f32[1,6,6,32]")
    #expect(part.graph.outputs.map { part.graph[$0].name } == ["head"])
  }

  @Test(
    .enabled(if: Sample.hasShared("tf"), "needs ../shared/data/tf"),
    arguments: [
      (["rnet/cond/prob1", "rnet/cond/Flatten_1/flatten/Reshape"], "rnet/cond/CropAndResize"),
      (
        [
          "onet/cond/prob1", "onet/cond/Flatten_1/flatten/Reshape",
          "onet/cond/Flatten_2/flatten/Reshape",
        ], "onet/cond/CropAndResize"
      ),
    ])
  func stagesOfACascade(_ part: (outputs: [String], input: String)) throws {
    let model = try Model.open(
      Sample.shared + "/tf/frozen/mtcnn.pb", ModelOptions(outputs: part.outputs), log: models.log
    ).optimized(log: models.log)
    #expect(model.inputNames == [part.input])
    #expect(models.log.diagnostics.contains { $0.code == .partBegins })
    #expect(!models.log.hasErrors)
  }

  /// The part within a loop begins where the user gives a shape.
  @Test(.enabled(if: Sample.hasShared("tf"), "needs ../shared/data/tf"))
  func theStageInALoop() throws {
    let start = "pnet/while/ResizeBilinear"
    let model = try Model.open(
      Sample.shared + "/tf/frozen/mtcnn.pb",
      ModelOptions(
        outputs: ["pnet/while/prob1", "pnet/while/conv4-2/BiasAdd"],
        inputShapes: [start: [1, 48, 32, 3]]), log: models.log)
    #expect(model.inputNames == [start])
    let outputs = model.graph.outputs.map { model.graph[$0].type.text }
    #expect(outputs == ["f32[1,19,11,2]", "f32[1,19,11,4]"])
  }

  /// Everything that keeps a cascade with loops, branches and suppression from converting, each cause once.
  @Test(.enabled(if: Sample.hasShared("tf"), "needs ../shared/data/tf"))
  func theAccountOfACascade() throws {
    let check = ModelCheck(
      Sample.shared + "/tf/frozen/mtcnn.pb", ModelOptions(inputShapes: ["input": [320, 240, 3]]))
    let operators = Set(errors(check).compactMap { $0.location?.op })
    // The loop could stay one, but for an image in it whose size changes from turn to turn.
    #expect(
      operators.isSuperset(of: ["ResizeBilinear", "NonMaxSuppressionV2", "Where", "CropAndResize"]))
    let notes = try #require(errors(check).first).notes
    for part in ["pnet/while", "rnet/cond", "onet/cond", "pnet/TensorArray"] {
      #expect(notes.contains { $0.contains("'\(part)'") }, "\(part)")
    }
    #expect(Set(errors(check).map { $0.message }).count == errors(check).count)
  }
}
