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
    #expect(result.output.contains("the first that differs by more than"))
    #expect(result.output.contains(": '\(model.graph[broken].name)', operator"), "\(result.output)")
    let lax = try octet("debug", "trace", bad, "--compare", path("good.npz"), "--bound", "1e6")
    #expect(lax.code == 0, "\(lax.errors)")
    try save([("other", Tensor([1], [0]))], "other.npz")
    let none = try octet("debug", "trace", good, "--compare", path("other.npz"))
    #expect(none.code == 1 && none.errors.contains("error[OCT0926]"))
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
}
