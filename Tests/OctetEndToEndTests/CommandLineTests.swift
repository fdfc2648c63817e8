import Foundation
import Testing

/// The programs as a user runs them, on the repo's sample and, where it is there, on shared data.
@Suite(.serialized) struct CommandLineTests {
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  static let sample = root.appending(path: "samples/01-mnist-lenet").path()
  static let shared = root.deletingLastPathComponent().appending(path: "shared/data").path()
  static var hasSharedData: Bool { FileManager.default.fileExists(atPath: shared) }

  let folder = FileManager.default.temporaryDirectory.appending(path: "octet-\(UUID().uuidString)")

  init() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  func path(_ name: String) -> String { folder.appending(path: name).path() }

  struct Result {
    let code: Int32
    let output: String
    let errors: String
  }

  @discardableResult
  func octet(_ arguments: String...) throws -> Result {
    let process = Process()
    process.executableURL = Self.program("octet")
    process.arguments = arguments
    let (output, errors) = (path("stdout"), path("stderr"))
    for file in [output, errors] { try Data().write(to: URL(filePath: file)) }
    process.standardOutput = try FileHandle(forWritingTo: URL(filePath: output))
    process.standardError = try FileHandle(forWritingTo: URL(filePath: errors))
    try process.run()
    process.waitUntilExit()
    return Result(
      code: process.terminationStatus, output: try String(contentsOfFile: output, encoding: .utf8),
      errors: try String(contentsOfFile: errors, encoding: .utf8))
  }

  /// A program in the folder the tests were built into.
  static func program(_ name: String) -> URL {
    var folder = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
    while folder.path() != "/" {
      let candidate = folder.appending(path: name)
      if FileManager.default.isExecutableFile(atPath: candidate.path()) { return candidate }
      folder = folder.deletingLastPathComponent()
    }
    return root.appending(path: ".build/release/\(name)")
  }

  var net: (prototxt: String, weights: String) {
    (Self.sample + "/lenet.prototxt", Self.sample + "/lenet.caffemodel")
  }

