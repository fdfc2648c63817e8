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
    let nothing = try octet("extract", whole, "--to", "", "-o", path("q.tflite"))
    #expect(nothing.code == 1 && nothing.errors.contains("error[OCT0920]"))
    #expect(!FileManager.default.fileExists(atPath: path("q.tflite")))
    let device = try octet("extract", whole, "--to", "c", "-o", "/dev/null")
    #expect(device.code == 1 && device.errors.contains("error[OCT0101]"), "\(device.errors)")
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
      (["--from", "one", "--to", "c"], "need not be given"),
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

  @Test func renamesAndDrops() throws {
    let whole = try branched()
    let swapped = try octet(
      "edit", whole, "--rename", "a=c", "--rename", "c=a", "--rename", "sum=the=sum",
      "--drop-output", "b", "-o", path("e.tflite"))
    #expect(swapped.code == 0, "\(swapped.errors)")
    #expect(swapped.output.contains("'sum' is called 'the=sum'"))
    #expect(swapped.output.contains("output 'b' dropped\n"))
    #expect(swapped.output.contains("4 numbers equal to the last bit"))
    #expect(try ends("e.tflite").outputs == ["the=sum: f32[1,4]"])
    let less = try octet("edit", whole, "--drop-output", "sum", "-o", path("e.tflite"), "--json")
    #expect(try json(less)["ops"] as? Int == 1)
    for (arguments, words) in [
      (["--rename", "a=b"], "error[OCT0924]: two tensors would be called 'b'"),
      (["--rename", "aa=b"], "error[OCT0920]"),
      (["--drop-output", "sum,b"], "no output would be left"),
      (["--drop-output", "a"], "its outputs are 'sum', 'b'"),
      (["--input-type", "int8"], "no operator reads it as codes"),
    ] {
      let result = try octet(["edit", whole] + arguments + ["-o", path("e.tflite")])
      #expect(result.code == 1 && result.errors.contains(words), "\(arguments): \(result.errors)")
    }
    #expect(try octet("edit", whole, "-o", path("e.tflite")).code == 2)
    #expect(try octet("edit", whole, "--rename", "a", "-o", path("e.tflite")).code == 2)
  }

  @Test func changesShapes() throws {
    let edited = try octet(
      "edit", try branched(), "--input-shape", "x=3,4", "--outputs", "sum", "-o", path("e.tflite"))
    #expect(edited.code == 0, "\(edited.errors)")
    #expect(edited.output.contains("input x: f32[3,4]\noutput sum: f32[3,4]\n"))
    #expect(edited.output.contains("12 numbers equal to the last bit"))
    let flat = try octet("edit", try lenet8(), "--batch", "4", "-o", path("e.tflite"))
    #expect(flat.code == 1 && flat.errors.contains("convert its source again"), "\(flat.errors)")
  }

  /// Types there and back again, each time with the same numbers; what is not needed any more goes.
  @Test func changesTypesOfEnds() throws {
    _ = try lenet8()
    let count = try #require(
      try json(try octet("inspect", path("lenet8.tflite"), "--json"))["ops"] as? [Any]
    ).count
    for (from, to, type, operators) in [
      ("lenet8", "float", "float32", count + 2), ("float", "bytes", "uint8", count + 2),
      ("bytes", "again", "int8", count + 4), ("lenet8", "u8", "uint8", count + 2),
      ("float", "codes", "int8", count),
    ] {
      let result = try octet(
        "edit", path("\(from).tflite"), "--input-type", type, "--output-type", type, "-o",
        path("\(to).tflite"), "--json")
      #expect(result.code == 0, "\(from) to \(type): \(result.errors)")
      let object = try json(result)
      #expect(object["ops"] as? Int == operators, "\(from) to \(type)")
      #expect((object["changes"] as? [String])?.count == 2)
      let check = object["check"] as? [String: Any]
      #expect(check?["equal_elements"] as? Int == 10, "\(from) to \(type): \(result.output)")
    }
    let wide = try octet(
      "edit", path("lenet8.tflite"), "--output-type", "int16", "-o", path("w.tflite"))
    #expect(wide.code == 1 && wide.errors.contains("its codes are int8"))
  }

  @Test func stripsMetadata() throws {
    let file = try lenet8()
    let result = try octet("edit", file, "--strip-metadata", "-o", path("bare.tflite"))
    #expect(result.code == 0, "\(result.errors)")
    #expect(result.output.contains("preprocessing stripped\n"))
    #expect(result.output.contains("signature 'serving_default' stripped\n"))
    let bytes = [file, path("bare.tflite")].map {
      FileManager.default.contents(atPath: $0) ?? Data()
    }
    #expect(bytes[1].count < bytes[0].count)
    for text in ["octet 1", "serving_default", "made by Octet", "InnerProduct"] {
      #expect(bytes[0].range(of: Data(text.utf8)) != nil, "\(text)")
      #expect(bytes[1].range(of: Data(text.utf8)) == nil, "\(text)")
    }
    #expect(try Model.open(path("bare.tflite"), log: DiagnosticLog()).preprocessing == nil)
  }
}
