import Foundation
import Testing

/// Precisions as a user asks for them.
extension CommandLineTests {
  private var quantize: [String] {
    [
      "convert", net.prototxt, "--weights", net.weights, "--int8", "--calibration-data",
      Self.sample + "/digits", "--preprocess", "scale=1/256", "--no-verify", "--json",
    ]
  }

  @Test func anInt16ModelIsWrittenAndRuns() throws {
    let result = try octet(quantize + ["-o", path("m.tflite"), "--precision", "*=int16"])
    #expect(result.code == 0, "\(result.errors)")
    let inspection = try json(try octet("inspect", path("m.tflite"), "--json"))
    let inputs = try #require(inspection["inputs"] as? [[String: Any]])
    #expect(inputs[0]["type"] as? String == "int16")
    let accuracy = try json(
      try octet("eval", path("m.tflite"), "--data", Self.sample + "/digits", "--json"))
    #expect(try #require(accuracy["correct"] as? Int) >= 980)
  }

  /// The arguments that the remark proposes give the same file.
  @Test func aTargetIsReachedWithTheLayersThatAreTold() throws {
    let result = try octet(
      quantize + ["-o", path("a.tflite"), "--target-metric", "sqnr=55dB"])
    #expect(result.code == 0, "\(result.errors)")
    let remark = try #require(
      result.errors.split(separator: "\n").first { $0.contains(#""OCT0525""#) })
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(remark.utf8)) as? [String: Any])
    let help = try #require((object["helps"] as? [[String: Any]])?.first)
    let arguments = try #require(help["arguments"] as? [String])
    #expect(arguments.count >= 2 && arguments.contains("--precision"))
    #expect(try octet(quantize + ["-o", path("b.tflite")] + arguments).code == 0)
    #expect(
      try Data(contentsOf: URL(filePath: path("a.tflite")))
        == Data(contentsOf: URL(filePath: path("b.tflite"))))
  }

  @Test(arguments: [
    ["--precision", "conv1"], ["--precision", "conv1=int4"], ["--precision", "=int8"],
    ["--layer-output-type", "conv1=uint8"], ["--weight-scales", "per-row"],
    ["--target-metric", "sqnr"],
  ]) func whatNoPrecisionIsSays(_ arguments: [String]) throws {
    let result = try octet(quantize + ["-o", path("m.tflite")] + arguments)
    #expect(result.code == 2 && result.errors.contains(arguments[0]), "\(result.errors)")
  }

  @Test func precisionsAreForInt8() throws {
    let result = try octet(
      "convert", net.prototxt, "--weights", net.weights, "-o", path("m.tflite"),
      "--precision", "conv1=int16")
    #expect(result.code == 2 && result.errors.contains("--precision is for --int8"))
  }

  /// A detector's heads become int16 when the model is optimized, unless the outputs' type is asked for; those of a classifier
  /// stay.
  @Test func headsOfADetectorBecomeInt16() throws {
    let folder = Self.root.appending(path: "samples/02-yolo").path()
    let detector = [
      "convert", folder + "/digits.cfg", "--weights", folder + "/digits.weights", "--int8",
      "--calibration-data", folder + "/calibration", "--calibrator", "min-max", "--samples", "16",
    ]
    func outputTypes(_ arguments: [String]) throws -> [String] {
      let result = try octet(arguments + ["--no-verify", "-o", path("m.tflite")])
      #expect(result.code == 0, "\(result.errors)")
      let inspection = try json(try octet("inspect", path("m.tflite"), "--json"))
      return try #require(inspection["outputs"] as? [[String: Any]]).compactMap {
        $0["type"] as? String
      }
    }
    #expect(try outputTypes(detector + ["--optimize", "fast"]) == ["int16", "int16"])
    #expect(
      try outputTypes(detector + ["--optimize", "fast", "--output-type", "int8"])
        == ["int8", "int8"])
    #expect(try outputTypes(detector) == ["int8", "int8"])
    let classifier = [
      "convert", net.prototxt, "--weights", net.weights, "--int8", "--calibration-data",
      Self.sample + "/digits", "--preprocess", "scale=1/256", "--calibrator", "min-max",
    ]
    #expect(try outputTypes(classifier + ["--optimize", "fast"]) == ["int8"])
  }
}
