import Foundation
import Octet
import OctetData
import OctetDiagnostics
import OctetIR
import OctetOps
import OctetSchema
import OctetTestSupport
import Testing

/// The programs as a user runs them, on the repo's sample and, where it is there, on shared data.
@Suite(.serialized) final class CommandLineTests {
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  static let sample = root.appending(path: "samples/01-mnist-lenet").path()
  static let shared = Sample.shared

  let folder = FileManager.default.temporaryDirectory.appending(path: "octet-\(UUID().uuidString)")

  init() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func path(_ name: String) -> String { folder.appending(path: name).path() }

  struct Result {
    let code: Int32
    let output: String
    let errors: String
  }

  @discardableResult
  func octet(_ arguments: String...) throws -> Result { try octet(arguments) }

  /// The one JSON object of a result.
  func json(_ result: Result) throws -> [String: Any] {
    #expect(result.output.split(separator: "\n").count == 1, "\(result.output)")
    return try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
  }

  @discardableResult
  func octet(_ arguments: [String]) throws -> Result {
    try run(Self.program("octet"), arguments)
  }

  func run(_ program: URL, _ arguments: [String]) throws -> Result {
    let process = Process()
    process.executableURL = program
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
      let object = try json(
        try octet("eval", path(file), "--data", Self.sample + "/digits", "--json"))
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
      "--calibration-table", path("lenet.table"))
    let (direct, byTable) = (path("q.tflite"), path("t.tflite"))
    #expect(
      FileManager.default.contents(atPath: direct) == FileManager.default.contents(atPath: byTable))
  }

  /// What two shards have seen makes the table of one run, and the calibrator that wins is named.
  @Test func shardsGiveTheTableOfOneRun() throws {
    let model = ["calibrate", net.prototxt, "--weights", net.weights]
    let data = [
      "--calibration-data", Self.sample + "/digits", "--preprocess", "scale=1/256", "--samples",
      "200",
    ]
    let direct = try octet(model + data + ["-o", path("direct.table")])
    #expect(direct.code == 0)
    #expect(direct.errors.contains("remark[OCT0516]: calibrator '"), "\(direct.errors)")
    let parts = ["1/2", "2/2"].map { path("part\($0.first ?? "0")") }
    for (shard, file) in zip(["1/2", "2/2"], parts) {
      let part = try octet(model + data + ["--shard", shard, "-o", file])
      #expect(part.output.hasSuffix("from 100 samples\n"), "\(part.output)")
    }
    #expect(try octet(model + data + ["--merge"] + parts + ["-o", path("merged.table")]).code == 0)
    let files = ["direct.table", "merged.table"].map {
      FileManager.default.contents(atPath: path($0))
    }
    #expect(files[0] != nil && files[0] == files[1])
    // Three samples that are left over judge nothing, and are no part of the table.
    let most = try octet(
      model + Array(data.dropLast()) + ["997", "--json", "-o", path("most.table")])
    #expect(try json(most)["samples"] as? Int == 997)
    for (arguments, words) in [
      (["--merge", parts[0], "--calibrator", "mse"], "note: missing: 2/2"),
      (["--merge"] + parts, "give --calibrator NAME"),
      (["--merge", parts[0], parts[0], "--calibrator", "mse"], "given twice: 1/2"),
      (["--merge", path("none"), "--calibrator", "mse"], "OCT0101"),
      (data + ["--calibrator-for", "conv3=mse", "--calibrator", "mse"], "did you mean 'conv"),
      (
        Array(data.dropLast()) + ["997", "--calibrator-for", "conv3=mse"], "did you mean 'conv"
      ),
      (data + ["--calibrator", "percentil"], "percentil"),
      (data + ["--shard", "3/2"], "3/2"),
      (data + ["--shard", "1/2", "--calibrator", "mse"], "serve every calibrator"),
    ] {
      let result = try octet(model + arguments + ["-o", path("t.table")])
      #expect(result.code != 0 && result.errors.contains(words), "\(result.errors)")
      #expect(!FileManager.default.fileExists(atPath: path("t.table")))
    }
  }

  /// With the same samples, a table made before and ranges made on the way are optimized to the same file.
  @Test func optimizingSaysWhatItDid() throws {
    let model = [
      "convert", net.prototxt, "--weights", net.weights, "--int8", "--calibration-data",
      Self.sample + "/digits", "--preprocess", "scale=1/256", "--optimize", "fast",
    ]
    let direct = try octet(model + ["-o", path("d.tflite")])
    #expect(direct.errors.contains("remark[OCT0514]: optimizing took the outputs from"))
    #expect(direct.errors.contains("note: biases corrected:"))
    try octet(
      "calibrate", net.prototxt, "--weights", net.weights, "--calibration-data",
      Self.sample + "/digits", "--preprocess", "scale=1/256", "-o", path("d.table"))
    try octet(model + ["--calibration-table", path("d.table"), "-o", path("e.tflite")])
    let files = ["d.tflite", "e.tflite"].map { FileManager.default.contents(atPath: path($0)) }
    #expect(files[0] != nil && files[0] == files[1])
    // LeNet has no batch normalization, which could tell without samples what numbers there are.
    let bare = try octet(
      "convert", net.prototxt, "--weights", net.weights, "--int8", "--calibration-table",
      path("d.table"), "--optimize", "fast", "-o", path("g.tflite"))
    #expect(
      bare.code == 0 && bare.errors.contains("warning[OCT0501]: --optimize has nothing to go by"))
    #expect(bare.errors.contains("help: give some samples: --calibration-data DATA"))
    let refused = try octet(
      "convert", net.prototxt, "--weights", net.weights, "-o", path("f.tflite"), "--optimize",
      "fast")
    #expect(refused.code == 2 && refused.errors.contains("--optimize is for --int8"))
  }

  @Test func everyVerbHasHelpWithExamples() throws {
    for verb in ["convert", "inspect", "diff", "calibrate", "run", "eval", "explain", "ops"] {
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

  /// As diff(1): 0 for the same, 1 for differences.
  @Test func differencesOfTwoModels() throws {
    let same = try octet("diff", net.prototxt, net.prototxt)
    #expect(same.code == 0 && same.errors.isEmpty)
    #expect(same.output.contains("4 of 4 layers are the same"))
    try octet(
      "convert", net.prototxt, "--weights", net.weights, "--outputs", "ip2", "-o",
      path("cut.tflite"))
    let other = try octet(
      "diff", net.prototxt, path("cut.tflite"), "--weights-a", net.weights, "--json")
    #expect(other.code == 1 && other.errors.isEmpty)
    let object = try json(other)
    #expect(object["same"] as? Bool == false)
    #expect((object["matched"] as? [Any])?.count == 4)
    #expect((object["added"] as? [Any])?.isEmpty == true)
    let removed = try #require((object["removed"] as? [[String: Any]])?.first)
    #expect((removed["a"] as? [String: Any])?["ops"] as? [String] == ["softmax"])
    let weights = try #require(object["weights"] as? [String: Any])
    #expect(weights["compared"] as? Int == 4 && weights["equal"] as? Int == 4)
    let missing = try octet("diff", net.prototxt, path("none.tflite"))
    #expect(missing.code == 1 && missing.errors.contains("error[OCT0101]"))
    #expect(try octet("diff", net.prototxt).code == 2)
  }

  /// One object on standard output, JSON lines on standard error, whatever the verb.
  @Test func jsonEverywhere() throws {
    try octet(
      "convert", net.prototxt, "--weights", net.weights, "-o", path("f.tflite"), "--print-passes",
      "--json")
    let zeros = Tensor([1, 28, 28, 1], [Float](repeating: 0, count: 784))
    try NPZ.write([NamedTensor("data", zeros)], to: path("in.npz"))
    for arguments in [
      ["inspect", path("f.tflite")], ["inspect", path("f.tflite"), "--plan"],
      ["inspect", path("f.tflite"), "--ir"], ["inspect", path("f.tflite"), "--dot"],
      ["inspect", net.prototxt], ["explain"], ["explain", "OCT0301"], ["ops"],
      ["eval", path("f.tflite"), "--data", Self.sample + "/digits"],
      ["run", path("f.tflite"), "--input", path("in.npz"), "--save", path("out.npz")],
      [
        "convert", net.prototxt, "--weights", net.weights, "-o", path("g.tflite"),
        "--print-after", "FuseActivation",
      ],
      [
        "calibrate", net.prototxt, "--weights", net.weights, "-o", path("t.table"), "--samples",
        "3", "--calibration-data", Self.sample + "/digits",
      ],
    ] {
      let result = try octet(arguments + ["--json"])
      #expect(result.code == 0, "\(arguments): \(result.errors)")
      _ = try json(result)
      for line in result.errors.split(separator: "\n") {
        #expect(
          (try? JSONSerialization.jsonObject(with: Data(line.utf8))) is [String: Any],
          "\(arguments): \(line)")
      }
    }
    let saved = try NPZ.read(path("out.npz"))
    #expect(saved.map { $0.name } == ["prob"])
  }

  @Test(arguments: [
    (["convert", "NET", "-o", "a.tflite", "--input-type", "uint8"], "--input-type is for --int8"),
    (["convert", "NET", "-o", "a.tflite", "--samples", "5"], "--samples is for --int8"),
    (["convert", "NET", "-o", "NET"], "is read: write to another file"),
    (["convert", "NET", "-o", "a.tflite", "--batch", "0"], "--batch must be at least 1"),
    (
      ["convert", "NET", "-o", "a.tflite", "--input-shape", "data=1,,2"], "expected NAME=1,3,32,32"
    ),
    (["convert", "NET", "-o", "a.tflite", "--preprocess", "scale=x"], "OCT0802"),
    (["convert", "NET", "-o", "a.tflite", "--print-after", "FusePadd"], "did you mean 'FusePad'?"),
    (["convert", "NET", "--bisect-passes", "--int8"], "takes no other option"),
    (["eval", "NET", "--data", "x", "--deny", "OCT9999"], "there is no diagnostic 'OCT9999'"),
    (["run", "NET", "--input", "x.npy", "--save", "out.npy"], "--save takes a FILE.npz"),
    (["inspect", "--outputs", "prob", "NET"], "put it after the model"),
    (["evaluate"], "did you mean 'eval'?"), (["help", "cnvert"], "did you mean 'convert'?"),
    (["explain", "0301"], "did you mean 'OCT0301'"),
  ])
  func commandLineFaults(_ arguments: [String], _ message: String) throws {
    let result = try octet(arguments.map { $0 == "NET" ? net.prototxt : $0 })
    #expect(result.code == 2, "\(result.errors)")
    #expect(result.errors.contains(message), "\(result.errors)")
    #expect(result.output.isEmpty)
  }

  /// A result that nobody gets is no success.
  @Test func aLostResultIsAnError() throws {
    let process = Process()
    process.executableURL = Self.program("octet")
    process.arguments = ["ops"]
    process.standardOutput = FileHandle(forWritingAtPath: "/dev/full")
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 1)
  }

  @Test func labelsBeyondTheClasses() throws {
    try octet("convert", net.prototxt, "--weights", net.weights, "-o", path("f.tflite"))
    try NPZ.write(
      [
        NamedTensor("x", Tensor([2, 28, 28, 1], [Float](repeating: 0, count: 2 * 784))),
        NamedTensor("y", Tensor([2], int32: [3, 10])),
      ], to: path("bad.npz"))
    let result = try octet("eval", path("f.tflite"), "--data", path("bad.npz"))
    #expect(result.code == 1)
    #expect(result.errors.contains("the label 10 is not one of the 10 classes"))
  }

  /// Names of a file do not command the terminal, and inputs that real numbers do not fit are refused.
  @Test func hostileNamesAndTypes() throws {
    try """
    octet-ir 1
    graph @main(%"\u{1B}[31mred": f32[1]) -> (%y) {
      %y = relu(%"\u{1B}[31mred")
    }
    """.write(toFile: path("m.oct"), atomically: true, encoding: .utf8)
    let shown = try octet("inspect", path("m.oct"))
    #expect(shown.code == 0 && shown.output.contains(#"\x1b[31mred"#))
    #expect(!shown.output.contains("\u{1B}"))
    try "octet-ir 1\ngraph @main(%x: bool[3]) -> (%x) {\n}"
      .write(toFile: path("b.oct"), atomically: true, encoding: .utf8)
    let result = try octet("convert", path("b.oct"), "--bisect-passes")
    #expect(result.code == 1 && result.errors.contains("OCT0701"))
  }

  @Test func inputsOfUnlikeBatchAreDiagnosed() throws {
    try """
    octet-ir 1
    graph @main(%x: f32[1,64], %z: f32[64,64]) -> (%y) {
      %y = add(%x, %z)
    }
    """.write(toFile: path("m.oct"), atomically: true, encoding: .utf8)
    let rows = Tensor([4, 64], [Float](repeating: 1, count: 256))
    try NPZ.write([NamedTensor("x", rows), NamedTensor("z", rows)], to: path("d.npz"))
    let result = try octet(
      "calibrate", path("m.oct"), "--calibration-data", path("d.npz"), "-o", path("t.table"))
    #expect(result.code == 1)
    #expect(result.errors.contains("OCT0506"))
  }

  /// The largest element of a feature map is no class.
  @Test func evaluationOfWhatIsNoClassifier() throws {
    let result = try octet(
      "eval", net.prototxt, "--weights", net.weights, "--outputs", "pool2", "--data",
      Self.sample + "/digits")
    #expect(result.code == 1)
    #expect(result.errors.contains("OCT0804"))
    #expect(result.errors.contains("'pool2' is no list of class scores"), "\(result.errors)")
  }

  @Test func inputsFromAPipe() throws {
    try """
    octet-ir 1
    graph @main(%x: f32[1,4]) -> (%y) {
      %y = relu(%x) : f32[1,4]
    }
    """.write(toFile: path("m.oct"), atomically: true, encoding: .utf8)
    let bytes = try #require(NPY.bytes(of: Tensor([1, 4], [-1, 0, 1, 2])))
    try Data(bytes).write(to: URL(filePath: path("x.npy")))
    try #require(mkfifo(path("pipe"), 0o600) == 0)
    let writer = Process()
    writer.executableURL = URL(filePath: "/bin/sh")
    writer.arguments = ["-c", "cat x.npy > pipe"]
    writer.currentDirectoryURL = URL(filePath: path(""))
    try writer.run()
    let result = try octet("run", path("m.oct"), "--input", path("pipe"), "--save", path("y.npz"))
    writer.terminate()
    #expect(result.code == 0, "\(result.errors)")
    #expect(try NPZ.read(path("y.npz"))[0].tensor.realValues == [0, 0, 1, 2])
  }

  /// A file is looked at to see what is wrong with it.
  @Test func inspectShowsWhatNothingRuns() throws {
    let x = TensorTable.object(
      shape: [4], type: .int8, buffer: 0, name: "x",
      quantization: QuantizationParametersTable.object(scale: [0.5]))
    let main = SubGraphTable.object(
      tensors: [x], inputs: [0], outputs: [0], operators: [], name: "main")
    let file = try serialize(
      ModelTable.object(
        version: 3, operatorCodes: [], subgraphs: [main], buffers: [BufferTable.object()]))
    try Data(file).write(to: URL(filePath: path("m.tflite")))
    try """
    octet-ir 1
    graph @main(%x: f32[1,4,4,1]) -> (%y) {
      %w = const splat 1.0 : f32[3,3]
      %y = depthwise_conv_2d(%x, %w) {stride = [1, 1], dilation = [1, 1], depth_multiplier = 1, \
    padding = same, activation = none} : f32[1,4,4,1]
    }
    """.write(toFile: path("m.oct"), atomically: true, encoding: .utf8)
    for (model, words) in [
      ("m.tflite", "1 scale but 0 zero points"), ("m.oct", "depthwise_conv_2d"),
    ] {
      for flags in [[], ["--json"], ["--dot"]] {
        let result = try octet(["inspect", path(model)] + flags)
        #expect(result.code == 0, "\(model) \(flags): \(result.errors)")
        if flags.isEmpty { #expect(result.output.contains(words), "\(result.output)") }
      }
      #expect(try octet("inspect", path(model), "--plan").code == 1)
    }
  }

  /// A table tells which samples of its data set it has not seen.
  @Test func tablesKnowTheirSamples() throws {
    let source = [
      net.prototxt, "--weights", net.weights, "--calibration-data", Self.sample + "/digits",
    ]
    let table = path("lenet.table")
    #expect(
      try octet(["calibrate"] + source + ["--preprocess", "scale=1/256", "-o", table]).code == 0)
    for (scale, words) in [("1/256", "on 100 held-back samples"), ("1/255", "on 100 samples")] {
      let result = try octet(
        ["convert", "--int8"] + source + [
          "--calibration-table", table, "--preprocess", "scale=\(scale)", "-o", path("m.tflite"),
        ])
      #expect(result.code == 0)
      #expect(result.output.contains(words), "\(result.output)")
    }
  }

  @Test(arguments: ["mean=1,2,3", "mean=1:2:3", "channels=bgr"])
  func storedPreprocessingFitsTheInput(_ preprocessing: String) throws {
    let result = try octet(
      "convert", net.prototxt, "--weights", net.weights, "--preprocess", preprocessing, "-o",
      path("m.tflite"))
    #expect(result.code == 2 && result.errors.contains("OCT0802"), "\(result.errors)")
    #expect(!FileManager.default.fileExists(atPath: path("m.tflite")))
  }

  /// Calibration data are only read.
  @Test func samplesAreNotWrittenOver() throws {
    let folder = path("data")
    try FileManager.default.copyItem(atPath: Self.sample + "/digits", toPath: folder)
    let images = folder + "/t10k-images-idx3-ubyte.gz"
    let before = try Data(contentsOf: URL(filePath: images))
    for arguments in [["calibrate"], ["convert", "--int8"]] {
      let result = try octet(
        arguments + [
          net.prototxt, "--weights", net.weights, "--calibration-data", folder, "-o", images,
        ])
      #expect(result.code == 2)
      #expect(result.errors.contains("is read: write to another file"), "\(result.errors)")
    }
    #expect(try Data(contentsOf: URL(filePath: images)) == before)
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
    #expect(result.errors.contains("did you mean 'Convolution'"))
  }

  @Test func noPassChangesTheSample() throws {
    let result = try octet(
      "convert", net.prototxt, "--weights", net.weights, "--bisect-passes", "--json")
    #expect(result.code == 0)
    #expect(!result.output.contains("culprit"))
  }

  @Test func theOperatorTableHasARowForEachOperator() throws {
    let rows = try octet("ops").output.split(separator: "\n").dropFirst(2)
    #expect(rows.count == OpCatalog.all.count)
    let where_ = try #require(rows.first { $0.hasPrefix("WHERE ") })
    #expect(where_.contains("float32, int8, uint8, int32, int64, bool"))
    #expect(rows.allSatisfy { $0.count < 160 })
  }

  @Test func operatorsAreFoundByWhatBecomesThem() throws {
    #expect(
      try octet("ops", "where").output == """
        WHERE: the places of elements that are not zero
          types         float32, int8, uint8, int32, int64, bool
          not imported  importers refuse what the data count

        """)
    let layers = try octet("ops", "InnerProduct", "--target", "tflm").output
    #expect(layers.hasPrefix("FULLY_CONNECTED: "))
    #expect(layers.contains("\n  in tflm          "))
    let mistyped = try octet("ops", "CONV2_D")
    #expect(mistyped.code == 1 && mistyped.errors.contains("error[OCT0206]"))
    #expect(mistyped.errors.contains("did you mean 'CONV_2D'"))
  }

  @Test(.enabled(if: Sample.hasShared("caffe", "mnist"), "needs ../shared/data"))
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
    let object = try json(try octet("eval", path("q.tflite"), "--data", mnist, "--json"))
    #expect((object["correct"] as? Int ?? 0) >= 9909)
  }

  @Test(.enabled(if: Sample.hasShared("caffe"), "needs ../shared/data"))
  func theOldLayerFormRunsInFloatAndInt8() throws {
    let net = Self.shared + "/caffe/v1-legacy/cifar10_quick"
    let arguments = ["convert", net + ".prototxt", "--weights", net + "_iter_5000.caffemodel"]
    let float = try octet(arguments + ["-o", path("c.tflite"), "--json"])
    #expect(float.code == 0)
    #expect(float.output.contains(#""ops": 10, "#))
    // Random pictures are enough to see that both agree.
    var random = SplitMix64(seed: 71)
    let pictures = (0..<40 * 32 * 32 * 3).map { _ in 100 * random.nextFloat() }
    try NPZ.write([NamedTensor("x", Tensor([40, 32, 32, 3], pictures))], to: path("x.npz"))
    let int8 = try octet(
      arguments + [
        "-o", path("q.tflite"), "--int8", "--calibration-data", path("x.npz"), "--samples", "20",
        "--json",
      ])
    #expect(int8.code == 0)
    let agreement = try #require(try json(int8)["agreement"] as? [String: Any])
    let output = try #require((agreement["outputs"] as? [[String: Any]])?.first)
    #expect(output["snr_db"] as? Double ?? 0 > 30, "\(output)")
  }

  @Test(.enabled(if: Sample.hasShared("tflite"), "needs ../shared/data"))
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
