import Foundation
import Octet
import OctetData
import OctetDiagnostics
import OctetIR
import OctetOps
import OctetTestSupport
import Testing

/// `debug trace` and `debug reduce`.
extension CommandLineTests {
  private static let yolo = root.appending(path: "samples/02-yolo").path()

  /// The repo's YOLO of 13 convolutions as a float `.tflite`.
  private func detector() throws -> String {
    let result = try octet(
      "convert", Self.yolo + "/digits.cfg", "--weights", Self.yolo + "/digits.weights", "-o",
      path("yolo.tflite"))
    try #require(result.code == 0, "\(result.errors)")
    return path("yolo.tflite")
  }

  /// A copy of a model in which the bias of a convolution, counted from 0, has one other number.
  private func breakBias(_ file: String, of convolution: Int, to name: String) throws -> String {
    var model = try Model.open(file, log: DiagnosticLog())
    let layers = model.graph.nodes.filter { $0.op is Conv2D }
    let bias = try #require(layers[convolution].inputs[2])
    let contents = try #require(model.graph[bias].constant)
    if model.graph[bias].type.element == .float32 {
      var values = contents.array(of: Float.self)
      values[1] += 2
      model.graph[bias].constant = Storage(values)
    } else {
      var values = contents.array(of: Int32.self)
      values[1] += 1 << 12
      model.graph[bias].constant = Storage(values)
    }
    try model.write(path(name), log: DiagnosticLog())
    return path(name)
  }

  private func chain(_ body: String, _ name: String) throws -> String {
    try model("graph @main(%x: f32[1,4]) -> (%y) {\n" + body + "\n}", name)
    return path(name + ".tflite")
  }

  @Test func tracesEveryTensor() throws {
    let model = try lenet8()
    let traced = try octet(
      "debug", "trace", model, "--data", Self.sample + "/digits", "-o", path("t.npz"))
    #expect(traced.code == 0, "\(traced.errors)")
    let arrays = try NPZ.read(path("t.npz"))
    let names = Set(arrays.map { $0.name })
    #expect(names.isSuperset(of: ["data", "data:codes", "conv1", "conv1:codes", "prob"]))
    let real = try #require(arrays.first { $0.name == "conv1" }?.tensor)
    let codes = try #require(arrays.first { $0.name == "conv1:codes" }?.tensor)
    #expect(real.type.element == .float32 && codes.type.element == .int8)
    #expect(real.extents == codes.extents)
    // The trace holds the inputs that give it.
    let same = try octet("debug", "trace", model, "--compare", path("t.npz"), "--json")
    #expect(same.code == 0, "\(same.errors)")
    let comparison = try #require(try json(same)["comparison"] as? [String: Any])
    #expect((comparison["tensors"] as? [Any])?.count == names.count / 2)
    #expect(comparison["first"] == nil && (comparison["missing"] as? [Any])?.isEmpty == true)
    let one = try octet(
      "debug", "trace", model, "--tensors", "conv*", "-o", path("c.npz"), "--watch", "conv1",
      "--watch", "#0")
    #expect(one.code == 0 && one.output.contains("min"), "\(one.errors)")
    #expect(try NPZ.read(path("c.npz")).allSatisfy { $0.name.hasPrefix("conv") })
  }

  @Test func comparisonTellsTheFirstThatDiffers() throws {
    let good = try detector()
    let bad = try breakBias(good, of: 6, to: "bad.tflite")
    try octet("debug", "trace", good, "-o", path("good.npz"))
    let result = try octet("debug", "trace", bad, "--compare", path("good.npz"))
    #expect(result.code == 1)
    let model = try Model.open(good, log: DiagnosticLog())
    let broken = model.graph.nodes.filter { $0.op is Conv2D }[6].outputs[0]
    #expect(result.output.contains("the first beyond the bound"))
    #expect(result.output.contains(": '\(model.graph[broken].name)', operator"), "\(result.output)")
    let lax = try octet("debug", "trace", bad, "--compare", path("good.npz"), "--bound", "1e6")
    #expect(lax.code == 0, "\(lax.errors)")
    try save([("other", Tensor([1], [0]))], "other.npz")
    let none = try octet("debug", "trace", good, "--compare", path("other.npz"))
    #expect(none.code == 1 && none.errors.contains("error[OCT0926]"))
  }

