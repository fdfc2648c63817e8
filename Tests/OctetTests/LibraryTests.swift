import Foundation
import Octet
import OctetTestSupport
import Testing

/// The library as its users see it: `import Octet` and nothing else of the package.
@Suite final class LibraryTests {
  let folder: URL
  let log = DiagnosticLog()

  init() throws { folder = try Sample.temporaryFolder() }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func open() throws -> Model {
    try Model.open(
      Sample.folder + "/lenet.prototxt",
      ModelOptions(weights: Sample.folder + "/lenet.caffemodel"), log: log
    ).optimized(log: log)
  }

  /// A calibrator of the user's own: two batches of pictures from a data set, cached in memory.
  final class MyCalibrator: Calibrator {
    let algorithm = CalibrationAlgorithm.minMax
    let batchSize = 32
    private let data: Dataset
    private let preprocessing: Preprocessing
    private var next = 0
    private(set) var cache: CalibrationTable?

    init(_ data: Dataset, _ preprocessing: Preprocessing) {
      self.data = data
      self.preprocessing = preprocessing
    }

    func nextBatch(_ names: [String]) throws(Diagnostic) -> [Tensor]? {
      guard next < 64 else { return nil }
      var pixels: [Float] = []
      for index in next..<next + batchSize {
        pixels += try data.sample(index, shape: [28, 28, 1], preprocessing: preprocessing)
      }
      next += batchSize
      return [Tensor([batchSize, 28, 28, 1], pixels)]
    }

    func readCache() throws(Diagnostic) -> CalibrationTable? { cache }

    func writeCache(_ table: CalibrationTable) throws(Diagnostic) { cache = table }
  }

  @Test func calibratorOfOnesOwn() throws {
    let model = try open()
    let preprocessing = try Preprocessing("scale=1/256")
    let data = try model.dataset(Sample.folder + "/digits", part: .calibration, log: log)
    let calibrator = MyCalibrator(data, preprocessing)
    var batches = 0
    let table = try model.calibrated(calibrator, preprocessing: preprocessing.text, log: log) { _ in
      batches += 1
    }
    #expect(table.samples == 64 && batches == 2)
    // The cache is asked first, and no sample then.
    let again = try model.calibrated(calibrator, log: log) { _ in batches += 1 }
    #expect(again == table && batches == 2)

    var int8 = try model.quantized(table, inputType: .uint8, outputType: .float32, log: log)
    int8.preprocessing = preprocessing.text
    let path = folder.appending(path: "m.tflite").path()
    try int8.write(path, log: log)
    let read = try Model.open(path, log: log)
    let test = try read.dataset(Sample.folder + "/digits", part: .evaluation, log: log)
    let result = try Evaluation.top1(read, test, preprocessing, log: log)
    #expect(result.total == 1000 && result.correct >= 980)
  }

  /// Ranges of one's own need no samples; those that are left out are named.
  @Test func rangesOfOnesOwn() throws {
    let model = try open()
    var options = Int8Options()
    options.setDynamicRange(0, 1, of: "data")
    options.setDynamicRange(-4, 4, of: "conv1")
    options.setDynamicRange(-8, 8, of: "conv2")
    options.setDynamicRange(0, 12, of: "ip1")
    #expect(throws: DiagnosticFailure.self) {
      _ = try Int8Conversion(model, options, preprocessing: .identity, log: self.log)
    }
    #expect(log.diagnostics.last?.tensors == ["ip2: f32[1,10]"])
    options.setDynamicRange(-20, 30, of: "ip2")
    options.setDynamicRange(-127, 127, of: "conv1")
    let conversion = try Int8Conversion(
      model, options, preprocessing: .identity, log: DiagnosticLog())
    #expect(conversion.table.range(of: "conv1") == .symmetric(scale: 1))
    #expect(conversion.table.range(of: "ip2") == .init(low: -20, high: 30))
  }

  /// A cache that was made for another model is refused.
  @Test func cacheOfAnotherModel() throws {
    let model = try open()
    let data = try model.dataset(Sample.folder + "/digits", part: .calibration, log: log)
    let calibrator = MyCalibrator(data, .identity)
    _ = try model.calibrated(calibrator, log: log)
    var other = ModelOptions(weights: Sample.folder + "/lenet.caffemodel")
    other.outputs = ["ip1"]
    let cut = try Model.open(Sample.folder + "/lenet.prototxt", other, log: log)
      .optimized(log: log)
    #expect(throws: DiagnosticFailure.self) { try cut.calibrated(calibrator, log: self.log) }
    #expect(log.diagnostics.last?.code == .tableMismatch)
  }

  @Test func conversionAndVerification() throws {
    let model = try open()
    var options = Int8Options(data: Sample.folder + "/digits")
    options.samples = 50
    let conversion = try Int8Conversion(
      model, options, preprocessing: try Preprocessing("scale=1/256"), log: log)
    let path = folder.appending(path: "m.tflite").path()
    try conversion.model.write(path, log: log)
    let agreement = try #require(try conversion.verify(path, log: log))
    #expect(agreement.samples == 100 && agreement.kind == "held-back")
    #expect(agreement.outputs.map { $0.name } == ["prob"] && agreement.outputs[0].decibels > 30)
  }

  @Test func sessionsRunAgain() throws {
    let session = try Session(try open(), log: log)
    #expect(session.inputNames == ["data"] && session.outputNames == ["prob"])
    var results: [[Float]] = []
    for value in [0, 1, 0] as [Float] {
      let input = Tensor([1, 28, 28, 1], [Float](repeating: value, count: 784))
      let result = try session.run([(nil, input)], log: log)
      results.append(try #require(result.outputs[0].tensor.realValues))
    }
    #expect(results[0] == results[2] && results[0] != results[1])
  }

  @Test func everyInputProblemAtOnce() throws {
    let session = try Session(try open(), log: log)
    let small = Tensor([1, 2], [1, 2])
    #expect(throws: DiagnosticFailure.self) {
      try session.run([("dta", small), ("data", small), ("data", small)], log: self.log)
    }
    #expect(
      log.diagnostics.filter { $0.code == .inputMismatch }.map { $0.message } == [
        "the model has no input 'dta'", "input 'data' is f32[1,28,28,1], not f32[1,2]",
        "input 'data' is given twice",
      ])
  }

  /// What is cut off changes the numbers of the values that are left.
  @Test func outputsInTheMiddleOfAModel() throws {
    let path = folder.appending(path: "net.oct")
    try """
    octet-ir 1
    graph @main(%x: f32[1,2]) -> (%z) {
      %a = const [1.0, 2.0] : f32[1,2]
      %b = const [3.0, 4.0] : f32[1,2]
      %y = add(%x, %b)
      %z = add(%y, %a)
    }
    """.write(to: path, atomically: true, encoding: .utf8)
    let cut = try Model.open(
      path.path(), ModelOptions(outputs: ["y"], inputShapes: ["x": [1, 2]]), log: log)
    let result = try Session(cut, log: log).run([(nil, Tensor([1, 2], [0, 0]))], log: log)
    #expect(result.outputs[0].tensor.realValues == [3, 4])
  }
}
