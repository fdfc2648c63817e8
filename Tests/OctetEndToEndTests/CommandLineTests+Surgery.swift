import Foundation
import Octet
import OctetData
import OctetDiagnostics
import OctetIR
import OctetOps
import OctetTestSupport
import Testing

/// Models cut into parts and edited.
extension CommandLineTests {
  /// `sum` reads `b` beside `c`, which comes of both.
  private func branched() throws -> String {
    try model(
      """
      graph @main(%x: f32[1,4]) -> (%sum, %b) {
        %one = const [1, 2, 3, 4] : f32[4]
        %a = relu(%x)
        %b = tanh(%x)
        %c = add(%a, %one)
        %sum = mul(%c, %b)
      }
      """, "branched")
    return path("branched.tflite")
  }

  /// LeNet in int8, with codes as inputs and outputs.
  func lenet8() throws -> String {
    let result = try octet(
      "convert", net.prototxt, "--weights", net.weights, "-o", path("lenet8.tflite"), "--int8",
      "--calibration-data", Self.sample + "/digits", "--preprocess", "scale=1/256", "--samples",
      "20", "--calibrator", "min-max")
    try #require(result.code == 0, "\(result.errors)")
    return path("lenet8.tflite")
  }

  private func ends(_ name: String) throws -> (inputs: [String], outputs: [String]) {
    let model = try Model.open(path(name), log: DiagnosticLog())
    return (
      model.graph.inputs.map { model.graph[$0].text },
      model.graph.outputs.map { model.graph[$0].text }
    )
  }

  @Test func extractsWhatLiesBetween() throws {
    let whole = try branched()
    let part = try octet("extract", whole, "--from", "a,b", "--to", "sum", "-o", path("p.tflite"))
    #expect(part.code == 0, "\(part.errors)")
    #expect(part.output.contains("2 of 4 operators\n"))
    #expect(part.output.contains("4 numbers equal to the last bit"))
    #expect(try ends("p.tflite").inputs == ["a: f32[1,4]", "b: f32[1,4]"])
    // An input in the middle keeps its order, the model's own inputs are found, and # means an index.
    let front = try octet("extract", whole, "--to", "#2", "-o", path("p.tflite"), "--json")
    #expect(try json(front)["ops"] as? Int == 1)
    let back = try octet("extract", whole, "--from", "b", "--from", "c", "-o", path("p.tflite"))
    #expect(back.code == 1 && back.errors.contains("'b' is both --from and --to"))
    let end = try octet("extract", whole, "--from", "x", "-o", path("p.tflite"), "--json")
    #expect(try json(end)["ops"] as? Int == 4)
  }

  @Test func refusesPartsThatAreNotClosed() throws {
    let whole = try branched()
    for (arguments, words) in [
      (
        ["--from", "a", "--to", "sum"], "error[OCT0921]: 'a' does not cut off what the outputs need"
      ),
      (["--from", "a", "--to", "sum"], "'sum', operator 3 (mul) reads 'b', operator 1 (tanh)"),
      (["--from", "a", "--to", "sum"], "--from a,b"),
      (["--from", "a", "--to", "sun"], "did you mean 'sum'?"),
      (["--from", "a", "--to", "#99"], "its tensors are #0 to #5"),
      (["--from", "a,x", "--to", "c"], "does not depend on 'x'"),
      (["--from", "x", "--to", "one"], "it is a constant"),
      (["--from", "one", "--to", "c"], "which needs not be given"),
      (["--to", "x"], "an input of the model"),
    ] {
      let result = try octet(["extract", whole] + arguments + ["-o", path("p.tflite")])
      #expect(result.code == 1 && result.errors.contains(words), "\(arguments): \(result.errors)")
    }
    #expect(try octet("extract", whole, "-o", path("p.tflite")).code == 2)
    #expect(try octet("extract", whole, "--to", "sum", "-o", whole).code == 2)
  }

  /// A part of an int8 model, and of one that is converted on the way.
  @Test func extractsFromAnyFormat() throws {
    let whole = try Model.open(try lenet8(), log: DiagnosticLog())
    let names = whole.graph.nodes.map { whole.graph[$0.outputs[0]].name }
    let part = try octet(
      "extract", path("lenet8.tflite"), "--from", names[1], "--to", names[4], "-o",
      path("p.tflite"), "--json")
    #expect(try json(part)["ops"] as? Int == 3)
    let float = try octet(
      "extract", net.prototxt, "--weights", net.weights, "--to", "pool2", "-o", path("p.tflite"))
    #expect(float.code == 0 && float.output.contains("equal to the last bit"), "\(float.errors)")
  }
}
