import Foundation
import Octet
import OctetData
import OctetDiagnostics
import OctetIR
import OctetQuantize
import OctetTestSupport
import Testing

/// The sample of a detector that TFLiteConverter refuses: its network as built, and as exported with its decode.
@Suite struct TrainedDetectorTests {
  static let sample = Sample.root.appending(path: "samples/03-yolov3-tiny-tf2").path()
  static let digits = Sample.root.appending(path: "samples/02-yolo").path()
  static let boxes = "boxes classes=10 form=xyxy unit=part scores=scores output=boxes"

  let log = DiagnosticLog()
  let preprocessing: Preprocessing

  init() throws {
    preprocessing = try Preprocessing("scale=1/255,resize=letterbox")
  }

  private func trained() throws -> Model {
    let options = ModelOptions(inputShapes: ["image": [1, 224, 224, 3]], threads: 2)
    return try Model.open(Self.sample + "/trained", options, log: log).optimized(log: log)
      .storing(try Detector(Self.boxes), log: log).storing(preprocessing, log: log)
  }

  /// The converter's own proposal leaves the size open; it is one that was tried.
  @Test func checkProposesTheShape() throws {
    let check = ModelCheck(Self.sample + "/trained", ModelOptions())
    #expect(check.operatorCount == nil)
    let errors = check.diagnostics.filter { $0.severity == .error }
    #expect(errors.map { $0.code } == [.unknownDimension])
    let error = try #require(errors.first)
    #expect(
      error.notes.contains { $0.contains("'yolo_decode/map/TensorArrayV2' (TensorListReserve)") })
    #expect(error.helps.first?.arguments == ["--input-shape", "image=1,416,416,3"])
    #expect(error.helps.first?.result == "converts")
    #expect(check.remedies == [["--input-shape", "image=1,416,416,3"]])
  }

  /// TensorFlow 2.21 gives 0.9700 and 0.7530 for the SavedModel (`tools/make-yolo-tf2/evaluate.py`).
  @Test func theTrainedModelFindsAsManyAsInTensorFlow() throws {
    let float = try trained()
    let int8 = try Int8Conversion(
      float, Int8Options(data: Self.digits + "/calibration"), preprocessing: nil, log: log
    ).model
    var results: [DetectionEvaluation] = []
    for model in [float, int8] {
      let data = try model.dataset(Self.digits + "/test", part: .evaluation, log: log)
      results.append(try DetectionEvaluation.measure(model, data, preprocessing, log: log))
      #expect(results.last?.objects == 886 && results.last?.pictures == 200)
    }
    #expect(abs(results[0].map50 - 0.9700) < 0.001 && abs(results[0].map50To95 - 0.7530) < 0.001)
    #expect(results[1].map50 > results[0].map50 - 0.005)
    #expect(!log.hasErrors)
  }

  /// A table without samples: the biases of layers that read batch normalizations are corrected, and the outputs come nearer.
  @Test func biasesAreCorrectedWithoutSamples() throws {
    let weights = ModelOptions(weights: Self.digits + "/digits.weights", threads: 2)
    let float = try Model.open(Self.digits + "/digits.cfg", weights, log: log)
      .optimized(forInt8: true, log: log)
    let normalized = try String(contentsOfFile: Self.digits + "/digits.cfg", encoding: .utf8)
      .split(separator: "\n").filter { $0.hasPrefix("batch_normalize=1") }
    #expect(float.graph.distributions.count == normalized.count && normalized.count > 4)
    let folder = try Sample.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let table = folder.appending(path: "digits.table").path()
    let made = try Int8Conversion(
      float, Int8Options(data: Self.digits + "/calibration"), preprocessing: nil, log: log)
    try made.table.write(table, log: log)
    let data = try float.dataset(Self.digits + "/test", part: .evaluation, log: log)
    func decibels(_ optimization: Optimization) throws -> [Double] {
      var options = Int8Options(table: table)
      options.optimization = optimization
      let log = DiagnosticLog()
      let int8 = try Int8Conversion(float, options, preprocessing: nil, log: log).model
      let told = log.diagnostics.filter { $0.code == .optimized }
      #expect(told.count == (optimization == .none ? 0 : 1))
      #expect(told.allSatisfy { $0.message.contains("batch normalizations tell") })
      return try Agreement.between(
        float, int8, data, Array(0..<24), preprocessing, log: log
      ).outputs.map { $0.decibels }
    }
    let (before, after) = (try decibels(.none), try decibels(.fast))
    #expect(before != after && zip(before, after).allSatisfy { $1 > $0 - 0.2 })
    #expect(after.reduce(0, +) > before.reduce(0, +), "\(before) \(after)")
  }

  /// The Keras network has the numbers of Darknet's, so with its heads described it finds the same.
  @Test func theNetworkAsBuiltFindsWhatDarknetsDoes() throws {
    let weights = ModelOptions(weights: Self.digits + "/digits.weights")
    let darknet = try Model.open(Self.digits + "/digits.cfg", weights, log: log)
    let heads = try #require(darknet.detector)
      .replacing("output=yolo16", with: "output=coarse").replacing(
        "output=yolo23", with: "output=fine")
    let keras = try Model.open(Self.sample + "/built.keras", log: log).optimized(log: log)
      .storing(try Detector(heads), log: log).storing(preprocessing, log: log)
    let picture = try Image(contentsOf: Self.digits + "/test/0033.jpg")
    let expected = try Session(darknet, log: log).detect(picture, log: log)
    let found = try Session(keras, log: log).detect(picture, log: log)
    #expect(found.count == 4 && found.map { $0.classIndex } == expected.map { $0.classIndex })
    for (a, b) in zip(found, expected) {
      #expect(abs(a.score - b.score) < 1e-4 && a.box.overlap(b.box) > 0.999)
    }
  }

  /// The training has changed the numbers of all layers; the export has added what decodes the boxes.
  @Test func theTrainedModelHasTheSameLayers() throws {
    let result = try ModelDiff(Self.sample + "/built.keras", Self.sample + "/trained", log: log)
    #expect(result.matched.count == 13 && result.matched.allSatisfy { !$0.isEqual })
    #expect(
      result.a.stops.isEmpty && result.b.stops.map { $0.diagnostic.code } == [.unknownDimension])
    let added = result.added.flatMap { $0.b?.operators ?? [] }
    #expect(added.contains("exp") && added.contains("logistic"))
  }
}