  @Test func convertsEvaluatesAndQuantizesTheSample() throws {
    let float = try octet(
      "convert", net.prototxt, "--weights", net.weights, "-o", path("f.tflite"), "--preprocess",
      "scale=1/256", "--json")
    #expect(float.code == 0)
    #expect(float.output.hasPrefix(#"{"output": "#))
    #expect(float.output.contains(#""ops": 8, "#))
    let int8 = try octet(
      "convert", net.prototxt, "--weights", net.weights, "-o", path("q.tflite"), "--int8",
      "--calibration-data", Self.sample + "/digits", "--preprocess", "scale=1/256")
    #expect(int8.code == 0)
    #expect(int8.errors.contains("Calibrating batch 0, containing 64 images"))
    #expect(int8.output.contains("held-back samples"))
    for (file, least) in [("f.tflite", 994), ("q.tflite", 990)] {
      let result = try octet("eval", path(file), "--data", Self.sample + "/digits", "--json")
      let object = try #require(
        try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
      #expect(object["metric"] as? String == "top1")
      #expect(object["total"] as? Int == 1000)
      #expect((object["correct"] as? Int ?? 0) >= least)
    }
    // The table gives the same file as calibrating on the way.
    try octet(
      "calibrate", net.prototxt, "--weights", net.weights, "--calibration-data",
      Self.sample + "/digits", "--preprocess", "scale=1/256", "-o", path("lenet.table"))
    try octet(
      "convert", net.prototxt, "--weights", net.weights, "-o", path("t.tflite"), "--int8",
      "--calibration-table", path("lenet.table"), "--preprocess", "scale=1/256")
    let (direct, byTable) = (path("q.tflite"), path("t.tflite"))
    #expect(
      FileManager.default.contents(atPath: direct) == FileManager.default.contents(atPath: byTable))
  }

  @Test func everyVerbHasHelpWithExamples() throws {
    for verb in ["convert", "inspect", "calibrate", "run", "eval", "explain", "ops"] {
      let help = try octet(verb, "--help")
      #expect(help.code == 0)
      #expect(help.output.contains("Examples:"))
      #expect(help.output.contains("octet \(verb)"))
    }
    let usage = try octet("convrt")
    #expect(usage.code == 2)
    #expect(usage.errors.contains("did you mean 'convert'?"))
    #expect(try octet("convert", net.prototxt).code == 2)
  }

  @Test func allProblemsOfANetInOneRun() throws {
    let text = """
      layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
      layer { name: "a" type: "Convolutoin" bottom: "data" top: "a" }
      layer { name: "b" type: "Pooling" bottom: "dta" top: "b" pooling_parm { kernel_size: 2 } }
      layer { name: "c" type: "Poolng" bottom: "data" top: "c" }
      """
    try text.write(toFile: path("bad.prototxt"), atomically: true, encoding: .utf8)
    let result = try octet("inspect", path("bad.prototxt"), "--json")
    #expect(result.code == 1)
    let codes = try result.errors.split(separator: "\n").map { line in
      try #require(
        try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])["code"]
        as? String
    }
    #expect(codes.filter { $0 == "OCT0301" }.count == 2)
    #expect(codes.contains("OCT0304"))
    #expect(codes.contains("OCT0310"))
    #expect(result.errors.contains("did you mean 'Convolution'?"))
  }

  @Test func noPassChangesTheSample() throws {
    let result = try octet(
      "convert", net.prototxt, "--weights", net.weights, "--bisect-passes", "--json")
    #expect(result.code == 0)
    #expect(!result.output.contains("culprit"))
  }

  @Test func readmeShowsTheOperatorTable() throws {
    let readme = try String(contentsOf: Self.root.appending(path: "README.md"), encoding: .utf8)
    #expect(readme.contains(try octet("ops", "--markdown").output))
  }

  @Test(.enabled(if: hasSharedData, "needs ../shared/data"))
  func lenetReachesTheKnownCounts() throws {
    let model = Self.shared + "/caffe/lenet/lenet.prototxt"
    let weights = Self.shared + "/caffe/lenet/lenet_iter_10000.caffemodel"
    let mnist = Self.shared + "/mnist"
    try octet("convert", model, "--weights", weights, "-o", path("f.tflite"))
    let float = try octet("eval", path("f.tflite"), "--data", mnist, "--preprocess", "scale=1/256")
    #expect(float.output == "Total Accuracy: 99.14% (9914/10000)\n")
    try octet(
      "convert", model, "--weights", weights, "-o", path("q.tflite"), "--int8",
      "--calibration-data", mnist, "--calibrator", "entropy", "--samples", "500", "--preprocess",
      "scale=1/256")
    let int8 = try octet("eval", path("q.tflite"), "--data", mnist, "--json")
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(int8.output.utf8)) as? [String: Any])
    #expect((object["correct"] as? Int ?? 0) >= 9909)
  }

  @Test(.enabled(if: hasSharedData, "needs ../shared/data"))
  func theOldLayerFormConverts() throws {
    let folder = Self.shared + "/caffe/v1-legacy"
    let result = try octet(
      "convert", folder + "/cifar10_quick.prototxt", "--weights",
      folder + "/cifar10_quick_iter_5000.caffemodel", "-o", path("c.tflite"), "--json")
    #expect(result.code == 0)
    #expect(result.output.contains(#""ops": 10, "#))
  }

  @Test(.enabled(if: hasSharedData, "needs ../shared/data"))
  func publishedModelsCanBeInspected() throws {
    let models =
      FileManager.default.enumerator(atPath: Self.shared + "/tflite")?
      .compactMap { $0 as? String }.filter { $0.hasSuffix(".tflite") } ?? []
    #expect(models.count > 50)
    for model in models {
      let result = try octet("inspect", Self.shared + "/tflite/" + model, "--json")
      #expect(result.code == 0 || result.errors.contains("OCT0104"), "\(model): \(result.errors)")
    }
  }
}