  /// A float model beside a trace of codes gets the real numbers, and is compared with them.
  @Test func realNumbersAreComparedWithCodes() throws {
    let int8 = try lenet8()
    let float = path("lenet.tflite")
    try octet("convert", net.prototxt, "--weights", net.weights, "-o", float)
    try octet("debug", "trace", int8, "-o", path("codes.npz"))
    let result = try octet(
      "debug", "trace", float, "--compare", path("codes.npz"), "--bound", "0.1", "--json")
    let comparison = try #require(try json(result)["comparison"] as? [String: Any])
    let tensors = try #require(comparison["tensors"] as? [[String: Any]])
    #expect(result.code == 0 && tensors.count == 9, "\(result.output)")
    #expect(tensors.first?["name"] as? String == "data" && tensors[0]["largest"] as? Double == 0)
    #expect(tensors.dropFirst().allSatisfy { $0["snr_db"] as? Double ?? 0 > 25 })
  }

  @Test func traceStopsAtTheFirstNaN() throws {
    let model = try chain("%p = relu(%x)\n%l = log(%p)\n%y = tanh(%l)", "logs")
    try save([("x", Tensor([1, 4], [1, -1, 2, -2]))], "x.npz")
    let result = try octet(
      "debug", "trace", model, "--input", path("x.npz"), "--nan", "--watch", "p")
    #expect(result.code == 1)
    #expect(
      result.errors.contains(
        "error[OCT0925]: operator 1 (log) makes 0 NaN and 2 infinite of 4 numbers of 'l'"))
    #expect(result.errors.contains("--watch p") && result.output.contains("50.0 %"))
    try save([("x", Tensor([1, 4], [1, 1, 2, 2]))], "x.npz")
    let fine = try octet("debug", "trace", model, "--input", path("x.npz"), "--nan")
    #expect(fine.code == 0 && fine.output == "all tensors are finite in 1 run\n")
    for arguments in [[], ["--nan", "--bound", "1"], ["-o", path("t.npz"), "--samples", "2"]] {
      #expect(try octet(["debug", "trace", model] + arguments).code == 2)
    }
    #expect(try octet("debug", "trace", model, "--watch", "q").errors.contains("error[OCT0920]"))
  }

  /// One wrong number in a layer of thirteen is found, in a float and in an int8 model.
  @Test func reducesADetectorToTheWrongLayer() throws {
    let float = try detector()
    let int8 = path("yolo8.tflite")
    try octet(
      "convert", Self.yolo + "/digits.cfg", "--weights", Self.yolo + "/digits.weights", "-o", int8,
      "--int8", "--calibration-data", Self.yolo + "/calibration", "--samples", "4", "--calibrator",
      "min-max")
    for (good, layer) in [(float, 2), (float, 9), (int8, 7)] {
      let bad = try breakBias(good, of: layer, to: "bad.tflite")
      let result = try octet(
        "debug", "reduce", bad, "--against", good, "--data", Self.yolo + "/test", "-o",
        path("small.tflite"), "--json")
      #expect(result.code == 0, "\(result.errors)")
      let object = try json(result)
      #expect((object["ops"] as? Int ?? 99) <= 2, "\(result.output)")
      let small = try Model.open(path("small.tflite"), log: DiagnosticLog())
      #expect(small.graph.nodes.contains { $0.op is Conv2D })
      let whole = try Model.open(bad, log: DiagnosticLog())
      let name = whole.graph[whole.graph.nodes.filter { $0.op is Conv2D }[layer].outputs[0]].name
      #expect(small.graph.outputs.contains { small.graph[$0].name == name })
      // A pixel is enough.
      let input = try #require(try NPZ.read(path("small.npz")).first?.tensor)
      #expect(input.extents.prefix(3) == [1, 1, 1], "\(input.extents)")
      // What was written shows it again, and is the smallest.
      let again = try octet(
        "debug", "reduce", path("small.tflite"), "--against", path("small.against.tflite"),
        "--input", path("small.npz"), "-o", path("smaller.tflite"), "--json")
      #expect(try json(again)["ops"] as? Int == object["ops"] as? Int, "\(again.errors)")
    }
  }

  @Test func kernelsAreTheirDefinitions() throws {
    let result = try octet(
      "debug", "reduce", try lenet8(), "--against", "reference", "-o", path("small.tflite"))
    #expect(result.code == 1 && result.errors.contains("error[OCT0927]"))
  }

  @Test func reducesWhatACommandRefuses() throws {
    let octet = Self.program("octet").path()
    let command = "\(octet) inspect {model} --ir | grep -q resize_ && test -s {input} && exit 3"
    let result = try self.octet(
      "debug", "reduce", try detector(), "--command", command + "; exit 0", "--exit-code", "3",
      "-o", path("small.tflite"), "--json")
    #expect(result.code == 0, "\(result.errors)")
    let object = try json(result)
    #expect(object["ops"] as? Int == 1)
    #expect(object["finding"] as? String == "the command ended with 3")
    let slow = try self.octet(
      "debug", "reduce", try chain("%a = relu(%x)\n%y = tanh(%a)", "two"), "--command",
      "sleep 9; test {model}", "--timeout", "1", "-o", path("small.tflite"))
    #expect(slow.code == 0 && slow.output.contains("1 of 2 operators"), "\(slow.errors)")
    #expect(slow.output.contains("the command took more than 1 s"))
    let none = try self.octet(
      "debug", "reduce", path("two.tflite"), "--command", "no-such-command {model}", "-o",
      path("small.tflite"))
    #expect(none.errors.contains("the command ended with 127"))
  }

  @Test func reducesADiagnosticAndBypasses() throws {
    let model = try chain(
      "%w = const [inf, 1, 1, 1] : f32[4]\n%a = relu(%x)\n%b = mul(%a, %w)\n%y = tanh(%b)", "inf")
    let result = try octet(
      "debug", "reduce", model, "--code", "OCT0505", "--int8", "-o", path("small.tflite"), "--json")
    #expect(result.code == 0, "\(result.errors)")
    #expect(try json(result)["ops"] as? Int == 1)
    // Two operators that must both be there, with others between and around them.
    let far = try chain(
      "%a = relu(%x)\n%b = exp(%a)\n%c = tanh(%b)\n%d = relu(%c)\n%e = log(%d)\n%y = tanh(%e)",
      "far")
    let program = Self.program("octet").path()
    let both = try octet(
      "debug", "reduce", far, "--command",
      "\(program) inspect {model} --ir > \(path("ir")); grep -q ' exp(' \(path("ir")) && ! grep -q ' log(' \(path("ir")) && exit 0; grep -q ' exp(' \(path("ir")) && exit 1; exit 0",
      "-o", path("small.tflite"), "--json")
    #expect(both.code == 0, "\(both.errors)")
    #expect(try json(both)["ops"] as? Int == 2, "\(both.output)")
    for arguments in [
      [], ["--code", "OCT9999"], ["--command", "true"], ["--code", "OCT0505", "--bound", "1"],
      ["--code", "OCT0505", "--against", "reference"],
    ] {
      let refused = try octet(
        ["debug", "reduce", model] + arguments + ["-o", path("small.tflite")])
      #expect(refused.code == 2, "\(arguments)")
    }
  }

  /// Parts of models with variables have the nodes that make their handles, and those that assign them.
  @Test func reducesAroundVariables() throws {
    let model = try chain(
      """
        %h = var_handle() {container = "", variable = "sum"} : resource[]
        %a = relu(%x)
        %before = read_variable(%h) {type = f32, extents = [1, 4]} : f32[1,4]
        %s = add(%before, %a)
        assign_variable(%h, %s)
        %t = tanh(%s)
        %y = exp(%t)
      """, "sums")
    let program = Self.program("octet").path()
    let result = try octet(
      "debug", "reduce", model, "--command",
      "\(program) run {model} --input {input} && \(program) inspect {model} --ir > \(path("ir")); grep -q ' read_variable(' \(path("ir")) && exit 1; exit 0",
      "-o", path("small.tflite"), "--json")
    #expect(result.code == 0, "\(result.errors)")
    #expect((try json(result)["ops"] as? Int ?? 99) <= 4, "\(result.output)")
    let part = try octet("extract", model, "--to", "t", "-o", path("p.tflite"))
    #expect(part.code == 0 && part.output.contains("last bit"), "\(part.errors)")
    let from = try octet("extract", model, "--from", "a", "--to", "s", "-o", path("p.tflite"))
    #expect(
      from.code == 0 && from.output.contains("4 of 7 operators"), "\(from.output + from.errors)")
  }

  /// Before what the option was to give is missed.
  @Test(arguments: [
    (["extract", "x.tflite", "--form", "a", "-o", "p.tflite"], "--form", "'--from'"),
    (
      ["debug", "precision", "x", "--target-metrc=sqnr=30dB", "-o", "l"], "--target-metrc",
      "'--target-metric'"
    ),
    (["debug", "reduce", "x.tflite", "--agianst", "y"], "--agianst", "'--against'"),
    (["convert", "x", "--in8"], "--in8", "'--int8'"), (["--hlp"], "--hlp", "'--help'"),
  ]) func mistypedOptionsAreTold(_ arguments: [String], _ option: String, _ meant: String) throws {
    let result = try octet(arguments)
    #expect(result.code == 2)
    #expect(result.errors.hasPrefix("error: there is no option '\(option)'\n"), "\(result.errors)")
    #expect(result.errors.contains("did you mean \(meant)"), "\(result.errors)")
  }

  @Test func thereIsNoSuchVerbOfDebug() throws {
    let result = try octet("debug", "tracee")
    #expect(result.code == 2 && result.errors.contains("did you mean 'trace'?"))
    #expect(try octet("help", "debug").output.contains("reduce"))
  }

  /// The smallest part so far is kept when the search is interrupted.
  @Test func interruptionKeepsTheBest() throws {
    let names = (0...20).map { $0 == 20 ? "%y" : "%t\($0)" }
    let body = names.enumerated().map { "\($1) = tanh(\($0 == 0 ? "%x" : names[$0 - 1]))" }
    let model = try chain(body.joined(separator: "\n"), "long")
    let process = Process()
    process.executableURL = Self.program("octet")
    process.arguments = [
      "debug", "reduce", model, "--command", "echo x >> \(path("log")); sleep 0.4; test ! {model}",
      "-o", path("small.tflite"), "--json",
    ]
    try Data().write(to: URL(filePath: path("stdout")))
    process.standardOutput = try FileHandle(forWritingTo: URL(filePath: path("stdout")))
    process.standardError = FileHandle.nullDevice
    try process.run()
    for _ in 0..<600 {
      if (FileManager.default.contents(atPath: path("log"))?.count ?? 0) >= 4 { break }
      usleep(50_000)
    }
    process.interrupt()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    let output = try String(contentsOfFile: path("stdout"), encoding: .utf8)
    #expect(output.contains("\"interrupted\": true"), "\(output)")
    #expect(FileManager.default.fileExists(atPath: path("small.npz")))
  }
}
